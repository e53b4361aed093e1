//! A connection that is made when it is needed, and again after it was found broken.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};

use crate::error::{Error, Result};

/// How long any command may take; longer than one that waits for something new.
const RESPONSE: Duration = Duration::from_secs(5);

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(2);

/// One connection to the server.
pub(super) struct Link {
    client: Client,
    connection: Option<MultiplexedConnection>,
}

impl Link {
    pub(super) fn new(client: Client) -> Self {
        Self { client, connection: None }
    }

    /// Another connection to the same server.
    pub(super) fn another(&self) -> Self {
        Self::new(self.client.clone())
    }

    pub(super) async fn open(&mut self) -> Result<MultiplexedConnection> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(RESPONSE));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await;
        Ok(self.connection.insert(connection.map_err(Error::internal)?).clone())
    }

    /// After an error: the next one begins anew.
    pub(super) fn close(&mut self) {
        self.connection = None;
    }
}
