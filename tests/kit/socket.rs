//! A partner's connection: one subscription over `graphql-transport-ws`.

use crate::person::Person;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open subscription. Dropping it cuts the connection without a goodbye.
#[derive(Debug)]
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects, says hello with the person's token and subscribes.
    ///
    /// # Panics
    /// When the protocol is not followed.
    pub async fn subscribe(person: &Person, query: &str, variables: Value) -> Self {
        let url = person.url().replace("http://", "ws://");
        let mut request = url.into_client_request().expect("the address is one");
        let protocol = "graphql-transport-ws".parse().expect("a header value");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (stream, _) = connect_async(request).await.expect("Carmen accepts WebSockets");
        let mut socket = Self(stream);
        let payload =
            person.token.as_ref().map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        let hello = socket.receive().await.expect("the server says hello");
        assert_eq!(hello["type"], "connection_ack", "{hello}");
        let payload = json!({ "query": query, "variables": variables });
        socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
        socket
    }

    /// Presents another token and waits until it is accepted; events that come before that are lost.
    ///
    /// # Panics
    /// When it is not accepted.
    pub async fn renew(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.send(json!({ "type": "ping", "payload": payload })).await;
        loop {
            let message = self.receive().await.expect("the token is accepted");
            if message["type"] == "pong" {
                assert_eq!(message["payload"]["authorization"], "accepted", "{message}");
                return;
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("the connection is open");
    }

    /// The next message of the protocol; nothing when the connection ended.
    ///
    /// # Panics
    /// When nothing comes for a minute.
    pub async fn receive(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something comes in time");
            match next? {
                Ok(Message::Text(text)) => {
                    return Some(serde_json::from_str(&text).expect("messages are JSON"));
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The payload of the next event.
    ///
    /// # Panics
    /// When something else comes.
    pub async fn next(&mut self) -> Value {
        let mut message = self.receive().await.expect("the subscription goes on");
        assert_eq!(message["type"], "next", "{message}");
        message["payload"].take()
    }
}
