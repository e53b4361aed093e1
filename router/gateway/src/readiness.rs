//! Whether the gateway can answer anything: the question that a load balancer asks before it sends requests.
//!
//! Ready means: not stopping, whatever the binary adds is ready, and at least one subgraph answers. A single subgraph that is down does not take the gateway
//! out of service, since everything else is still answered; it is named in the answer and counted in the metrics.

use crate::graph::Graph;
use crate::pipeline::Gateway;
use axum::extract::State;
use axum::http::StatusCode;
use futures::future::join_all;
use router_executor::{Transport, TransportFault};
use router_protocol::SubgraphRequest;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long a subgraph may take to show that it lives.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Subgraphs are asked at most this often: anybody may ask us.
const PROBE_PAUSE: Duration = Duration::from_secs(1);

/// What the last look at the subgraphs gave.
#[derive(Debug, Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, Health)>>);

/// How many subgraphs there are, and which of them do not answer.
#[derive(Clone, Debug)]
struct Health {
    subgraphs: usize,
    silent: Vec<String>,
}

impl Readiness {
    /// Looks again when the last look is too old. Who asks meanwhile waits for the same answer.
    async fn health(&self, graph: &Graph) -> Health {
        let mut last = self.0.lock().await;
        if let Some((at, health)) = last.as_ref().filter(|(at, _)| at.elapsed() < PROBE_PAUSE) {
            tracing::trace!(age = ?at.elapsed(), "the subgraphs were asked a moment ago");
            return health.clone();
        }
        let health = probe(graph).await;
        *last = Some((Instant::now(), health.clone()));
        health
    }
}

pub(crate) async fn ready(State(gateway): State<Gateway>) -> (StatusCode, String) {
    if gateway.0.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
    }
    if let Some(readiness) = &gateway.0.local_readiness
        && !readiness().await
    {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned());
    }
    let Health { subgraphs, silent } = gateway.0.readiness.health(&gateway.graph()).await;
    if silent.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    let names = silent.join(", ");
    if silent.len() < subgraphs {
        return (StatusCode::OK, format!("ready, but without an answer from {names}\n"));
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: no answer from {names}\n"))
}

async fn probe(graph: &Graph) -> Health {
    let probes = graph.subgraphs().map(|(name, transport)| async move {
        let is_up = answers(transport).await;
        metrics::gauge!("carmen_subgraph_up", "subgraph" => name.to_owned()).set(f64::from(u8::from(is_up)));
        (name.to_owned(), is_up)
    });
    let found = join_all(probes).await;
    let subgraphs = found.len();
    let silent = found.into_iter().filter(|(_, is_up)| !is_up).map(|(name, _)| name).collect();
    Health { subgraphs, silent }
}

/// Whether a subgraph answers the smallest query there is. One that refuses us without a token lives, too.
async fn answers(transport: &Arc<dyn Transport>) -> bool {
    match timeout(PROBE_TIMEOUT, transport.call(SubgraphRequest::new("{ __typename }"))).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => matches!(error.fault, TransportFault::Status(status) if status < 500),
        Err(_) => false,
    }
}
