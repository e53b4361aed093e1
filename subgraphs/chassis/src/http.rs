//! A subgraph over HTTP and WebSocket, for a process of its own. In process nothing of this runs.

mod websocket;

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::stream::{FuturesOrdered, StreamExt};
use router_protocol::SubgraphRequest;
use serde::Deserialize;
use serde_json::json;

use crate::subgraph::Subgraph;

/// The longest request body that is read.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Operations of one batched request.
const BATCH_MAX: usize = 10;

/// How long the readiness check waits for the database.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) fn router(subgraph: Subgraph) -> Router {
    Router::new()
        .route("/graphql", get(websocket::upgrade).post(answer))
        .route("/graphql/ws", get(websocket::upgrade))
        .route("/health", get(async || StatusCode::OK))
        .route("/health/ready", get(ready))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(subgraph)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Single(Box<SubgraphRequest>),
    Batch(Vec<SubgraphRequest>),
}

async fn answer(State(subgraph): State<Subgraph>, headers: HeaderMap, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(Body::Single(mut request)) => {
            request.headers = headers;
            json_bytes(subgraph.execute(*request).await.0)
        }
        Ok(Body::Batch(requests)) if requests.is_empty() || requests.len() > BATCH_MAX => {
            malformed(&format!("a batch has 1 to {BATCH_MAX} operations"))
        }
        Ok(Body::Batch(requests)) => {
            let running = requests.into_iter().map(|mut request| {
                request.headers = headers.clone();
                subgraph.execute(request)
            });
            let answers: Vec<_> = running.collect::<FuturesOrdered<_>>().collect().await;
            let bodies: Vec<&[u8]> = answers.iter().map(|answer| answer.0.as_ref()).collect();
            json_bytes(Bytes::from([b"[".as_slice(), &bodies.join(b",".as_slice()), b"]"].concat()))
        }
        Err(_) => malformed("the body is not a GraphQL request in JSON"),
    }
}

async fn ready(State(subgraph): State<Subgraph>) -> StatusCode {
    match tokio::time::timeout(PING_TIMEOUT, subgraph.environment().db.ping()).await {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn json_bytes(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

fn malformed(message: &str) -> Response {
    let error = json!({ "message": message, "extensions": { "code": "VALIDATION_ERROR" } });
    (StatusCode::BAD_REQUEST, Json(json!({ "errors": [error] }))).into_response()
}
