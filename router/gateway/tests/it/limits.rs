//! Bounds on operations, as a client meets them.

use crate::kit::{Answer, Server};
use serde_json::json;

#[tokio::test]
async fn an_operation_beyond_a_limit_is_refused_with_its_name() {
    let server = Server::with(
        "limits: { depth: 4, aliases: 2, root_fields: 3, fields: 8, directives: 2, tokens: 120 }",
    )
    .await;
    for (query, limit) in [
        ("{ product(id: 1) { parent { parent { parent { id } } } } }", "depth"),
        ("{ a: locations b: locations c: locations }", "aliases"),
        ("{ products { id } product(id: 1) { id } locations slow }", "root fields"),
        ("{ products { id name parent { id name parent { id name } } } }", "fields"),
        ("{ locations @skip(if: false) @include(if: true) slow @skip(if: true) }", "directives"),
    ] {
        let answer = server.ask(query).await;
        assert_eq!(answer.codes(), ["QUERY_TOO_COMPLEX"], "{query}: {:?}", answer.body);
        assert_eq!(answer.body["errors"][0]["extensions"]["limit"], json!(limit), "{query}");
    }
    let long = format!("{{ locations {} }}", "slow ".repeat(120));
    assert_eq!(server.ask(&long).await.codes(), ["QUERY_TOO_COMPLEX"], "too many tokens");
    assert!(server.watch.requests_to("stock").is_empty() && server.watch.requests_to("shop").is_empty());
    assert_eq!(server.ask("{ product(id: 1) { id name } locations }").await.codes(), [] as [&str; 0]);
}

#[tokio::test]
async fn hostile_documents_are_refused_quickly() {
    let server = Server::start().await;
    let mut doubling = "{ products { ...F0 } }".to_owned();
    for level in 0..100 {
        let next = level + 1;
        doubling.push_str(&format!(
            " fragment F{level} on Product {{ ...F{next} ...on Product {{ ...F{next} }} }}"
        ));
    }
    doubling.push_str(" fragment F100 on Product { id }");
    let nested = format!("{{ products {}{} }}", "{ parent ".repeat(3_000), "}".repeat(3_000));
    let listed = format!("{{ product(id: {}1{}) {{ id }} }}", "[".repeat(3_000), "]".repeat(3_000));
    let circle =
        "{ products { ...A } } fragment A on Product { ...B } fragment B on Product { ...A }".to_owned();
    for (name, query) in [("doubling", doubling), ("nested", nested), ("listed", listed), ("circle", circle)]
    {
        let answer = tokio::time::timeout(std::time::Duration::from_secs(5), server.ask(&query)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{name} takes too long"));
        assert!(!answer.codes().is_empty() && answer.status != 500, "{name}: {:?}", answer.body);
    }
    assert!(server.watch.requests_to("shop").is_empty());
    assert_eq!(server.ask("{ locations }").await.codes(), [] as [&str; 0]);
}

#[tokio::test]
async fn an_operation_that_is_not_asked_for_counts_too() {
    let server = Server::with("limits: { depth: 3 }").await;
    let query = "query A { locations } query B { products { parent { parent { id } } } }";
    let answer = Answer::of(server.post(&json!({ "query": query, "operationName": "A" }))).await;
    assert_eq!(answer.codes(), ["QUERY_TOO_COMPLEX"]);
}

#[tokio::test]
async fn nesting_without_end_does_not_exhaust_the_stack() {
    let server = Server::with("limits: { tokens: 1000000 }").await;
    let nested = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(50_000), close.repeat(50_000))
    };
    for query in [
        nested("{ products ", "{ id }", "}"),
        nested("{ ... ", "{ id }", "}"),
        format!("{{ product(id: {}) {{ id }} }}", nested("[", "1", "]")),
    ] {
        assert_eq!(server.ask(&query).await.codes(), ["QUERY_TOO_COMPLEX"]);
    }
}
