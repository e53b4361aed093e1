//! Streams as server-sent events, in the "distinct connections" mode of the graphql-sse protocol: one request, one stream
//! of `next` events, one `complete`. The token cannot be renewed here: a stream ends with it, the last event says so.

use crate::client::Client;
use crate::graph::{Graph, PreparedOperation};
use crate::http_handler::refused;
use crate::negotiation::Media;
use crate::pipeline::{Gateway, is_stream};
use crate::request::GraphqlRequest;
use axum::body::{Body, Bytes};
use futures::{Stream, StreamExt};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use router_executor::Response;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Tells reverse proxies to hand each event on at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers an operation as a stream of events; a query or mutation is a stream of one.
pub(crate) async fn respond(
    gateway: &Gateway,
    graph: &Graph,
    operation: &PreparedOperation,
    request: GraphqlRequest,
    client: &Client,
) -> http::Response<Body> {
    if let Some(refusal) = gateway.refuses_streams() {
        return refused(&refusal, Media::Json);
    }
    if !is_stream(operation) {
        let response = gateway.answer(graph, operation, request, client).await;
        return stream(gateway, futures::stream::iter([response]));
    }
    match gateway.subscribe(graph, operation, request, client).await {
        Ok(events) => stream(gateway, events),
        Err(response) => stream(gateway, futures::stream::iter([*response])),
    }
}

/// Hands events over a bounded queue: a client that takes nothing for too long loses its stream, and the subscription ends
/// upstream even though the connection itself may linger.
fn stream(gateway: &Gateway, events: impl Stream<Item = Response> + Send + 'static) -> http::Response<Body> {
    let settings = &gateway.0.config.subscriptions;
    let (slow, keep_alive) = (Duration::from_millis(settings.slow_client_ms), settings.keep_alive());
    let (queue, mut queued) = mpsc::channel::<Bytes>(settings.buffer.max(1));
    gateway.0.streams.spawn(async move {
        let gone = queue.clone();
        tokio::select! {
            () = feed(events, &queue, slow) => {}
            () = gone.closed() => {}
        }
    });
    let body = async_stream::stream! {
        loop {
            match timeout(keep_alive, queued.recv()).await {
                Ok(Some(event)) => yield Ok::<_, Infallible>(event),
                Ok(None) => return,
                Err(_) => yield Ok(Bytes::from_static(SIGN_OF_LIFE)),
            }
        }
    };
    let mut response = http::Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Media::EventStream.content_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}

async fn feed(events: impl Stream<Item = Response>, queue: &mpsc::Sender<Bytes>, slow: Duration) {
    let mut events = std::pin::pin!(events);
    while let Some(response) = events.next().await {
        if queue.send_timeout(next(&response), slow).await.is_err() {
            tracing::info!("a client of an event stream does not read; its stream ends");
            return;
        }
    }
    let _ = queue.send_timeout(Bytes::from_static(COMPLETE), slow).await;
}

/// The last event. It has a data line, for browsers drop an event without one, and the line is empty, for other clients
/// read what is in it as JSON.
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// A comment, which every reader skips.
const SIGN_OF_LIFE: &[u8] = b":\n\n";

/// One response as an event. JSON text has no line breaks of its own.
fn next(response: &Response) -> Bytes {
    [b"event: next\ndata: ".as_slice(), &response.to_json(), b"\n\n"].concat().into()
}
