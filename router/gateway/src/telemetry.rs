//! What can be seen from outside: Prometheus metrics and one log line per request.

use http::{Method, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use router_executor::{CallOutcome, GraphqlError, Traffic};
use std::sync::OnceLock;
use std::time::Duration;

/// Bounds of the latency histograms, in seconds.
const LATENCY_BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The process's metrics; installed with the first gateway.
pub(crate) fn metrics_handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCY_BOUNDS)
                .and_then(PrometheusBuilder::install_recorder)
                .inspect_err(|error| tracing::warn!(%error, "metrics are not available"))
                .ok()
        })
        .as_ref()
}

/// Keeps the metrics' memory bounded while nobody collects them. Never ends by itself.
pub(crate) async fn upkeep() {
    const PERIOD: Duration = Duration::from_secs(5);
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Some(handle) = metrics_handle() {
            handle.run_upkeep();
        }
    }
}

/// Counts one HTTP request. Methods that nobody knows share a label, so that clients cannot invent series.
pub(crate) fn http_answered(method: &Method, status: StatusCode) {
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        _ => "other",
    };
    metrics::counter!("carmen_http_requests_total", "method" => method, "status" => status.as_str().to_owned())
        .increment(1);
}

/// Counts a request that was refused before execution.
pub(crate) fn refused(errors: &[GraphqlError]) {
    // Codes are ours here: a refusal comes from the gateway, the compiler's wrapper or the planner.
    let code = errors.first().and_then(GraphqlError::code).unwrap_or("none").to_owned();
    metrics::counter!("carmen_refused_total", "code" => code).increment(1);
}

/// Counts one operation that was answered.
pub(crate) fn operation_ended(kind: &'static str, failed: bool, took: Duration) {
    let status = if failed { "errors" } else { "ok" };
    metrics::counter!("carmen_operations_total", "kind" => kind, "status" => status).increment(1);
    metrics::histogram!("carmen_operation_seconds", "kind" => kind).record(took.as_secs_f64());
}

/// Counts the requests to subgraphs that an operation took.
pub(crate) fn traffic(traffic: &Traffic) {
    for call in &traffic.requests {
        let outcome = match call.outcome {
            CallOutcome::Ok => "ok",
            CallOutcome::Errors(_) => "errors",
            CallOutcome::Failed(_) => "failed",
        };
        let service = call.service.clone();
        metrics::counter!("carmen_subgraph_requests_total", "subgraph" => service.clone(), "outcome" => outcome)
            .increment(1);
        metrics::histogram!("carmen_subgraph_seconds", "subgraph" => service).record(call.took.as_secs_f64());
    }
}

/// Counts a stream for as long as it lives.
#[derive(Debug)]
pub(crate) struct StreamGauge;

impl StreamGauge {
    pub(crate) fn open() -> Self {
        metrics::gauge!("carmen_subscriptions").increment(1.0);
        Self
    }
}

impl Drop for StreamGauge {
    fn drop(&mut self) {
        metrics::gauge!("carmen_subscriptions").decrement(1.0);
    }
}
