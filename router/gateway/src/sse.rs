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
use http::HeaderMap;
use router_executor::Response;
use std::convert::Infallible;

/// Answers an operation as a stream of events; a query or mutation is a stream of one.
pub(crate) async fn respond(
    gateway: &Gateway,
    graph: &Graph,
    operation: &PreparedOperation,
    request: GraphqlRequest,
    headers: &HeaderMap,
) -> http::Response<Body> {
    if gateway.0.stopping.is_cancelled() {
        let refusal = crate::error::Refusal::http(
            http::StatusCode::SERVICE_UNAVAILABLE,
            crate::error::INTERNAL,
            "the server is stopping",
        );
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

fn stream(gateway: &Gateway, events: impl Stream<Item = Response> + Send + 'static) -> http::Response<Body> {
    let stopping = gateway.0.stopping.clone();
    let keep_alive = gateway.0.config.subscriptions.keep_alive();
    let events = async_stream::stream! {
        let _gauge = StreamGauge::open();
        let mut events = std::pin::pin!(events.take_until(stopping.cancelled_owned()));
        while let Some(response) = events.next().await {
            let text = String::from_utf8(response.to_json()).unwrap_or_default();
            yield Ok::<_, Infallible>(Event::default().event("next").data(text));
        }
        yield Ok(Event::default().event("complete").data(""));
    };
    Sse::new(events).keep_alive(KeepAlive::new().interval(keep_alive)).into_response()
}
