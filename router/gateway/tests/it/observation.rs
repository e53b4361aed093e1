//! What can be seen from outside: health, metrics, ids, plans, the page.

use crate::kit::{Answer, Server};
use futures::FutureExt;
use router_gateway::auth::KeySet;
use router_gateway::{Config, Session, Tab};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The value of one series; the recorder is shared by all tests of the process, so only differences mean something.
async fn metric(server: &Server, series: &str) -> f64 {
    let text = server.get("/metrics").await.body.as_str().expect("metrics are text").to_owned();
    let line = text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit(' ').next()).map_or(0.0, |value| value.parse().expect("a number"))
}

#[tokio::test]
async fn health_says_that_it_lives_and_readiness_that_it_can_answer() {
    let is_ready = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_ready);
    let server = Server::completed(Config::default(), KeySet::in_process(), move |gateway| {
        gateway.with_readiness(move || {
            let ready = told.load(Ordering::SeqCst);
            async move { ready }.boxed()
        })
    })
    .await;
    assert_eq!(server.get("/health").await.status, 200);
    assert_eq!(server.get("/health/ready").await.status, 503);
    is_ready.store(true, Ordering::SeqCst);
    assert_eq!(server.get("/health/ready").await.status, 200);
    server.gateway.stop_streams();
    assert_eq!(server.get("/health/ready").await.status, 503, "a stopping server gets no new requests");
}

