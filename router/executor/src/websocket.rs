//! Subscriptions to a subgraph over WebSocket, sub-protocol `graphql-transport-ws`; one connection per subscription.
//!
//! A task per connection moves events into a short bounded queue. When nobody takes them the task stops reading, so a
//! slow client slows the subgraph down instead of filling memory here. When the stream is dropped, the task says
//! goodbye within [`FAREWELL`] and ends.

use crate::transport::{TransportError, TransportFault};
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{SinkExt, StreamExt};
use http::HeaderValue;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use reqwest::Url;
use router_protocol::{Credential, GRAPHQL_TRANSPORT_WS, SubgraphRequest};
use rustls_platform_verifier::ConfigVerifierExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};
use tracing::Instrument;

/// The events that may wait for the client; with more, reading stops.
const EVENTS_WAITING_MAX: usize = 16;

/// How long leaving politely may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The id of the one operation on a connection.
const OPERATION: &str = "1";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Event = Result<Bytes, TransportError>;

/// How connections are made and watched.
#[derive(Debug)]
pub(crate) struct SocketSettings {
    pub(crate) url: Url,
    /// Present when the URL's scheme is `wss`.
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
    pub(crate) greeting_timeout: Duration,
    pub(crate) ping_interval: Duration,
    pub(crate) message_bytes_max: usize,
}

/// A message of the sub-protocol.
#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    payload: Option<Box<RawValue>>,
}

/// Why the events ended.
#[derive(Debug)]
enum End {
    /// The client left.
    Left,
    /// The subgraph has nothing more to say.
    Complete,
    /// Something broke.
    Broken(TransportError),
}

/// What an encrypted connection needs: the machine's own certificate authorities, as for HTTP.
pub(crate) fn tls(url: &Url) -> Result<Option<Arc<rustls::ClientConfig>>, rustls::Error> {
    if url.scheme() != "wss" {
        return Ok(None);
    }
    rustls::ClientConfig::with_platform_verifier().map(|config| Some(Arc::new(config)))
}

/// Connects and subscribes.
pub(crate) async fn subscribe(
    settings: Arc<SocketSettings>,
    request: SubgraphRequest,
) -> Result<BoxStream<'static, Event>, TransportError> {
    let limit = settings.greeting_timeout;
    let greeted = timeout(limit, greet(&settings, &request)).await;
    let late = |_| TransportError {
        fault: TransportFault::Timeout,
        message: format!("no greeting within {} s", limit.as_secs_f64()),
    };
    let mut socket = greeted.map_err(late)??;
    let payload = serde_json::to_value(&request).expect("a request has string keys only");
    say(&mut socket, &json!({ "id": OPERATION, "type": "subscribe", "payload": payload })).await?;

    let (sender, receiver) = mpsc::channel(EVENTS_WAITING_MAX);
    let renewals = Renewals(request.credential);
    tokio::spawn(pump(socket, sender, renewals, settings.ping_interval).in_current_span());
    let events = stream::unfold(receiver, async |mut receiver| {
        let event = receiver.recv().await?;
        Some((event, receiver))
    });
    Ok(events.boxed())
}

/// Opens the connection and waits for the subgraph to accept it.
async fn greet(settings: &SocketSettings, request: &SubgraphRequest) -> Result<Socket, TransportError> {
    let mut handshake = settings.url.as_str().into_client_request().map_err(|error| broken(&error))?;
    handshake.headers_mut().extend(request.headers.clone());
    handshake.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(GRAPHQL_TRANSPORT_WS));
    let config = WebSocketConfig::default()
        .max_message_size(Some(settings.message_bytes_max))
        .max_frame_size(Some(settings.message_bytes_max));
    let no_delay = true;
    let connector = settings.tls.clone().map_or(Connector::Plain, Connector::Rustls);
    let connected = connect_async_tls_with_config(handshake, Some(config), no_delay, Some(connector)).await;
    let (mut socket, _) = connected.map_err(|error| broken(&error))?;
    say(&mut socket, &json!({ "type": "connection_init", "payload": credentials(request) })).await?;
    loop {
        let frame = hear(socket.next().await)?;
        match frame.as_ref().map(|frame| frame.kind.as_str()) {
            Some("connection_ack") => return Ok(socket),
            Some("ping") => say(&mut socket, &json!({ "type": "pong" })).await?,
            Some("pong") | None => {}
            Some(_) => return Err(malformed("it does not greet as the protocol wants")),
        }
    }
}

/// The forwarded headers, for subgraphs that cannot read those of the handshake.
fn credentials(request: &SubgraphRequest) -> Map<String, Value> {
    let mut payload = Map::new();
    for (name, value) in &request.headers {
        let Ok(value) = value.to_str() else { continue };
        let name = if *name == router_protocol::AUTHORIZATION { "Authorization" } else { name.as_str() };
        payload.insert(name.to_owned(), Value::from(value));
    }
    payload
}

/// The client's token as it is renewed.
struct Renewals(Option<Credential>);

impl Renewals {
    /// The ping that hands the next renewed token on; waits for ever when there will be none.
    async fn next(&mut self) -> Value {
        loop {
            let renewed = match &mut self.0 {
                Some(credential) => credential.renewed().await,
                None => std::future::pending().await,
            };
            match renewed.as_ref().map(router_protocol::renewal_payload) {
                Some(Some(payload)) => return json!({ "type": "ping", "payload": payload }),
                Some(None) => {}
                None => self.0 = None,
            }
        }
    }
}

