//! A subscription as any client gets it, whatever carries it: counted, ended when the
//! process stops or the token runs out, never torn by a panic.

use crate::client::Client;
use crate::error::{internal, token_expired};
use crate::graph::{Graph, PreparedOperation};
use crate::pipeline::Gateway;
use crate::request::GraphqlRequest;
use crate::telemetry::{self, StreamGauge};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt};
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
        client: &Client,
    ) -> Result<BoxStream<'static, Response>, Box<Response>> {
        let started = Instant::now();
        let asked = self.client_request(request, client);
        let opening = graph.executor().subscribe(&operation.prepared, asked);
        let opened = match AssertUnwindSafe(opening).catch_unwind().await {
            Ok(opened) => opened,
            Err(_) => Err(Box::new(internal().response())),
        };
        telemetry::operation_ended(operation.kind.name(), opened.is_err(), started.elapsed());
        let events = until(client.clone().token_runs_out(), counted(unbroken(opened?)));
        Ok(events.take_until(self.0.stopping.clone().cancelled_owned()).boxed())
    }
}

/// Ends a stream with its client's token, even while an event is answered: what is fetched for it would be refused.
fn until(
    token_runs_out: impl Future<Output = ()> + Send,
    events: impl Stream<Item = Response> + Send,
) -> impl Stream<Item = Response> + Send {
    async_stream::stream! {
        let (mut events, mut token_runs_out) = (std::pin::pin!(events), std::pin::pin!(token_runs_out));
        loop {
            let event = tokio::select! {
                biased;
                () = &mut token_runs_out => {
                    yield token_expired().event();
                    return;
                }
                event = events.next() => event,
            };
            match event {
                Some(response) => yield response,
                None => return,
            }
        }
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
