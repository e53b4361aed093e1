//! Subscriptions over WebSocket against real servers on free ports.

use crate::transport_http::{serve, transport};
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use futures::StreamExt;
use router_executor::{HttpSettings, Transport, TransportError, TransportFault};
use router_protocol::{GRAPHQL_TRANSPORT_WS, Renewal, SubgraphRequest};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// A subgraph whose side of the conversation is written out in a test. What it hears after its greeting comes out of
/// the receiver, until the connection ends.
struct Line {
    socket: WebSocket,
    heard: mpsc::UnboundedSender<Value>,
}

impl Line {
    async fn hear(&mut self) -> Option<Value> {
        loop {
            match self.socket.recv().await? {
                Ok(Message::Text(text)) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    self.heard.send(message.clone()).unwrap();
                    return Some(message);
                }
                Ok(Message::Close(_)) => {
                    self.heard.send(json!("closed")).unwrap();
                    return None;
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    async fn say(&mut self, message: Value) {
        // The other side may have left already; what it missed is what the test is about.
        let _ = self.socket.send(Message::text(message.to_string())).await;
    }

    async fn greet(&mut self) {
        self.hear().await;
        self.say(json!({ "type": "connection_ack" })).await;
        self.hear().await;
    }

    async fn next(&mut self, n: usize) {
        self.say(json!({ "id": "1", "type": "next", "payload": { "data": { "n": n } } })).await;
    }

    async fn listen_to_the_end(mut self) {
        while self.hear().await.is_some() {}
    }
}

/// Serves one conversation per connection.
async fn subgraph<F: Future<Output = ()> + Send + 'static>(
    talk: impl Fn(Line) -> F + Clone + Send + Sync + 'static,
) -> (SocketAddr, mpsc::UnboundedReceiver<Value>) {
    let (heard, receiver) = mpsc::unbounded_channel();
    let routes = Router::new().route(
        "/graphql",
        any(move |upgrade: WebSocketUpgrade, headers: HeaderMap| async move {
            heard.send(json!(headers.get("authorization").map(|token| token.to_str().unwrap()))).unwrap();
            upgrade.protocols([GRAPHQL_TRANSPORT_WS]).on_upgrade(move |socket| talk(Line { socket, heard }))
        }),
    );
    (serve(routes).await, receiver)
}

/// What the subgraph heard next.
async fn told(heard: &mut mpsc::UnboundedReceiver<Value>) -> Value {
    let next = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await;
    next.expect("the subgraph hears something").unwrap()
}

type Events = Vec<Result<Value, TransportError>>;

async fn subscribe_with(
    address: SocketAddr,
    change: impl FnOnce(&mut HttpSettings),
) -> Result<futures::stream::BoxStream<'static, Result<Value, TransportError>>, TransportError> {
    let request = SubgraphRequest::new("subscription { n }").variable("a", 1).bearer("secret");
    let events = transport(address, change).subscribe(request).await?;
    Ok(events.map(|event| event.map(|bytes| serde_json::from_slice(&bytes).unwrap())).boxed())
}

async fn all_events(address: SocketAddr) -> Events {
    subscribe_with(address, |_| {}).await.unwrap().collect().await
}

fn n(n: usize) -> Value {
    json!({ "data": { "n": n } })
}

#[tokio::test]
async fn the_conversation_follows_the_protocol() {
    let (address, mut heard) = subgraph(|mut line| async move {
        line.greet().await;
        line.next(1).await;
        line.say(json!({ "type": "ping" })).await;
        assert_eq!(line.hear().await.unwrap()["type"], "pong");
        line.next(2).await;
        line.say(json!({ "id": "1", "type": "complete" })).await;
        line.listen_to_the_end().await;
    })
    .await;
    let events: Vec<Value> = all_events(address).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(events, [n(1), n(2)]);
    assert_eq!(told(&mut heard).await, "Bearer secret");
    assert_eq!(
        told(&mut heard).await,
        json!({ "type": "connection_init", "payload": { "Authorization": "Bearer secret" } })
    );
    let payload = json!({ "query": "subscription { n }", "variables": { "a": 1 } });
    assert_eq!(told(&mut heard).await, json!({ "id": "1", "type": "subscribe", "payload": payload }));
    assert_eq!(told(&mut heard).await, json!({ "type": "pong" }));
    assert_eq!(told(&mut heard).await, "closed");
}

#[tokio::test]
async fn a_renewed_token_travels_as_a_ping_even_when_nobody_reads() {
    let (address, mut heard) = subgraph(|mut line| async move {
        line.greet().await;
        // More than the queue takes.
        for event in 0..50 {
            line.next(event).await;
        }
        line.listen_to_the_end().await;
    })
    .await;
    let (renewal, credential) = Renewal::new("Bearer secret".parse().unwrap());
    let mut request = SubgraphRequest::new("subscription { n }").bearer("secret");
    request.credential = Some(credential);
    let events = transport(address, |_| {}).subscribe(request).await.unwrap();
    for _greeting in 0..3 {
        told(&mut heard).await;
    }
    for token in ["Bearer second", "Bearer third"] {
        renewal.renew(token.parse().unwrap());
        let ping = json!({ "type": "ping", "payload": { "authorization": token } });
        assert_eq!(told(&mut heard).await, ping);
    }
    drop(renewal);
    let read: Vec<_> = events.take(50).collect().await;
    assert!(read.iter().all(Result::is_ok), "the end of the renewals is not the end of the events");
    assert_eq!(told(&mut heard).await["type"], "complete");
}

#[tokio::test]
async fn an_error_message_is_an_event_with_errors_and_the_last() {
    let (address, _heard) = subgraph(|mut line| async move {
        line.greet().await;
        line.say(json!({ "id": "1", "type": "error", "payload": [{ "message": "no" }] })).await;
        line.listen_to_the_end().await;
    })
    .await;
    let events: Vec<Value> = all_events(address).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(events, [json!({ "errors": [{ "message": "no" }] })]);
}

#[tokio::test]
async fn dropping_the_stream_says_goodbye() {
    let (address, mut heard) = subgraph(|mut line| async move {
        line.greet().await;
        line.next(1).await;
        line.listen_to_the_end().await;
    })
    .await;
    let mut events = subscribe_with(address, |_| {}).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap(), n(1));
    drop(events);
    for _greeting in 0..3 {
        told(&mut heard).await;
    }
    assert_eq!(told(&mut heard).await, json!({ "id": "1", "type": "complete" }));
    assert_eq!(told(&mut heard).await, "closed");
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_not_an_end() {
    let (address, _heard) = subgraph(|mut line| async move {
        line.greet().await;
        line.next(1).await;
    })
    .await;
    let events = all_events(address).await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].as_ref().unwrap_err().fault, TransportFault::Unreachable);
}

