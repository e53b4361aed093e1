//! Streams over WebSocket: the `graphql-transport-ws` protocol, operations of any kind on one connection.
//!
//! Everything that waits has a bound: messages for a slow client (then the connection is closed with a reason), operations
//! on one connection, the time until the client says hello. One task reads, one writes, one runs per operation; all of them
//! end with the connection.

use crate::graph::PreparedOperation;
use crate::pipeline::{Gateway, is_stream};
use crate::request::{self, GraphqlRequest};
use crate::telemetry::StreamGauge;
use axum::body::Body;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use router_executor::Response;
use router_protocol::GRAPHQL_TRANSPORT_WS;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// The largest message that a client may send.
const MESSAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Why a connection is closed: the protocol's codes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Close {
    code: u16,
    reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Accepts a WebSocket; one that does not offer our protocol is closed with 4406.
pub(crate) fn upgrade(
    gateway: Gateway,
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
) -> http::Response<Body> {
    let offered = headers
        .get_all(http::header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|name| name.trim() == GRAPHQL_TRANSPORT_WS));
    upgrade
        .protocols([GRAPHQL_TRANSPORT_WS])
        .max_message_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            if offered {
                serve(gateway, socket, headers).await;
            } else {
                let close = Close::new(4406, format!("the sub-protocol must be {GRAPHQL_TRANSPORT_WS}"));
                send_close(socket, close).await;
            }
        })
        .into_response()
}

async fn send_close(mut socket: WebSocket, close: Close) {
    let frame = CloseFrame { code: close.code, reason: close.reason.into() };
    // A client that is gone needs no reason.
    let _ = socket.send(Message::Close(Some(frame))).await;
}

async fn serve(gateway: Gateway, socket: WebSocket, headers: HeaderMap) {
    let (sink, stream) = socket.split();
    let (out, queue) = mpsc::channel::<Message>(gateway.0.config.subscriptions.buffer.max(1));
    let gone = CancellationToken::new();
    let writer = write(sink, queue, &gateway, gone.clone());
    let mut connection = Connection {
        slow: Duration::from_millis(gateway.0.config.subscriptions.slow_client_ms),
        gateway: gateway.clone(),
        headers,
        out,
        running: HashMap::new(),
        tasks: JoinSet::new(),
        is_ready: false,
    };
    let reader = async {
        let close = connection.read(stream, &gone).await;
        connection.tasks.abort_all();
        let frame = CloseFrame { code: close.code, reason: close.reason.into() };
        let _ = timeout(connection.slow, connection.out.send(Message::Close(Some(frame)))).await;
        drop(connection);
    };
    futures::future::join(writer, reader).await;
}

/// Sends what is queued; gives up on a client that takes nothing for too long.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut queue: mpsc::Receiver<Message>,
    gateway: &Gateway,
    gone: CancellationToken,
) {
    let settings = &gateway.0.config.subscriptions;
    let slow = Duration::from_millis(settings.slow_client_ms);
    let keep_alive = settings.keep_alive();
    loop {
        let message = match timeout(keep_alive, queue.recv()).await {
            Ok(Some(message)) => message,
            Ok(None) => break,
            Err(_) => Message::Ping(Vec::new().into()),
        };
        let is_last = matches!(message, Message::Close(_));
        match timeout(slow, sink.send(message)).await {
            Ok(Ok(())) if is_last => break,
            Ok(Ok(())) => {}
            // The client is gone, or reads nothing: whatever is queued for it cannot be delivered.
            Ok(Err(_)) | Err(_) => break,
        }
    }
    gone.cancel();
    queue.close();
    let _ = timeout(Duration::from_secs(5), sink.close()).await;
}

struct Connection {
    gateway: Gateway,
    headers: HeaderMap,
    out: mpsc::Sender<Message>,
    running: HashMap<String, CancellationToken>,
    tasks: JoinSet<String>,
    slow: Duration,
    is_ready: bool,
}