#[tokio::test]
async fn metrics_count_requests_refusals_fetches_cache_hits_and_streams() {
    let server = Server::start().await;
    let series = [
        "carmen_operations_total{kind=\"mutation\",status=\"ok\"}",
        "carmen_operation_seconds_count{kind=\"mutation\"}",
        "carmen_subgraph_requests_total{subgraph=\"shop\",outcome=\"ok\"}",
        "carmen_prepared_operations_total{found=\"yes\"}",
        "carmen_refused_total{code=\"QUERY_TOO_COMPLEX\"}",
        "carmen_http_requests_total{method=\"other\",status=\"405\"}",
    ];
    let mut before = Vec::new();
    for name in series {
        before.push(metric(&server, name).await);
    }
    for _ in 0..3 {
        server.ask("mutation { rename(id: 1, name: \"metrics\") { id } }").await;
    }
    let deep = format!("{{ product(id: 1) {}{} }}", "{ parent ".repeat(20), "}".repeat(20));
    assert_eq!(server.ask(&deep.replace("parent }", "parent { id } }")).await.codes(), ["QUERY_TOO_COMPLEX"]);
    Answer::of(server.client.put(server.url("/graphql"))).await;
    let at_least = [3.0, 3.0, 3.0, 2.0, 1.0, 1.0];
    for ((name, before), least) in series.into_iter().zip(before).zip(at_least) {
        let grown = metric(&server, name).await - before;
        assert!(grown >= least, "{name} grew by {grown}, not {least}");
    }
    let mut socket = server.ready_socket().await;
    socket.subscribe("1", "subscription { silence }").await;
    server.watch.until_open(1).await;
    assert!(metric(&server, "carmen_subscriptions").await >= 1.0);
    let kind = server.get("/metrics").await;
    assert_eq!(kind.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
}

#[tokio::test]
async fn a_request_keeps_its_id_on_the_way_to_the_subgraphs_and_back() {
    let server = Server::start().await;
    let asked = server
        .post(&json!({ "query": "{ locations }" }))
        .header("x-request-id", "abc-1")
        .header("cookie", "secret=1")
        .header("x-forwarded-for", "203.0.113.7")
        .header("user-agent", "till/1.2");
    let answer = Answer::of(asked.header("traceparent", "00-1-2-01")).await;
    assert_eq!(answer.header("x-request-id"), "abc-1");
    let seen = server.watch.requests_to("stock").remove(0).headers;
    assert_eq!(seen["x-request-id"], "abc-1");
    assert_eq!(seen["traceparent"], "00-1-2-01");
    assert_eq!(seen["x-forwarded-for"], "203.0.113.7, 127.0.0.1", "as each proxy adds whom it heard");
    assert_eq!(seen["user-agent"], "till/1.2");
    assert_eq!(seen.len(), 4, "nothing else travels on: {seen:?}");
    let answer = server.ask("{ locations }").await;
    let seen = server.watch.requests_to("stock").remove(1).headers;
    assert!(!answer.header("x-request-id").is_empty());
    assert_eq!(seen["x-request-id"], answer.header("x-request-id"), "a new one where there was none");
}

#[tokio::test]
async fn the_plan_and_the_traffic_are_shown_when_asked_for_and_allowed() {
    let asked = |server: &Server| {
        server.post(&json!({ "query": "{ products { onHand } }" })).header("x-carmen-plan", "1")
    };
    let open = Server::with("expose_plan: true").await;
    let answer = Answer::of(asked(&open)).await;
    let plan = answer.body["extensions"]["plan"].as_str().unwrap();
    assert!(plan.starts_with("QueryPlan {") && plan.contains("Fetch(service: \"stock\")"), "{plan}");
    let traffic = answer.body["extensions"]["traffic"].as_array().unwrap();
    let calls: Vec<_> =
        traffic.iter().map(|call| (call["subgraph"].as_str(), call["representations"].as_u64())).collect();
    assert_eq!(calls, [(Some("shop"), Some(0)), (Some("stock"), Some(2))]);
    assert!(open.ask("{ locations }").await.body.get("extensions").is_none(), "not asked for");
    let closed = Server::start().await;
    assert!(Answer::of(asked(&closed)).await.body.get("extensions").is_none(), "not allowed");
}

#[tokio::test]
async fn a_browser_gets_the_page_with_its_tabs_and_nothing_from_elsewhere() {
    let tab =
        Tab { title: "</script><b>".to_owned(), query: "{ locations }".to_owned(), variables: String::new() };
    let server = Server::completed(Config::default(), KeySet::in_process(), |gateway| {
        gateway.with_graphiql(vec![tab], || {
            async { Some(Session { user: "me".to_owned(), token: "t".to_owned() }) }.boxed()
        })
    })
    .await;
    let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    for path in ["/", "/graphql", "/explorer"] {
        let page = Answer::of(server.client.get(server.url(path)).header("accept", accept)).await;
        let text = page.body.as_str().unwrap();
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(text.contains("{ locations }") && !text.contains("</script><b>"), "a title cannot break out");
        assert!(!text.contains("http://") && !text.contains("https://"), "{path} asks nobody else");
        assert!(page.header("content-security-policy").contains("connect-src 'self'"));
    }
    assert_eq!(server.get("/graphiql/session").await.body, json!({ "user": "me", "token": "t" }));
    let renamed = server.client.get(server.url("/graphiql/session")).header("host", "evil.example");
    assert_eq!(Answer::of(renamed).await.status, 404, "a name that points here is not this machine");
    let off = Server::with("graphiql: false").await;
    assert_eq!(off.get("/").await.status, 404);
    assert_eq!(off.get("/explorer").await.status, 404);
    assert_eq!(off.get("/graphiql/session").await.status, 404);
}

#[tokio::test]
async fn the_files_that_graphiql_names_are_served_and_may_be_kept() {
    let server = Server::start().await;
    let page = server.get("/").await;
    let text = page.body.as_str().unwrap();
    let files: Vec<&str> = text.split('"').filter(|part| part.contains(".min.")).collect();
    // A build without network access has the explorer at `/`, which names no file.
    assert_eq!(files.len(), if text.contains("GraphiQL") { 4 } else { 0 }, "{files:?}");
    for file in files {
        let asset = server.get(file).await;
        assert_eq!(asset.status, 200, "{file}");
        assert!(asset.header("cache-control").contains("immutable"), "{file}");
        assert_eq!(asset.header("x-content-type-options"), "nosniff", "{file}");
    }
    assert_eq!(server.get("/graphiql/0.0.0/graphiql.min.js").await.status, 404);
}
