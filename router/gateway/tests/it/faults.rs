//! Faults stay small: of a subgraph, of the process, and of requests that never end.

use crate::kit::Server;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_subgraph_that_panics_in_this_process_takes_its_fields_only() {
    let server = Server::start().await;
    let answer = server.ask("{ panics locations }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["data"], json!({ "panics": null, "locations": ["cellar"] }));
    assert_eq!(answer.codes(), ["UPSTREAM_UNAVAILABLE"]);
    assert!(!answer.body.to_string().contains("is broken"), "what the panic said stays inside");
    assert_eq!(server.ask("{ locations }").await.body["data"], json!({ "locations": ["cellar"] }));
}

#[tokio::test]
async fn a_websocket_outlives_the_panics_of_its_operations() {
    let server = Server::start().await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("1", "subscription { boom }").await;
    let last = socket.receive().await;
    assert_eq!((&last["id"], &last["type"]), (&json!("1"), &json!("error")), "{last}");
    assert_eq!(last["payload"][0]["extensions"]["code"], "INTERNAL", "{last}");
    server.watch.until_open(0).await;
    socket.subscribe("1", "{ panics }").await;
    assert_eq!(socket.receive().await["payload"]["data"], json!({ "panics": null }));
    assert_eq!(socket.receive().await["type"], "complete");
}

#[tokio::test]
async fn readiness_is_what_the_subgraphs_say() {
    let server = Server::start().await;
    let ready = async || {
        let answer = server.get("/health/ready").await;
        (answer.status.as_u16(), answer.body.as_str().expect("it is text").to_owned())
    };
    assert_eq!(ready().await, (200, "ready\n".to_owned()));
    assert_eq!(ready().await.0, 200);
    assert_eq!(server.watch.requests_to("shop").len(), 1, "who asks often does not make us ask often");
    let look_again = Duration::from_millis(1100);
    server.watch.down.lock().unwrap().push("stock");
    tokio::time::sleep(look_again).await;
    assert_eq!(ready().await, (200, "ready, but without an answer from stock\n".to_owned()));
    server.watch.down.lock().unwrap().push("shop");
    tokio::time::sleep(look_again).await;
    assert_eq!(ready().await, (503, "not ready: no answer from shop, stock\n".to_owned()));
    let metrics = server.get("/metrics").await.body.to_string();
    assert!(metrics.contains("carmen_subgraph_up{subgraph=\\\"shop\\\"}"), "{metrics}");
    assert_eq!(server.get("/health").await.status, 200, "the process itself lives");
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut_off() {
    let mut server = Server::with("drain_ms: 200").await;
    let running = tokio::spawn(server.post(&json!({ "query": "{ slow }" })).send());
    server.watch.waiting.notified().await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("1", "{ slow }").await;
    server.watch.waiting.notified().await;
    server.stop();
    let started = Instant::now();
    server.stopped().await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(5), "{took:?}");
    running.abort();
}
