//! A subscription as any client gets it, whatever carries it: counted, ended when the process stops, never torn by a panic.

use crate::error::internal;
use crate::graph::{Graph, PreparedOperation};
use crate::pipeline::Gateway;
use crate::request::GraphqlRequest;
use crate::telemetry::{self, StreamGauge};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt};
use http::HeaderMap;
use router_executor::Response;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

impl Gateway {
    /// Opens a subscription; dropping the stream ends it upstream.
    ///
    /// # Errors
    /// The one response to send instead.
    pub(crate) async fn subscribe(
        &self,
        graph: &Graph,
        operation: &PreparedOperation,
        request: GraphqlRequest,
        headers: &HeaderMap,
    ) -> Result<BoxStream<'static, Response>, Box<Response>> {
        let started = Instant::now();
        let client = self.client_request(request, headers);
        let opening = graph.executor().subscribe(&operation.prepared, client);
        let opened = match AssertUnwindSafe(opening).catch_unwind().await {
            Ok(opened) => opened,
            Err(_) => Err(Box::new(internal().response())),
        };
        telemetry::operation_ended(operation.kind.name(), opened.is_err(), started.elapsed());
        let events = counted(unbroken(opened?));
        Ok(events.take_until(self.0.stopping.clone().cancelled_owned()).boxed())
    }
}

/// Turns a panic while an event is answered into a last response.
fn unbroken(events: impl Stream<Item = Response>) -> impl Stream<Item = Response> {
    AssertUnwindSafe(events).catch_unwind().map(|event| {
        event.unwrap_or_else(|_| {
            tracing::error!("a subscription panicked");
            internal().response()
        })
    })
}

fn counted(events: impl Stream<Item = Response>) -> impl Stream<Item = Response> {
    let gauge = StreamGauge::open();
    events.inspect(move |response| {
        let _ = &gauge;
        telemetry::traffic(&response.traffic);
    })
}