async fn pump(
    mut socket: Socket,
    events: mpsc::Sender<Event>,
    mut renewals: Renewals,
    ping_interval: Duration,
) {
    match relay(&mut socket, &events, &mut renewals, ping_interval).await {
        End::Broken(error) => {
            // Nobody listens any more when this fails, so nobody misses it.
            let _ = events.send(Err(error)).await;
        }
        End::Complete => farewell(&mut socket, None).await,
        End::Left => farewell(&mut socket, Some(json!({ "id": OPERATION, "type": "complete" }))).await,
    }
}

/// Passes events on until either side ends it.
async fn relay(
    socket: &mut Socket,
    events: &mpsc::Sender<Event>,
    renewals: &mut Renewals,
    ping_interval: Duration,
) -> End {
    let mut is_asked = false;
    loop {
        // A place in the queue comes first: without one, reading would only fill memory. A renewed token never waits.
        let next = async {
            let place = events.reserve().await.ok()?;
            tokio::select! {
                () = events.closed() => None,
                heard = timeout(ping_interval, socket.next()) => Some((place, heard)),
            }
        };
        let next = tokio::select! {
            next = next => next,
            ping = renewals.next() => match say(socket, &ping).await {
                Ok(()) => continue,
                Err(error) => return End::Broken(error),
            },
        };
        let Some((place, heard)) = next else { return End::Left };
        let Ok(heard) = heard else {
            if is_asked {
                let message = format!("silent for {} s", 2.0 * ping_interval.as_secs_f64());
                return End::Broken(TransportError { fault: TransportFault::Timeout, message });
            }
            is_asked = true;
            if let Err(error) = say(socket, &json!({ "type": "ping" })).await {
                return End::Broken(error);
            }
            continue;
        };
        is_asked = false;
        let frame = match hear(heard) {
            Ok(Some(frame)) => frame,
            Ok(None) => continue,
            Err(error) => return End::Broken(error),
        };
        match (frame.kind.as_str(), frame.payload) {
            ("next", Some(payload)) => place.send(Ok(Bytes::from(String::from(Box::<str>::from(payload))))),
            ("error", Some(errors)) => {
                place.send(Ok(Bytes::from(format!(r#"{{"errors":{errors}}}"#))));
                return End::Complete;
            }
            ("complete", _) => return End::Complete,
            ("ping", _) => {
                if let Err(error) = say(socket, &json!({ "type": "pong" })).await {
                    return End::Broken(error);
                }
            }
            ("pong" | "connection_ack", _) => {}
            _ => return End::Broken(malformed("it sent a message that the protocol does not know")),
        }
    }
}

/// Leaves; a subgraph that does not listen is left without a word.
async fn farewell(socket: &mut Socket, last_words: Option<Value>) {
    let leave = async {
        if let Some(message) = last_words {
            say(socket, &message).await?;
        }
        socket.close(None).await.map_err(|error| broken(&error))
    };
    if !matches!(timeout(FAREWELL, leave).await, Ok(Ok(()))) {
        tracing::debug!("a subscription's connection was dropped without a goodbye");
    }
}

async fn say(socket: &mut Socket, message: &Value) -> Result<(), TransportError> {
    socket.send(Message::text(message.to_string())).await.map_err(|error| broken(&error))
}

/// Reads one message; `None` for those that the WebSocket layer answers by itself.
fn hear(message: Option<Result<Message, Error>>) -> Result<Option<Frame>, TransportError> {
    match message {
        Some(Ok(Message::Text(text))) => {
            serde_json::from_str(&text).map(Some).map_err(|_| malformed("it sent a message that is not JSON"))
        }
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(None),
        Some(Ok(Message::Binary(_))) => Err(malformed("it sent a binary message")),
        Some(Ok(Message::Close(Some(frame)))) => {
            let message = format!("it closed the connection ({} {})", frame.code, frame.reason);
            Err(TransportError { fault: TransportFault::Unreachable, message: message.replace(" )", ")") })
        }
        Some(Ok(Message::Close(None))) | None => Err(unreachable("it closed the connection")),
        Some(Err(error)) => Err(broken(&error)),
    }
}

/// The client sees what happened; addresses and system errors stay in the log.
fn broken(error: &Error) -> TransportError {
    tracing::debug!(error = error as &dyn std::error::Error, "a subscription's connection failed");
    match error {
        Error::Capacity(_) => malformed("an event is too large"),
        Error::Http(response) => {
            let status = response.status().as_u16();
            TransportError {
                fault: TransportFault::Status(status),
                message: format!("it answered with HTTP status {status}"),
            }
        }
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => unreachable("the connection broke"),
        Error::Protocol(_) | Error::Utf8(_) => malformed("it does not speak the WebSocket protocol"),
        Error::ConnectionClosed | Error::AlreadyClosed => unreachable("it closed the connection"),
        _ => unreachable("no connection"),
    }
}

fn malformed(message: &str) -> TransportError {
    TransportError { fault: TransportFault::Malformed, message: message.to_owned() }
}

fn unreachable(message: &str) -> TransportError {
    TransportError { fault: TransportFault::Unreachable, message: message.to_owned() }
}
