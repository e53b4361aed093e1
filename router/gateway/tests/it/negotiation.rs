//! Media types and status codes, as the GraphQL over HTTP draft has them.

use crate::kit::{Answer, GRAPHQL, JSON, Server};
use serde_json::json;

#[tokio::test]
async fn status_and_media_type_follow_what_the_client_accepts() {
    let server = Server::start().await;
    let fine = json!({ "query": "{ locations }" });
    let unparsable = json!({ "query": "{ locations" });
    let invalid = json!({ "query": "{ nowhere }" });
    let unnamed = json!({ "query": "query A { locations } query B { locations }", "operationName": "C" });
    let misfit = json!({ "query": "query ($id: ID!) { product(id: $id) { name } }", "variables": {} });
    for (body, code, graphql_status) in [
        (&fine, None, 200),
        (&unparsable, Some("GRAPHQL_PARSE_FAILED"), 400),
        (&invalid, Some("GRAPHQL_VALIDATION_FAILED"), 400),
        (&unnamed, Some("BAD_REQUEST"), 400),
        (&misfit, Some("VALIDATION_ERROR"), 400),
    ] {
        for (accept, media, status) in [
            (GRAPHQL, GRAPHQL, graphql_status),
            ("application/graphql-response+json, application/json;q=0.9", GRAPHQL, graphql_status),
            ("application/graphql-response+json;q=0.1, application/json", JSON, 200),
            (JSON, JSON, 200),
            ("*/*", JSON, 200),
            ("application/*;q=0.5, text/html;q=0.1", JSON, 200),
        ] {
            let answer = Answer::of(server.post(body).header("accept", accept)).await;
            assert_eq!(answer.status, status, "{accept}: {body}");
            assert_eq!(answer.header("content-type"), format!("{media}; charset=utf-8"), "{accept}");
            assert_eq!(answer.codes(), code.into_iter().collect::<Vec<_>>(), "{accept}: {:?}", answer.body);
            assert_eq!(
                answer.body.get("data").is_some(),
                code.is_none(),
                "a refused request has no data entry"
            );
        }
    }
    assert_eq!(server.watch.requests_to("stock").len(), 6, "what is refused reaches no subgraph");
}

#[tokio::test]
async fn without_an_accept_header_the_answer_is_json() {
    let server = Server::start().await;
    let answer = server.ask("{ locations }").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/json; charset=utf-8")
    );
}

#[tokio::test]
async fn a_form_that_is_not_offered_is_not_acceptable() {
    let server = Server::start().await;
    for accept in ["image/png", "application/xml", "application/json;q=0", "text/plain, image/*"] {
        let answer =
            Answer::of(server.post(&json!({ "query": "{ locations }" })).header("accept", accept)).await;
        assert_eq!((answer.status.as_u16(), answer.codes()), (406, vec!["BAD_REQUEST"]), "{accept}");
    }
    assert!(server.watch.requests_to("stock").is_empty());
}

#[tokio::test]
async fn a_partial_answer_is_no_failure_of_http() {
    let server = Server::start().await;
    let answer =
        Answer::of(server.post(&json!({ "query": "{ locations __typename }" })).header("accept", GRAPHQL))
            .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, json!({ "data": { "locations": ["cellar"], "__typename": "Query" } }));
}
