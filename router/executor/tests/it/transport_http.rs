//! The HTTP transport against real servers on free ports.

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, post};
use bytes::Bytes;
use router_executor::{HttpSettings, HttpTransport, Transport, TransportError, TransportFault};
use router_protocol::SubgraphRequest;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Serves `routes` and gives the address.
pub(crate) async fn serve(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

pub(crate) fn transport(address: SocketAddr, change: impl FnOnce(&mut HttpSettings)) -> HttpTransport {
    let mut settings = HttpSettings::new(format!("http://{address}/graphql"));
    change(&mut settings);
    HttpTransport::try_new(&settings).unwrap()
}

async fn ask(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Result<Bytes, TransportError> {
    let routes = Router::new().route("/graphql", post(move || async move { answer }));
    transport(serve(routes).await, |_| {}).call(SubgraphRequest::new("{ a }")).await
}

#[tokio::test]
async fn the_request_is_a_graphql_post_with_the_forwarded_headers() {
    async fn echo(headers: HeaderMap, body: String) -> impl IntoResponse {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let said = json!({ "type": header("content-type"), "token": header("authorization"),
            "body": serde_json::from_str::<Value>(&body).unwrap() });
        json!({ "data": said }).to_string()
    }
    let address = serve(Router::new().route("/graphql", post(echo))).await;
    let request = SubgraphRequest::new("query ($a: Int) { a }").variable("a", 1).bearer("secret");
    let answer = transport(address, |_| {}).call(request).await.unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&answer).unwrap(),
        json!({ "data": { "type": "application/json", "token": "Bearer secret",
            "body": { "query": "query ($a: Int) { a }", "variables": { "a": 1 } } } })
    );
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    type Seen = Arc<Mutex<HashSet<SocketAddr>>>;
    async fn note(ConnectInfo(from): ConnectInfo<SocketAddr>, State(seen): State<Seen>) -> &'static str {
        seen.lock().unwrap().insert(from);
        r#"{"data":{}}"#
    }
    let seen = Seen::default();
    let address = serve(Router::new().route("/graphql", post(note)).with_state(seen.clone())).await;
    let transport = transport(address, |_| {});
    for _ in 0..20 {
        transport.call(SubgraphRequest::new("{ a }")).await.unwrap();
    }
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_graphql_body_counts_whatever_the_status() {
    let body = r#"{"errors":[{"message":"no"}]}"#;
    assert_eq!(ask((StatusCode::BAD_REQUEST, body)).await.unwrap(), body);
    assert_eq!(ask((StatusCode::INTERNAL_SERVER_ERROR, body)).await.unwrap(), body);
}

#[tokio::test]
async fn a_status_without_graphql_is_a_failure() {
    let error = ask((StatusCode::BAD_GATEWAY, "<html>secret address</html>")).await.unwrap_err();
    assert_eq!(error.fault, TransportFault::Status(502));
    assert_eq!(error.message, "it answered with HTTP status 502");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = [(header::LOCATION, "http://127.0.0.1:1/")];
    let error = ask((StatusCode::TEMPORARY_REDIRECT, elsewhere)).await.unwrap_err();
    assert_eq!(error.fault, TransportFault::Status(307));
}

#[tokio::test]
async fn a_slow_subgraph_is_given_up() {
    let routes = Router::new().route("/graphql", any(std::future::pending::<()>));
    let transport = transport(serve(routes).await, |settings| {
        settings.request_timeout = Duration::from_millis(100);
    });
    let error = transport.call(SubgraphRequest::new("{ a }")).await.unwrap_err();
    assert_eq!((error.fault, error.message.as_str()), (TransportFault::Timeout, "no answer within 0.1 s"));
}

#[tokio::test]
async fn a_closed_port_is_unreachable_and_its_address_stays_inside() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = transport(address, |_| {}).call(SubgraphRequest::new("{ a }")).await.unwrap_err();
    assert_eq!((error.fault, error.message.as_str()), (TransportFault::Unreachable, "no connection"));
}

#[tokio::test]
async fn an_answer_over_the_bound_is_refused_announced_or_not() {
    let whole = "x".repeat(10_000);
    let announced = Router::new().route("/graphql", post(move || async move { whole }));
    let streamed = Router::new().route(
        "/graphql",
        post(|| async {
            let chunks = futures::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>("x".repeat(100))));
            axum::body::Body::from_stream(chunks)
        }),
    );
    for routes in [announced, streamed] {
        let transport = transport(serve(routes).await, |settings| settings.response_bytes_max = 1_000);
        let error = transport.call(SubgraphRequest::new("{ a }")).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::Malformed);
        assert_eq!(error.message, "the answer is larger than 1000 bytes");
    }
}

#[tokio::test]
async fn encrypted_addresses_are_set_up_and_nonsense_is_refused() {
    let try_new = |url: &str| HttpTransport::try_new(&HttpSettings::new(url));
    assert!(try_new("https://subgraph.example/graphql").is_ok());
    let refused = try_new("subgraph").unwrap_err().to_string();
    assert!(refused.starts_with("`subgraph` is not an http or https URL"), "{refused}");
}
