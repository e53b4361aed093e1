//! Streams as server-sent events, in the "distinct connections" mode of the graphql-sse protocol: one request, one stream
//! of `next` events, one `complete`.

use crate::graph::{Graph, PreparedOperation};
use crate::http_handler::refused;
use crate::negotiation::Media;
use crate::pipeline::{Gateway, is_stream};
use crate::request::GraphqlRequest;
use crate::telemetry::StreamGauge;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue};
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
    headers: &HeaderMap,
) -> http::Response<Body> {
    if let Some(refusal) = gateway.refuses_streams() {
        return refused(&refusal, Media::Json);
    }
    if !is_stream(operation) {
        let response = gateway.answer(graph, operation, request, headers).await;
        return stream(gateway, futures::stream::iter([response]));
    }
    let client = gateway.client_request(request, headers);
    match graph.executor().subscribe(&operation.prepared, client).await {
        Ok(events) => stream(gateway, events),
        Err(response) => stream(gateway, futures::stream::iter([*response])),
    }
}

/// Hands events over a bounded queue: a client that takes nothing for too long loses its stream, and the subscription ends
/// upstream even though the connection itself may linger.
fn stream(gateway: &Gateway, events: impl Stream<Item = Response> + Send + 'static) -> http::Response<Body> {
    let settings = &gateway.0.config.subscriptions;
    let slow = Duration::from_millis(settings.slow_client_ms);
    let (queue, mut queued) = mpsc::channel::<Event>(settings.buffer.max(1));
    let stopping = gateway.0.stopping.clone();
    gateway.0.streams.spawn(async move {
        let gone = queue.clone();
        tokio::select! {
            () = feed(events.take_until(stopping.cancelled()), &queue, slow) => {}
            () = gone.closed() => {}
        }
    });
    let events = async_stream::stream! {
        while let Some(event) = queued.recv().await {
            yield Ok::<_, Infallible>(event);
        }
    };
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(settings.keep_alive())).into_response();
    response.headers_mut().insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}

async fn feed(events: impl Stream<Item = Response>, queue: &mpsc::Sender<Event>, slow: Duration) {
    let _gauge = StreamGauge::open();
    let mut events = std::pin::pin!(events);
    while let Some(response) = events.next().await {
        let text = String::from_utf8(response.to_json()).expect("JSON is UTF-8");
        if !matches!(timeout(slow, queue.send(Event::default().event("next").data(text))).await, Ok(Ok(()))) {
            tracing::info!("a client of an event stream does not read; its stream ends");
            return;
        }
    }
    // A line break, for browsers drop an event whose data is empty.
    let _ = timeout(slow, queue.send(Event::default().event("complete").data("\n"))).await;
}
