//! One operation on a WebSocket, from `subscribe` to `complete` or `error`.

use super::Outbox;
use crate::client::Client;
use crate::error::internal;
use crate::graph::{Graph, PreparedOperation};
use crate::pipeline::Gateway;
use crate::request::GraphqlRequest;
use futures::{FutureExt, StreamExt};
use router_executor::{GraphqlError, Response};
use serde_json::json;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// An operation's place on its connection. It counts as ended the moment its last message is queued: from then on the
/// client may use the id again.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    cancelled: CancellationToken,
    ended: Arc<AtomicBool>,
}

impl Slot {
    pub(super) fn cancel(&self) {
        self.cancelled.cancel();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }
}

pub(super) struct Operation {
    pub(super) id: String,
    pub(super) gateway: Gateway,
    pub(super) graph: Arc<Graph>,
    pub(super) operation: Arc<PreparedOperation>,
    pub(super) client: Client,
    pub(super) outbox: Outbox,
    pub(super) slot: Slot,
}

impl Operation {
    pub(super) async fn run(self, request: GraphqlRequest, is_stream: bool) {
        let work = async { if is_stream { self.stream(request).await } else { self.answer(request).await } };
        let cancelled = self.slot.cancelled.clone();
        let outcome = tokio::select! {
            () = cancelled.cancelled() => Ok(()),
            outcome = AssertUnwindSafe(work).catch_unwind() => outcome,
        };
        if outcome.is_err() {
            tracing::error!(id = self.id, "an operation on a WebSocket panicked");
            self.refuse(&internal().errors).await;
        }
        self.slot.end();
    }

    async fn answer(&self, request: GraphqlRequest) {
        let response = self.gateway.answer(&self.graph, &self.operation, request, &self.client).await;
        self.deliver(&response).await;
    }

    async fn stream(&self, request: GraphqlRequest) {
        let opened = self.gateway.subscribe(&self.graph, &self.operation, request, &self.client).await;
        let mut events = match opened {
            Ok(events) => events,
            Err(response) => return self.deliver(&response).await,
        };
        while let Some(response) = events.next().await {
            if response.is_refused() {
                return self.refuse(&response.errors).await;
            }
            let next = json!({ "id": self.id, "type": "next", "payload": response });
            // When it cannot be delivered the connection ends, and this task with it; dropping the stream ends it upstream.
            if self.outbox.send(&next).await.is_err() {
                return;
            }
        }
        self.complete().await;
    }

    /// The only answer of an operation, then its end. A request that was refused before execution is an `error`.
    async fn deliver(&self, response: &Response) {
        if response.is_refused() {
            return self.refuse(&response.errors).await;
        }
        let next = json!({ "id": self.id, "type": "next", "payload": response });
        if self.outbox.send(&next).await.is_ok() {
            self.complete().await;
        }
    }

    async fn refuse(&self, errors: &[GraphqlError]) {
        self.slot.end();
        // A failure ends the connection through the outbox itself.
        let _ = self.outbox.send(&json!({ "id": self.id, "type": "error", "payload": errors })).await;
    }

    async fn complete(&self) {
        self.slot.end();
        let _ = self.outbox.send(&json!({ "id": self.id, "type": "complete" })).await;
    }
}
