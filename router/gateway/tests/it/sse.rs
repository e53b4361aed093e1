//! Server-sent events, one stream per request.

use crate::kit::{Answer, PATIENCE, Server};
use futures::StreamExt;
use serde_json::json;
use std::time::Duration;

async fn open(server: &Server, query: &str) -> reqwest::Response {
    let request = server.post(&json!({ "query": query })).header("accept", "text/event-stream");
    request.send().await.expect("the gateway answers")
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_events_that_completes() {
    let server = Server::start().await;
    let response = open(&server, "subscription { ticks(count: 3) }").await;
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let text = response.text().await.unwrap();
    let tick = |tick: u32| format!("event: next\ndata: {{\"data\":{{\"ticks\":{tick}}}}}\n\n");
    let (ticks, end) = text.split_at(text.find("event: complete").expect("it completes"));
    assert_eq!(ticks, [tick(0), tick(1), tick(2)].concat());
    assert_eq!(end, "event: complete\ndata:\n\n", "an event without a data line is none to a browser");
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn a_query_is_a_stream_of_one() {
    let server = Server::start().await;
    let text = open(&server, "{ locations }").await.text().await.unwrap();
    assert!(
        text.starts_with("event: next\ndata: {\"data\":{\"locations\":[\"cellar\"]}}\n\nevent: complete\n"),
        "{text}"
    );
}

#[tokio::test]
async fn an_event_source_may_use_get() {
    let server = Server::start().await;
    let query = [("query", "subscription { ticks(count: 3) }")];
    let request = server.get_with(&query).header("accept", "text/event-stream");
    let text = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(text.matches("event: next").count(), 3, "{text}");
}

#[tokio::test]
async fn what_is_refused_is_no_stream() {
    let server = Server::start().await;
    let answer =
        Answer::of(server.post(&json!({ "query": "{ nowhere }" })).header("accept", "text/event-stream"))
            .await;
    assert_eq!(answer.codes(), ["GRAPHQL_VALIDATION_FAILED"]);
    assert_eq!(answer.status, 400, "a 200 would be taken for the beginning of a stream");
    let batch = server.post(&json!([{ "query": "{ locations }" }])).header("accept", "text/event-stream");
    let answer = Answer::of(batch).await;
    assert_eq!((answer.status.as_u16(), answer.codes()), (406, vec!["BAD_REQUEST"]));
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_silent_stream_shows_that_it_lives() {
    let server = Server::with("subscriptions: { keep_alive_ms: 100 }").await;
    let mut body = open(&server, "subscription { silence }").await.bytes_stream();
    for _ in 0..2 {
        let chunk = tokio::time::timeout(PATIENCE, body.next()).await.expect("a comment comes in time");
        let chunk = chunk.expect("the stream goes on").expect("the connection is fine");
        assert!(chunk.starts_with(b":"), "{chunk:?}");
    }
}

#[tokio::test]
async fn the_upstream_ends_when_the_client_leaves() {
    let server = Server::start().await;
    let response = open(&server, "subscription { silence }").await;
    server.watch.until_open(1).await;
    drop(response);
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_stream() {
    let server = Server::with("subscriptions: { slow_client_ms: 200, buffer: 4 }").await;
    let response = open(&server, "subscription { flood }").await;
    server.watch.until_open(1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.watch.until_open(0).await;
    drop(response);
}

#[tokio::test]
async fn streams_are_bounded_in_number() {
    let server = Server::with("subscriptions: { connections: 1 }").await;
    let first = open(&server, "subscription { silence }").await;
    server.watch.until_open(1).await;
    assert_eq!(open(&server, "subscription { silence }").await.status(), 503);
    drop(first);
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_and_completes() {
    let server = Server::start().await;
    let text = open(&server, "subscription { boom }").await.text().await.unwrap();
    assert!(text.contains("\"code\":\"INTERNAL\"") && !text.contains("the stream is broken"), "{text}");
    assert!(text.ends_with("event: complete\ndata:\n\n"), "{text}");
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn answers_are_compressed_and_streams_are_not() {
    let server = Server::start().await;
    let query = format!("{{ products {{ {} }} }}", "id name ".repeat(10));
    let packed =
        server.post(&json!({ "query": query })).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let stream = server.post(&json!({ "query": query })).header("accept", "text/event-stream");
    let stream = stream.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(stream.headers().get("content-encoding"), None);
}
