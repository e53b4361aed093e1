//! Who sent a request, for as long as it is being answered: headers, identity, and the tokens that take the place of the
//! first one on a WebSocket.

use crate::auth::Identity;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use router_protocol::{Credential, Renewal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// A client as its latest accepted token shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    /// Its headers; `authorization` is that of the token.
    pub(crate) headers: HeaderMap,
    /// Whom the token belongs to; nobody without a token, or where none is looked at.
    pub(crate) identity: Option<Arc<Identity>>,
    renewals: Option<Renewals>,
}

/// The tokens to come.
#[derive(Clone, Debug)]
struct Renewals {
    identity: watch::Receiver<Arc<Identity>>,
    credential: Credential,
}

impl Client {
    /// A client that will present no other token.
    pub(crate) fn new(headers: HeaderMap, identity: Option<Arc<Identity>>) -> Self {
        Self { headers, identity, renewals: None }
    }

    /// The token as it is renewed.
    pub(crate) fn credential(&self) -> Option<Credential> {
        self.renewals.as_ref().map(|renewals| renewals.credential.clone())
    }

    /// Resolves when the token has run out and was not renewed; never for a client without one.
    pub(crate) async fn token_runs_out(self) {
        let Some(mut identity) = self.identity else { return std::future::pending().await };
        let mut renewed = self.renewals.map(|renewals| renewals.identity);
        loop {
            if let Some(renewed) = &mut renewed {
                identity = Arc::clone(&renewed.borrow_and_update());
            }
            tokio::select! {
                () = sleep(identity.remaining()) => return,
                () = changed(&mut renewed) => {}
            }
        }
    }
}

/// Waits for the next identity; for ever when there will be none.
async fn changed(renewed: &mut Option<watch::Receiver<Arc<Identity>>>) {
    if let Some(receiver) = renewed
        && receiver.changed().await.is_ok()
    {
        return;
    }
    *renewed = None;
    std::future::pending().await
}

/// A client on a WebSocket: its token may be renewed, and what runs for it sees that.
#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
    /// Absent without a token: then there is nothing to renew.
    renewal: Option<(Renewal, watch::Sender<Arc<Identity>>)>,
}

/// The renewed token belongs to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherCaller;

impl Session {
    /// A session that begins with the token the connection was opened with.
    pub(crate) fn new(mut client: Client) -> Self {
        let token = client.headers.get(AUTHORIZATION).cloned();
        let (Some(identity), Some(token)) = (client.identity.clone(), token) else {
            return Self { client, renewal: None };
        };
        let (renewal, credential) = Renewal::new(token);
        let (sender, receiver) = watch::channel(identity);
        client.renewals = Some(Renewals { identity: receiver, credential });
        Self { client, renewal: Some((renewal, sender)) }
    }

    /// The client, with renewals.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether the token has run out.
    pub(crate) fn is_over(&self) -> bool {
        self.client.identity.as_ref().is_some_and(|identity| identity.remaining() == Duration::ZERO)
    }

    /// Puts another token of the same caller in force.
    pub(crate) fn renew(&mut self, token: HeaderValue, identity: Arc<Identity>) -> Result<(), OtherCaller> {
        let (Some((renewal, sender)), Some(earlier)) = (&self.renewal, &self.client.identity) else {
            return Err(OtherCaller);
        };
        if !identity.is_same_caller(earlier) {
            return Err(OtherCaller);
        }
        self.client.headers.insert(AUTHORIZATION, token.clone());
        self.client.identity = Some(Arc::clone(&identity));
        // The token first: whoever hears of the new identity must already send it.
        renewal.renew(token);
        sender.send_replace(identity);
        Ok(())
    }
}