#[tokio::test]
async fn a_refused_greeting_says_why() {
    let (address, _heard) = subgraph(|mut line| async move {
        line.hear().await;
        let frame = CloseFrame { code: 4403, reason: "Forbidden".into() };
        line.socket.send(Message::Close(Some(frame))).await.unwrap();
    })
    .await;
    let error = subscribe_with(address, |_| {}).await.err().unwrap();
    assert_eq!(error.fault, TransportFault::Unreachable);
    assert_eq!(error.message, "it closed the connection (4403 Forbidden)");
}

#[tokio::test]
async fn nonsense_is_malformed() {
    for nonsense in ["nonsense", "{}", r#"{"type":"next","id":"1"}"#, r#"{"type":"surprise"}"#] {
        let (address, _heard) = subgraph(move |mut line| async move {
            line.greet().await;
            let _ = line.socket.send(Message::text(nonsense)).await;
            line.listen_to_the_end().await;
        })
        .await;
        let events = all_events(address).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].as_ref().unwrap_err().fault, TransportFault::Malformed, "{nonsense}");
    }
}

#[tokio::test]
async fn a_silent_connection_is_asked_for_a_sign_of_life_and_then_given_up() {
    let (address, mut heard) = subgraph(|mut line| async move {
        line.greet().await;
        line.listen_to_the_end().await;
    })
    .await;
    let events = subscribe_with(address, |settings| settings.ping_interval = Duration::from_millis(50))
        .await
        .unwrap()
        .collect::<Vec<_>>()
        .await;
    assert_eq!(events[0].as_ref().unwrap_err().fault, TransportFault::Timeout);
    for _greeting in 0..3 {
        told(&mut heard).await;
    }
    assert_eq!(told(&mut heard).await, json!({ "type": "ping" }));
}

#[tokio::test]
async fn a_subgraph_that_never_greets_is_given_up() {
    let (address, _heard) = subgraph(|line| line.listen_to_the_end()).await;
    let error = subscribe_with(address, |settings| settings.connect_timeout = Duration::from_millis(100))
        .await
        .err()
        .unwrap();
    assert_eq!((error.fault, error.message.as_str()), (TransportFault::Timeout, "no greeting within 0.1 s"));
}

#[tokio::test]
async fn a_subgraph_without_websocket_is_a_status() {
    let routes = Router::new().route("/graphql", any(|| async { StatusCode::NOT_FOUND }));
    let error = subscribe_with(serve(routes).await, |_| {}).await.err().unwrap();
    assert_eq!(error.fault, TransportFault::Status(404));
}

#[tokio::test]
async fn a_client_that_does_not_read_stops_the_subgraph() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let (address, _heard) = subgraph(move |mut line| {
        let counter = counter.clone();
        async move {
            line.greet().await;
            // 64 KiB per event: far more than the sockets' buffers take in all.
            let filler = "x".repeat(64 * 1024);
            for _ in 0..600 {
                line.say(json!({ "id": "1", "type": "next", "payload": { "data": { "filler": filler } } }))
                    .await;
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    let mut events = subscribe_with(address, |_| {}).await.unwrap();
    events.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let while_idle = sent.load(Ordering::SeqCst);
    assert!(while_idle < 400, "{while_idle} events were taken although nobody reads");
    for _ in 1..600 {
        events.next().await.unwrap().unwrap();
    }
}