impl Connection {
    /// Reads until the client leaves, breaks the protocol, or the server stops.
    async fn read(&mut self, mut stream: SplitStream<WebSocket>, gone: &CancellationToken) -> Close {
        let limit = Duration::from_millis(self.gateway.0.config.subscriptions.connection_init_timeout_ms);
        let hello_until = Instant::now() + limit;
        let stopping = self.gateway.0.stopping.clone();
        loop {
            let message = tokio::select! {
                message = stream.next() => message,
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    if let Ok(id) = ended {
                        self.running.remove(&id);
                    }
                    continue;
                }
                () = gone.cancelled() => return Close::new(1008, "the client does not read"),
                () = stopping.cancelled() => return Close::new(1001, "the server is stopping"),
                () = tokio::time::sleep_until(hello_until), if !self.is_ready => {
                    return Close::new(4408, "connection initialisation timeout");
                }
            };
            let text = match message {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Close::new(1000, ""),
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Binary(_))) => return Close::new(4400, "messages are JSON text"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            };
            if let Err(close) = self.message(&text).await {
                return close;
            }
        }
    }

    async fn message(&mut self, text: &str) -> Result<(), Close> {
        let message: Value = serde_json::from_str(text)
            .map_err(|error| Close::new(4400, format!("a message is not JSON: {error}")))?;
        match message["type"].as_str() {
            Some("connection_init") => self.init(&message["payload"]).await,
            Some("ping") => self.send(json!({ "type": "pong" })).await,
            Some("pong") => Ok(()),
            Some("subscribe") if !self.is_ready => Err(Close::new(4401, "unauthorized")),
            Some("subscribe") => self.subscribe(message).await,
            Some("complete") => {
                if let Some(running) = message["id"].as_str().and_then(|id| self.running.remove(id)) {
                    running.cancel();
                }
                Ok(())
            }
            _ => Err(Close::new(4400, "a message must have a type of the protocol")),
        }
    }

    /// The client's hello. It may carry the token, as a browser cannot set headers.
    async fn init(&mut self, payload: &Value) -> Result<(), Close> {
        if self.is_ready {
            return Err(Close::new(4429, "too many initialisation requests"));
        }
        if let Some(token) = token_of(payload) {
            let value = HeaderValue::from_str(token).map_err(|_| Close::new(4403, "forbidden"))?;
            self.headers.insert(AUTHORIZATION, value);
        }
        if self.gateway.admit(&self.headers).await.is_err() {
            return Err(Close::new(4403, "the access token is missing or not valid"));
        }
        self.is_ready = true;
        self.send(json!({ "type": "connection_ack" })).await
    }

    async fn subscribe(&mut self, mut message: Value) -> Result<(), Close> {
        let Some(id) = message["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned) else {
            return Err(Close::new(4400, "`subscribe` needs an id"));
        };
        if self.running.contains_key(&id) {
            return Err(Close::new(4409, format!("subscriber for {id} already exists")));
        }
        if self.running.len() >= self.gateway.0.config.subscriptions.per_connection {
            return Err(Close::new(4429, "too many operations on one connection"));
        }
        let graph = self.gateway.graph();
        let prepared = request::from_value(message["payload"].take())
            .and_then(|request| Ok((self.gateway.prepare(&graph, &request)?, request)));
        let (operation, request) = match prepared {
            Ok(prepared) => prepared,
            Err(refusal) => {
                return self.send(json!({ "id": id, "type": "error", "payload": refusal.errors })).await;
            }
        };
        let cancel = CancellationToken::new();
        self.running.insert(id.clone(), cancel.clone());
        let work = Operation {
            gateway: self.gateway.clone(),
            graph,
            operation,
            headers: self.headers.clone(),
            out: self.out.clone(),
            slow: self.slow,
        };
        self.tasks.spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = work.run(&id, request) => {}
            }
            id
        });
        Ok(())
    }

    async fn send(&self, message: Value) -> Result<(), Close> {
        queue(&self.out, self.slow, &message).await.map_err(|()| Close::new(1008, "the client does not read"))
    }
}

/// The token in the payload of `connection_init`: at its top or under `headers`.
fn token_of(payload: &Value) -> Option<&str> {
    let places = [payload, &payload["headers"]];
    places
        .into_iter()
        .find_map(|place| place["Authorization"].as_str().or_else(|| place["authorization"].as_str()))
}

async fn queue(out: &mpsc::Sender<Message>, slow: Duration, message: &Value) -> Result<(), ()> {
    let text = Message::Text(message.to_string().into());
    match timeout(slow, out.send(text)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(()),
    }
}

struct Operation {
    gateway: Gateway,
    graph: std::sync::Arc<crate::graph::Graph>,
    operation: std::sync::Arc<PreparedOperation>,
    headers: HeaderMap,
    out: mpsc::Sender<Message>,
    slow: Duration,
}

impl Operation {
    async fn run(self, id: &str, request: GraphqlRequest) {
        if !is_stream(&self.operation) {
            let response = self.gateway.answer(&self.graph, &self.operation, request, &self.headers).await;
            self.deliver(id, &response).await;
            return;
        }
        let _gauge = StreamGauge::open();
        let client = self.gateway.client_request(request, &self.headers);
        match self.graph.executor().subscribe(&self.operation.prepared, client).await {
            Ok(mut events) => {
                while let Some(response) = events.next().await {
                    let next = json!({ "id": id, "type": "next", "payload": response });
                    // The queue is full for too long, or the connection is gone: the upstream ends with this task.
                    if queue(&self.out, self.slow, &next).await.is_err() {
                        return;
                    }
                }
                self.complete(id).await;
            }
            Err(response) => self.deliver(id, &response).await,
        }
    }

    /// The only answer of an operation, then its end. A request that was refused before execution is an `error`.
    async fn deliver(&self, id: &str, response: &Response) {
        if response.is_refused() {
            let _ = queue(
                &self.out,
                self.slow,
                &json!({ "id": id, "type": "error", "payload": response.errors }),
            )
            .await;
            return;
        }
        if queue(&self.out, self.slow, &json!({ "id": id, "type": "next", "payload": response }))
            .await
            .is_ok()
        {
            self.complete(id).await;
        }
    }

    async fn complete(&self, id: &str) {
        let _ = queue(&self.out, self.slow, &json!({ "id": id, "type": "complete" })).await;
    }
}
