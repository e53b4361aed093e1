//! Streams over WebSocket: the `graphql-transport-ws` protocol, operations of any kind on one connection.
//!
//! Everything that waits has a bound: messages for a slow client (then the connection is closed with a reason), operations
//! on one connection, the time until the client says hello, silence of a client that is gone. One task reads and writes
//! (`connection`), one runs per operation (`operation`); all of them end with the connection.

mod connection;
mod operation;

use crate::error::{FORBIDDEN, Refusal};
use crate::http_handler::refused;
use crate::negotiation::Media;
use crate::origin;
use crate::pipeline::Gateway;
use axum::body::Body;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use connection::Connection;
use futures::stream::SplitSink;
use futures::{SinkExt, StreamExt};
use http::{HeaderMap, StatusCode};
use router_protocol::GRAPHQL_TRANSPORT_WS;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, timeout};
use tokio_util::sync::CancellationToken;

/// The longest reason that fits into a close frame (RFC 6455, section 5.5: 125 bytes with the code).
const REASON_BYTES_MAX: usize = 123;

/// How long the client may take to answer our goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// How long the last words to a client may take that does not read.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long we listen after our goodbye. A connection that is dropped while the client still talks is reset by the system,
/// and the client may never see why it was closed.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long operations that are no streams may still run when the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(20);

/// The server goes away.
const GOING_AWAY: u16 = 1001;

/// Why a connection is closed: the protocol's codes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Close {
    code: u16,
    reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        // Parts of a reason may come from the client; a longer one would break the connection instead of explaining it.
        reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
        Self { code, reason }
    }

    fn slow() -> Self {
        Self::new(1008, "the client does not read")
    }

    /// 1013, try again later: a client with a good token shall come back with it.
    fn issuer_away() -> Self {
        Self::new(1013, "the issuer of the access token does not answer")
    }

    fn token_expired() -> Self {
        Self::new(4401, "the access token has run out")
    }

    fn message(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

/// The way to the client: a bounded queue. A message that finds no room in time means that the client does not read.
#[derive(Clone, Debug)]
struct Outbox {
    queue: mpsc::Sender<Message>,
    slow: Duration,
    /// Cancelled when the client is gone or does not read: the connection ends.
    gone: CancellationToken,
}

impl Outbox {
    async fn send(&self, message: &Value) -> Result<(), Close> {
        match timeout(self.slow, self.queue.send(Message::Text(message.to_string().into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => {
                self.gone.cancel();
                Err(Close::slow())
            }
        }
    }
}

/// Accepts a WebSocket; one that does not offer our protocol is closed with 4406, one from a foreign page is refused: the
/// same-origin policy of browsers does not cover WebSockets.
pub(crate) fn upgrade(
    gateway: Gateway,
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
) -> http::Response<Body> {
    if origin::is_foreign(&headers, &gateway.0.config.cors) {
        let message = "pages of this origin may not open a WebSocket here";
        return refused(&Refusal::http(StatusCode::FORBIDDEN, FORBIDDEN, message), Media::Json);
    }
    if let Some(refusal) = gateway.refuses_streams() {
        return refused(&refusal, Media::Json);
    }
    let offered = headers
        .get_all(http::header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|name| name.trim() == GRAPHQL_TRANSPORT_WS));
    let tracker = gateway.0.streams.clone();
    upgrade
        .protocols([GRAPHQL_TRANSPORT_WS])
        .max_message_size(gateway.0.config.limits.body_bytes)
        .on_upgrade(move |mut socket| {
            tracker.track_future(async move {
                if offered {
                    serve(gateway, socket, headers).await;
                } else {
                    let close = Close::new(4406, format!("the sub-protocol must be {GRAPHQL_TRANSPORT_WS}"));
                    // A client that is gone needs no reason.
                    let _ = timeout(GOODBYE, socket.send(close.message())).await;
                }
            })
        })
        .into_response()
}

async fn serve(gateway: Gateway, socket: WebSocket, headers: HeaderMap) {
    let settings = &gateway.0.config.subscriptions;
    let (sink, mut stream) = socket.split();
    let (queue, queued) = mpsc::channel::<Message>(settings.buffer.max(1));
    let slow = Duration::from_millis(settings.slow_client_ms);
    let outbox = Outbox { queue, slow, gone: CancellationToken::new() };
    let writer = write(sink, queued, outbox.gone.clone(), (slow, settings.keep_alive()));
    let mut connection = Connection::new(gateway.clone(), headers, outbox.clone());
    let reader = async {
        let close = connection.read(&mut stream).await;
        if close.code == GOING_AWAY {
            // Streams end by themselves; whoever asked for a change gets to know how it went.
            connection.drain(DRAIN_MAX).await;
        }
        drop(connection);
        let _ = timeout(slow, outbox.queue.send(close.message())).await;
        drop(outbox);
        let farewell = async { while let Some(Ok(_)) = stream.next().await {} };
        let _ = timeout(FAREWELL, farewell).await;
    };
    futures::future::join(writer, reader).await;
}

/// Sends what is queued, and signs of life; gives up on a client that takes nothing for too long.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut queued: mpsc::Receiver<Message>,
    gone: CancellationToken,
    (slow, keep_alive): (Duration, Duration),
) {
    let mut heartbeat = interval_at(Instant::now() + keep_alive, keep_alive);
    loop {
        let message = tokio::select! {
            biased;
            () = gone.cancelled() => break,
            _ = heartbeat.tick() => Message::Ping(Vec::new().into()),
            message = queued.recv() => match message {
                Some(message) => message,
                None => break,
            },
        };
        let is_last = matches!(message, Message::Close(_));
        let sent = tokio::select! {
            () = gone.cancelled() => break,
            sent = timeout(slow, sink.send(message)) => sent,
        };
        match sent {
            Ok(Ok(())) if !is_last => {}
            Ok(_) => break,
            Err(_) => {
                gone.cancel();
                break;
            }
        }
    }
    // What is still queued for a client that does not read cannot be delivered; should it read again, it learns why.
    drop(queued);
    if gone.is_cancelled() {
        let _ = timeout(LAST_WORDS, sink.send(Close::slow().message())).await;
    }
    gone.cancel();
    let _ = timeout(GOODBYE, sink.close()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_always_fits_into_its_frame() {
        let close = Close::new(4409, format!("subscriber for {} already exists", "ä".repeat(200)));
        assert!(close.reason.len() <= REASON_BYTES_MAX && close.reason.starts_with("subscriber for ä"));
    }
}
