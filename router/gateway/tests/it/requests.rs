//! What counts as a GraphQL request, what does not, and how it is said.

use crate::kit::{Answer, JSON, Server};
use http::Method;
use router_gateway::Config;
use router_gateway::auth::KeySet;
use serde_json::{Value, json};

/// A POST of raw bytes.
async fn raw(server: &Server, content_type: &str, body: &str) -> Answer {
    let request = server.client.post(server.url("/graphql")).body(body.to_owned());
    Answer::of(if content_type.is_empty() { request } else { request.header("content-type", content_type) })
        .await
}

#[tokio::test]
async fn a_query_over_two_subgraphs_is_answered_in_the_order_asked() {
    let server = Server::start().await;
    let answer = server.ask("{ products { onHand id name } }").await;
    assert_eq!(
        answer.body.to_string(),
        r#"{"data":{"products":[{"onHand":7,"id":"1","name":"Product 1"},{"onHand":7,"id":"2","name":"Product 2"}]}}"#
    );
    assert_eq!((server.watch.requests_to("shop").len(), server.watch.requests_to("stock").len()), (1, 1));
}

#[tokio::test]
async fn a_body_that_is_no_request_is_explained() {
    let server = Server::start().await;
    for (content_type, body, status, message) in [
        (JSON, "", 400, "the body is not JSON"),
        (JSON, "{", 400, "the body is not JSON"),
        (JSON, "\u{feff}{}", 400, "the body is not JSON"),
        (JSON, "null", 400, "a GraphQL request is a JSON object"),
        (JSON, "\"{ a }\"", 400, "a GraphQL request is a JSON object"),
        (JSON, "{}", 400, "the request has no `query`"),
        (JSON, r#"{"query":""}"#, 400, "the request has no `query`"),
        (JSON, r#"{"query":7}"#, 400, "`query` must be a string"),
        (JSON, r#"{"query":"{ a }","variables":[1]}"#, 400, "`variables` must be an object"),
        (JSON, r#"{"query":"{ a }","variables":"{}"}"#, 400, "`variables` must be an object"),
        (JSON, r#"{"query":"{ a }","operationName":1}"#, 400, "`operationName` must be a string"),
        (JSON, r#"{"query":"{ a }","extensions":1}"#, 400, "`extensions` must be an object"),
        ("", "{}", 415, "the content type must be `application/json`, not none"),
        ("text/plain", "{}", 415, "not `text/plain`"),
        ("application/graphql", "{ locations }", 415, "not `application/graphql`"),
        ("application/x-www-form-urlencoded", "query={a}", 415, "not `application/x-www-form-urlencoded`"),
        ("multipart/form-data; boundary=x", "", 415, "not `multipart/form-data`"),
        ("application/json; charset=utf-16", "{}", 415, "the charset must be `utf-8`"),
    ] {
        let answer = raw(&server, content_type, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.codes()),
            (status, vec!["BAD_REQUEST"]),
            "{content_type} {body}"
        );
        assert!(answer.message().contains(message), "{body}: {}", answer.message());
    }
    let nested = format!(r#"{{"query":"{{ a }}","variables":{{"x":{}}}}}"#, "[".repeat(100_000));
    assert_eq!(raw(&server, JSON, &nested).await.status, 400, "deep nesting must not exhaust the stack");
    assert_eq!(
        raw(&server, "Application/JSON;charset=UTF-8", r#"{"query":"{ locations }"}"#).await.status,
        200
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let server = Server::with("limits: { body_bytes: 1000 }").await;
    let answer = raw(&server, JSON, &format!(r#"{{"query":"{{ locations }}{}"}}"#, " ".repeat(1000))).await;
    assert_eq!((answer.status.as_u16(), answer.message()), (413, "the body is larger than 1000 bytes"));
}

#[tokio::test]
async fn other_methods_are_told_which_are_allowed() {
    let server = Server::start().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = Answer::of(server.client.request(method.clone(), server.url("/graphql"))).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, POST"), "{method}");
        assert_eq!(answer.codes(), ["BAD_REQUEST"]);
    }
}

#[tokio::test]
async fn get_carries_queries_but_no_mutations() {
    let server = Server::start().await;
    let get = |query: &'static [(&'static str, &'static str)]| {
        Answer::of(server.get_with(query).header("x-requested-with", "test"))
    };
    let answer = get(&[
        ("query", "query A($id: ID!) { product(id: $id) { name } } query B { locations }"),
        ("operationName", "A"),
        ("variables", r#"{"id":"1"}"#),
    ])
    .await;
    assert_eq!(answer.body, json!({ "data": { "product": { "name": "Product 1" } } }));
    let answer = get(&[("query", "mutation { rename(id: 1, name: \"x\") { id } }")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"));
    for (query, message) in [
        (&[("query", "{ locations }"), ("variables", "[]")] as &[_], "`variables` must be a JSON object"),
        (&[("query", "{ locations }"), ("variables", "{")], "`variables` is not JSON"),
        (&[("operationName", "A")], "the request has no `query`"),
    ] {
        let answer = get(query).await;
        assert_eq!((answer.status.as_u16(), answer.codes()), (400, vec!["BAD_REQUEST"]), "{message}");
        assert!(answer.message().contains(message), "{}", answer.message());
    }
    assert_eq!(server.watch.requests_to("shop").len(), 1, "the mutation reached nobody");
}

#[tokio::test]
async fn a_get_that_a_foreign_page_could_send_unasked_is_refused() {
    let server = Server::start().await;
    let answer = server.get("/graphql?query=%7B%20locations%20%7D").await;
    assert_eq!((answer.status.as_u16(), answer.codes()), (400, vec!["BAD_REQUEST"]));
    assert!(answer.message().contains("apollo-require-preflight"), "{}", answer.message());
    let open = Server::with("csrf_prevention: false").await;
    assert_eq!(
        open.get("/graphql?query=%7B%20locations%20%7D").await.body["data"]["locations"],
        json!(["cellar"])
    );
}

#[tokio::test]
async fn errors_in_the_document_carry_code_and_place() {
    let server = Server::start().await;
    let answer = server.ask("{\n  locations\n  nowhere\n  elsewhere\n}").await;
    assert_eq!(answer.codes(), ["GRAPHQL_VALIDATION_FAILED"; 2]);
    assert_eq!(answer.body["errors"][0]["locations"], json!([{ "line": 3, "column": 3 }]));
    assert!(answer.message().contains("nowhere"), "{}", answer.message());
    let answer = server.ask("query A { locations } query B { locations }").await;
    assert_eq!(answer.codes(), ["BAD_REQUEST"], "{:?}", answer.body);
}

#[tokio::test]
async fn variables_are_checked_all_at_once() {
    let server = Server::start().await;
    let body = json!({
        "query": "query ($a: ID!, $b: String!, $c: Int) { product(id: $a) { name } p: product(id: $b) { id } x: product(id: $c) { id } }",
    });
    assert_eq!(Answer::of(server.post(&body)).await.codes()[0], "GRAPHQL_VALIDATION_FAILED");
    let body = json!({
        "query": "mutation ($id: ID!, $name: String!) { rename(id: $id, name: $name) { id } }",
        "variables": { "name": 7 },
    });
    let answer = Answer::of(server.post(&body)).await;
    assert_eq!(answer.codes(), ["VALIDATION_ERROR"; 2]);
    assert!(server.watch.requests_to("shop").is_empty());
}

#[tokio::test]
async fn a_batch_is_answered_in_order_each_request_by_itself() {
    let server = Server::with("limits: { batch: 3 }").await;
    let query = |text: &str| json!({ "query": text });
    let batch =
        json!([query("{ locations }"), query("{ nowhere }"), query("subscription { ticks(count: 1) }")]);
    let answer = Answer::of(server.post(&batch)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body[0], json!({ "data": { "locations": ["cellar"] } }));
    assert_eq!(answer.body[1]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(answer.body[2]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    for (body, message) in [
        (json!([]), "the batch is empty"),
        (Value::Array(vec![query("{ locations }"); 4]), "the batch has 4 requests, at most 3 are allowed"),
        (json!([query("{ locations }"), 7]), "a GraphQL request is a JSON object"),
    ] {
        let answer = Answer::of(server.post(&body)).await;
        assert_eq!(answer.status, 400);
        assert!(answer.message().contains(message), "{}", answer.message());
    }
    let off = Server::with("limits: { batch: 0 }").await;
    assert!(Answer::of(off.post(&batch)).await.message().contains("turned off"));
}

#[tokio::test]
async fn a_client_of_persisted_queries_is_told_to_send_the_document() {
    let server = Server::start().await;
    let hash_only = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0" } } });
    let answer = Answer::of(server.post(&hash_only)).await;
    assert_eq!(answer.codes(), ["PERSISTED_QUERY_NOT_SUPPORTED"]);
}

#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let server = Server::start().await;
    let answer = server.ask("subscription { ticks(count: 1) }").await;
    assert_eq!((answer.status.as_u16(), answer.codes()), (400, vec!["BAD_REQUEST"]));
    assert!(answer.message().contains("text/event-stream"), "{}", answer.message());
}

#[tokio::test]
async fn introspection_can_be_turned_off() {
    let query = "{ __schema { types { name } } __type(name: \"Product\") { name } }";
    let server = Server::start().await;
    assert_eq!(server.ask(query).await.body["data"]["__type"]["name"], "Product");
    let closed = Server::with("introspection: false").await;
    assert_eq!(closed.ask(query).await.codes(), ["GRAPHQL_VALIDATION_FAILED"]);
    let hidden = "query { ...F } fragment F on Query { t: __type(name: \"Product\") { name } }";
    assert_eq!(closed.ask(hidden).await.codes(), ["GRAPHQL_VALIDATION_FAILED"]);
    assert_eq!(closed.ask("{ __typename }").await.body, json!({ "data": { "__typename": "Query" } }));
}

#[tokio::test]
async fn a_panic_is_one_answer_and_not_the_end() {
    let server = Server::completed(Config::default(), KeySet::in_process(), |gateway| {
        gateway.with_readiness(|| panic!("the readiness check is broken"))
    })
    .await;
    let answer = server.get("/health/ready").await;
    assert_eq!((answer.status.as_u16(), answer.codes()), (500, vec!["INTERNAL"]));
    assert_eq!(answer.message(), "the request could not be answered", "it says nothing of the inside");
    assert!(!answer.header("x-request-id").is_empty(), "so that it can be found in the log");
    assert_eq!(server.ask("{ locations }").await.status, 200);
}

#[tokio::test]
async fn another_origin_may_call_when_it_is_named() {
    let server = Server::with("cors: { origins: [\"https://app.example\"] }").await;
    let preflight = |origin: &'static str| {
        Answer::of(
            server
                .client
                .request(Method::OPTIONS, server.url("/graphql"))
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type"),
        )
    };
    let allowed = preflight("https://app.example").await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(allowed.header("access-control-allow-headers"), "authorization,content-type");
    assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "");
}
