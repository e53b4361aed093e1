//! Stopping: nobody's request is dropped, every stream gets its goodbye, nobody new comes in.

use crate::kit::Server;
use serde_json::json;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_running_request_is_finished_and_a_new_connection_refused() {
    let mut server = Server::start().await;
    let request = server.post(&json!({ "query": "{ slow }" })).send();
    let running = tokio::spawn(request);
    server.watch.waiting.notified().await;
    server.stop();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    server.watch.gate.notify_one();
    let answer: serde_json::Value = running.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "slow": "done" } }));
    server.stopped().await;
}

#[tokio::test]
async fn a_websocket_completes_its_streams_finishes_its_operations_and_says_goodbye() {
    let mut server = Server::start().await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("stream", "subscription { silence }").await;
    server.watch.until_open(1).await;
    socket.subscribe("query", "{ slow }").await;
    server.watch.waiting.notified().await;
    server.stop();
    assert_eq!(socket.receive().await, json!({ "id": "stream", "type": "complete" }));
    server.watch.until_open(0).await;
    server.watch.gate.notify_one();
    assert_eq!(socket.receive().await["payload"], json!({ "data": { "slow": "done" } }));
    assert_eq!(socket.receive().await, json!({ "id": "query", "type": "complete" }));
    assert_eq!(socket.closed().await, (1001, "the server is stopping".to_owned()));
    drop(socket);
    server.stopped().await;
}

#[tokio::test]
async fn an_event_stream_completes() {
    let mut server = Server::start().await;
    let request =
        server.post(&json!({ "query": "subscription { silence }" })).header("accept", "text/event-stream");
    let response = request.send().await.unwrap();
    server.watch.until_open(1).await;
    server.stop();
    let text = response.text().await.unwrap();
    assert!(text.contains("event: complete"), "{text}");
    server.stopped().await;
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_the_server() {
    let mut server = Server::start().await;
    let idle = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(server.get("/health").await.status, 200);
    server.stop();
    server.stopped().await;
    drop(idle);
}
