//! GraphQL over HTTP: POST, GET, batches, and streams over SSE.

use crate::client::Client;
use crate::error::Refusal;
use crate::graph::Graph;
use crate::negotiation::{Media, negotiate};
use crate::pipeline::{Gateway, is_stream};
use crate::request::{self, Asked, GraphqlRequest};
use crate::{graphiql, sse, telemetry, websocket};
use apollo_compiler::ast::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequest, RawQuery, Request, State};
use axum::response::IntoResponse;
use futures::future::join_all;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use router_executor::Response;
use std::time::Duration;
use tokio::time::timeout;

/// How long a body may take to arrive.
const BODY_READ_MAX: Duration = Duration::from_secs(30);

type HttpResponse = http::Response<Body>;

pub(crate) async fn post(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    request: Request,
) -> HttpResponse {
    let media = match negotiate(&headers) {
        Ok(Media::Html) => Media::Json,
        Ok(media) => media,
        Err(refusal) => return refused(&refusal, Media::Json),
    };
    let limits = &gateway.0.config.limits;
    let body = body(request, limits.body_bytes).await;
    let asked = match body.and_then(|body| request::from_body(&headers, &body, limits.batch)) {
        Ok(asked) => asked,
        Err(refusal) => return refused(&refusal, media),
    };
    let client = match gateway.admit(headers).await {
        Ok(client) => client,
        Err(refusal) => return refused(&refusal, media),
    };
    let graph = gateway.graph();
    match asked {
        Asked::One(request) => one(&gateway, &graph, request, &client, (media, true)).await,
        Asked::Batch(_) if media == Media::EventStream => {
            let message = "a batch is answered with JSON, not with a stream";
            let status = StatusCode::NOT_ACCEPTABLE;
            refused(&Refusal::http(status, crate::error::BAD_REQUEST, message), media)
        }
        Asked::Batch(requests) => batch(&gateway, &graph, requests, &client, media).await,
    }
}

pub(crate) async fn get(
    State(gateway): State<Gateway>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> HttpResponse {
    if let Ok(upgrade) = upgrade {
        return websocket::upgrade(gateway, upgrade, headers);
    }
    let media = match negotiate(&headers) {
        Ok(media) => media,
        Err(refusal) => return refused(&refusal, Media::Json),
    };
    let query = query.unwrap_or_default();
    if media == Media::Html && gateway.0.config.graphiql {
        return graphiql::page(State(gateway)).await.into_response();
    }
    let media = if media == Media::Html { Media::Json } else { media };
    // An `EventSource` cannot set headers. A foreign page that opens one may start a query, but reads nothing of it.
    if gateway.0.config.csrf_prevention && is_simple(&headers) && media != Media::EventStream {
        let message = "a GET request must carry the header `x-requested-with`, `apollo-require-preflight` or \
                       `content-type: application/json`, which no foreign page can send unasked";
        return refused(&Refusal::bad_request(message), media);
    }
    let client = match gateway.admit(headers).await {
        Ok(client) => client,
        Err(refusal) => return refused(&refusal, media),
    };
    let graph = gateway.graph();
    match request::from_query(&query) {
        Ok(request) => one(&gateway, &graph, request, &client, (media, false)).await,
        Err(refusal) => refused(&refusal, media),
    }
}

pub(crate) async fn other_method() -> HttpResponse {
    refused(&Refusal::method("GET, POST", "GraphQL requests are GET or POST"), Media::Json)
}

/// Whether a foreign page could have sent this GET without the browser asking us first.
fn is_simple(headers: &HeaderMap) -> bool {
    let json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
    let marked = ["x-requested-with", "apollo-require-preflight", "x-apollo-operation-name", "authorization"];
    !json && !marked.iter().any(|name| headers.contains_key(*name))
}

async fn one(
    gateway: &Gateway,
    graph: &Graph,
    request: GraphqlRequest,
    client: &Client,
    (media, may_mutate): (Media, bool),
) -> HttpResponse {
    let operation = match gateway.prepare(graph, &request, client) {
        Ok(operation) => operation,
        Err(refusal) => return refused(&refusal, media),
    };
    if operation.kind == OperationType::Mutation && !may_mutate {
        return refused(&Refusal::method("POST", "mutations are sent with POST"), media);
    }
    if media == Media::EventStream {
        return sse::respond(gateway, graph, &operation, request, client).await;
    }
    if is_stream(&operation) {
        let message = "a subscription needs a stream: ask with `Accept: text/event-stream` or over WebSocket";
        return refused(&Refusal::bad_request(message), media);
    }
    let response = gateway.answer(graph, &operation, request, client).await;
    answered(&response, media)
}

async fn batch(
    gateway: &Gateway,
    graph: &Graph,
    requests: Vec<GraphqlRequest>,
    client: &Client,
    media: Media,
) -> HttpResponse {
    let answers = requests.into_iter().map(|request| async {
        match gateway.prepare(graph, &request, client) {
            Ok(operation) if is_stream(&operation) => {
                Refusal::bad_request("a subscription cannot be part of a batch").response()
            }
            Ok(operation) => gateway.answer(graph, &operation, request, client).await,
            Err(refusal) => {
                telemetry::refused(&refusal.errors);
                refusal.response()
            }
        }
    });
    let answers: Vec<Response> = join_all(answers).await;
    json(StatusCode::OK, media, serde_json::to_vec(&answers).expect("responses have string keys only"))
}

fn answered(response: &Response, media: Media) -> HttpResponse {
    json(media.status(response), media, response.to_json())
}

/// A refusal in the form that the client asked for.
pub(crate) fn refused(refusal: &Refusal, media: Media) -> HttpResponse {
    telemetry::refused(&refusal.errors);
    let status = media.refusal_status(refusal);
    let media = if matches!(media, Media::GraphqlResponse) { media } else { Media::Json };
    let mut response = json(status, media, refusal.response().to_json());
    if let Some(allow) = refusal.allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn json(status: StatusCode, media: Media, body: Vec<u8>) -> HttpResponse {
    let mut response = http::Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    response
}

/// Reads a body; one that does not arrive in time is given up.
async fn body(request: Request, limit: usize) -> Result<Bytes, Refusal> {
    match timeout(BODY_READ_MAX, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) => Err(too_large(&rejection, limit)),
        Err(_) => Err(Refusal::http(
            StatusCode::REQUEST_TIMEOUT,
            crate::error::BAD_REQUEST,
            format!("the body did not arrive within {} s", BODY_READ_MAX.as_secs()),
        )),
    }
}

fn too_large(rejection: &BytesRejection, limit: usize) -> Refusal {
    let status = rejection.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!("the body is larger than {limit} bytes");
        return Refusal::http(status, crate::error::BAD_REQUEST, message);
    }
    Refusal::bad_request("the body could not be read")
}
