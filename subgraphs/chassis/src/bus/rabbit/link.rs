//! A connection that is made when it is needed, and again after it was found broken. Channels share it.

use std::sync::Arc;
use std::time::Duration;

use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::sync::Mutex;

use crate::error::{Error, Result};

/// How long a connection or a channel may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// How soon either side notices that the other is gone without a word.
const HEARTBEAT_SECONDS: u16 = 10;

/// One connection to the server. Clones share it.
#[derive(Clone)]
pub(super) struct Link(Arc<Inner>);

struct Inner {
    uri: AMQPUri,
    /// What it is for, as the server shows it.
    purpose: &'static str,
    connection: Mutex<Option<Connection>>,
}

impl Link {
    pub(super) fn new(url: &str, purpose: &'static str) -> Result<Self> {
        let parsed: std::result::Result<AMQPUri, String> = url.parse();
        let mut uri = parsed.map_err(Error::internal)?;
        if uri.scheme == AMQPScheme::AMQPS {
            return Err(Error::internal("TLS to RabbitMQ is not built in: give an amqp:// address"));
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
        Ok(Self(Arc::new(Inner { uri, purpose, connection: Mutex::new(None) })))
    }

    /// A channel of the caller's own; it is closed when it is dropped.
    pub(super) async fn channel(&self) -> Result<Channel> {
        let mut connection = self.0.connection.lock().await;
        let open = match connection.take().filter(|kept| kept.status().connected()) {
            Some(kept) => connection.insert(kept),
            None => connection.insert(self.connect().await?),
        };
        let opened = tokio::time::timeout(CONNECT, open.create_channel()).await;
        let channel = opened.map_err(Error::internal).and_then(|opened| opened.map_err(Error::internal));
        if channel.is_err() {
            *connection = None;
        }
        channel
    }

    async fn connect(&self) -> Result<Connection> {
        let name = format!("carmen {}", self.0.purpose);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connecting = Connection::connect_uri(self.0.uri.clone(), properties);
        tokio::time::timeout(CONNECT, connecting).await.map_err(Error::internal)?.map_err(Error::internal)
    }
}
