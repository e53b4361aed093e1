//! A bearer token that its owner may renew while subscriptions run with it.
//!
//! The gateway keeps the [`Renewal`] of a client's connection; its subscriptions carry the [`Credential`] to the subgraph
//! that feeds them, in process as it is, over WebSocket as a `ping` with [`renewal_payload`]. A subgraph verifies every
//! token itself; nothing here says that one is valid.

use crate::token_in;
use http::HeaderValue;
use serde_json::{Map, Value};
use tokio::sync::watch;

/// The key of a token in the payload of `ping` and of what became of it in the payload of `pong`.
pub const RENEWED: &str = "authorization";

/// The owner's end: replaces the token.
#[derive(Debug)]
pub struct Renewal(watch::Sender<HeaderValue>);

/// The `authorization` header of a client as it stands now. Clones see the same renewals, each in its own time.
#[derive(Clone, Debug)]
pub struct Credential(watch::Receiver<HeaderValue>);

impl Renewal {
    /// A credential that begins with `authorization`, and the end that renews it.
    #[must_use]
    pub fn new(authorization: HeaderValue) -> (Self, Credential) {
        let (sender, receiver) = watch::channel(sensitive(authorization));
        (Self(sender), Credential(receiver))
    }

    /// Presents another token from now on.
    pub fn renew(&self, authorization: HeaderValue) {
        self.0.send_replace(sensitive(authorization));
    }
}

impl Credential {
    /// The header to send now.
    #[must_use]
    pub fn authorization(&self) -> HeaderValue {
        self.0.borrow().clone()
    }

    /// Waits for the next renewal; `None` when there will be none, as the owner is gone. Safe to drop while it waits.
    pub async fn renewed(&mut self) -> Option<HeaderValue> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }
}

/// The payload of the `ping` that hands a renewed token on. `None` when it is no bearer token.
#[must_use]
pub fn renewal_payload(authorization: &HeaderValue) -> Option<Value> {
    let token = token_in(authorization)?;
    Some(Value::Object(Map::from_iter([(RENEWED.to_owned(), format!("Bearer {token}").into())])))
}

/// The header in the payload of a `ping`, when it renews a token; any other ping only asks for a sign of life.
#[must_use]
pub fn renewal_in(payload: &Value) -> Option<HeaderValue> {
    let text = payload.get(RENEWED).or_else(|| payload.get("Authorization"))?.as_str()?;
    // Text that no header can carry is no token either: it must be refused, not overlooked.
    Some(HeaderValue::from_str(text).map_or(HeaderValue::from_static(""), sensitive))
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn header(text: &'static str) -> HeaderValue {
        HeaderValue::from_static(text)
    }

    #[tokio::test]
    async fn every_holder_sees_the_latest_renewal_and_the_end() {
        let (renewal, mut credential) = Renewal::new(header("Bearer 1"));
        let mut other = credential.clone();
        renewal.renew(header("Bearer 2"));
        assert_eq!(credential.renewed().await, Some(header("Bearer 2")));
        renewal.renew(header("Bearer 3"));
        assert_eq!(other.renewed().await, Some(header("Bearer 3")), "only the latest matters");
        assert_eq!(credential.renewed().await, Some(header("Bearer 3")));
        drop(renewal);
        assert_eq!(credential.renewed().await, None);
        assert_eq!(credential.authorization(), "Bearer 3");
    }

    #[test]
    fn a_token_never_shows_in_debug_output() {
        let (renewal, credential) = Renewal::new(header("Bearer secret"));
        assert!(!format!("{renewal:?} {credential:?}").contains("secret"));
    }

    #[test]
    fn a_ping_carries_a_bearer_token_there_and_back() {
        let payload = renewal_payload(&header("bearer abc")).unwrap();
        assert_eq!(payload, json!({ "authorization": "Bearer abc" }));
        assert_eq!(renewal_in(&payload), Some(header("Bearer abc")));
        assert_eq!(renewal_payload(&header("Basic abc")), None);
        for sign_of_life in [json!(null), json!({}), json!({ "at": 1 }), json!({ "authorization": 1 })] {
            assert_eq!(renewal_in(&sign_of_life), None);
        }
        assert_eq!(renewal_in(&json!({ "authorization": "Bearer \n" })), Some(header("")));
    }
}
