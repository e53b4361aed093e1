//! The `graphql-transport-ws` protocol: its messages, its close codes, its bounds.

use crate::kit::{Server, Socket};
use crate::tokens::{AUTH, Signer, claims, claims_but, now};
use futures::SinkExt;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::{Error, Message};

async fn close_after(server: &Server, messages: &[serde_json::Value]) -> (u16, String) {
    let mut socket = server.socket().await;
    for message in messages {
        socket.send(message.clone()).await;
    }
    socket.closed().await
}

#[tokio::test]
async fn a_subscription_sends_its_events_in_order_and_then_completes() {
    let server = Server::start().await;
    let mut socket = server.ready_socket().await;
    assert_eq!(socket.protocol.as_deref(), Some("graphql-transport-ws"));
    let payload = json!({ "query": "subscription ($count: Int!) { ticks(count: $count) }", "variables": { "count": 3 } });
    socket.send(json!({ "id": "a", "type": "subscribe", "payload": payload })).await;
    for tick in 0..3 {
        assert_eq!(
            socket.receive().await,
            json!({ "id": "a", "type": "next", "payload": { "data": { "ticks": tick } } })
        );
    }
    assert_eq!(socket.receive().await, json!({ "id": "a", "type": "complete" }));
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn queries_and_mutations_go_over_the_same_connection() {
    let server = Server::start().await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("q", "{ products { onHand } }").await;
    let answer = json!({ "data": { "products": [{ "onHand": 7 }, { "onHand": 7 }] } });
    assert_eq!(socket.receive().await, json!({ "id": "q", "type": "next", "payload": answer }));
    assert_eq!(socket.receive().await, json!({ "id": "q", "type": "complete" }));
    socket.subscribe("m", "mutation { rename(id: 1, name: \"x\") { id } }").await;
    assert_eq!(socket.receive().await["payload"], json!({ "data": { "rename": { "id": "1" } } }));
    assert_eq!(socket.receive().await["type"], "complete");
}

#[tokio::test]
async fn an_id_is_free_again_as_soon_as_its_operation_has_ended() {
    let server = Server::start().await;
    let mut socket = server.ready_socket().await;
    let started = Instant::now();
    for _ in 0..200 {
        socket.subscribe("same", "{ __typename }").await;
        assert_eq!(socket.receive().await["type"], "next");
        assert_eq!(socket.receive().await["type"], "complete");
    }
    assert!(started.elapsed() < Duration::from_secs(6), "no message waits 40 ms for the client's packets");
    for _ in 0..50 {
        socket.subscribe("same", "subscription { silence }").await;
        socket.send(json!({ "id": "same", "type": "complete" })).await;
    }
    socket.subscribe("same", "subscription { silence }").await;
    server.watch.until_open(1).await;
    socket.send(json!({ "id": "same", "type": "complete" })).await;
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn an_operation_that_is_refused_ends_alone() {
    let server = Server::start().await;
    let mut socket = server.ready_socket().await;
    for (query, code) in [
        ("{ nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query ($id: ID!) { product(id: $id) { id } }", "VALIDATION_ERROR"),
        ("subscription ($n: Int!) { ticks(count: $n) }", "VALIDATION_ERROR"),
        ("subscription { boom }", "INTERNAL"),
    ] {
        socket.subscribe("x", query).await;
        let message = socket.receive().await;
        assert_eq!((&message["id"], &message["type"]), (&json!("x"), &json!("error")), "{query}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{query}");
    }
    socket.subscribe("x", "{ locations }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["locations"], json!(["cellar"]));
}

#[tokio::test]
async fn a_breach_of_the_protocol_closes_with_its_code() {
    let server = Server::start().await;
    let init = json!({ "type": "connection_init" });
    let subscribe =
        |id: &str, query: &str| json!({ "id": id, "type": "subscribe", "payload": { "query": query } });
    let long = "ä".repeat(500);
    for (messages, code, reason) in [
        (vec![json!({ "type": "hello" })], 4400, "a message must have a type"),
        (vec![json!([])], 4400, "a message must have a type"),
        (vec![json!({ "type": "connection_init", "payload": 1 })], 4400, "must be an object"),
        (vec![subscribe("1", "{ locations }")], 4401, "unauthorized"),
        (vec![init.clone(), init.clone()], 4429, "too many initialisation requests"),
        (
            vec![init.clone(), json!({ "type": "subscribe", "payload": { "query": "{ a }" } })],
            4400,
            "needs an id",
        ),
        (vec![init.clone(), json!({ "id": 7, "type": "subscribe", "payload": {} })], 4400, "needs an id"),
        (vec![init.clone(), json!({ "id": "1", "type": "subscribe" })], 4400, "a GraphQL request is"),
        (
            vec![init.clone(), json!({ "id": "1", "type": "subscribe", "payload": { "query": 1 } })],
            4400,
            "`query` must",
        ),
        (vec![init.clone(), json!({ "type": "complete" })], 4400, "`complete` needs an id"),
        (
            vec![
                init,
                subscribe(&long, "subscription { silence }"),
                subscribe(&long, "subscription { silence }"),
            ],
            4409,
            "subscriber for ä",
        ),
    ] {
        let (actual, shown) = close_after(&server, &messages).await;
        assert_eq!(actual, code, "{messages:?}: {shown}");
        assert!(shown.contains(reason), "{messages:?}: {shown}");
    }
    server.watch.until_open(0).await;
    for frame in [Message::text("{"), Message::binary(vec![1, 2, 3])] {
        let mut socket = server.socket().await;
        socket.stream.send(frame).await.unwrap();
        assert_eq!(socket.closed().await.0, 4400);
    }
}

#[tokio::test]
async fn a_client_that_says_no_hello_is_closed() {
    let server = Server::with("subscriptions: { connection_init_timeout_ms: 50 }").await;
    assert_eq!(server.socket().await.closed().await, (4408, "connection initialisation timeout".to_owned()));
}

#[tokio::test]
async fn another_protocol_is_closed_and_a_foreign_page_refused() {
    let server = Server::with("cors: { origins: [\"https://app.example\"] }").await;
    assert_eq!(server.socket_with("", &[]).await.unwrap().closed().await.0, 4406);
    let chosen = server.socket_with("graphql-ws, graphql-transport-ws", &[]).await.unwrap().protocol;
    assert_eq!(chosen.as_deref(), Some("graphql-transport-ws"));
    let own = format!("http://{}", server.address);
    for (origin, admitted) in
        [("https://evil.example", false), ("null", false), ("https://app.example", true), (&own, true)]
    {
        match server.socket_with("graphql-transport-ws", &[("origin", origin)]).await {
            Ok(_) => assert!(admitted, "{origin}"),
            Err(Error::Http(response)) => assert!(!admitted && response.status() == 403, "{origin}"),
            Err(other) => panic!("{origin}: {other}"),
        }
    }
}

#[tokio::test]
async fn the_hello_carries_the_token() {
    let signer = Signer::usual();
    let closed = AUTH.replace("auth: {", "auth: { required: true,");
    let server = Server::trusting(&closed, signer.keys()).await;
    let bearer = format!("Bearer {}", signer.sign(&claims()));
    let stale = format!("Bearer {}", signer.sign(&claims_but("exp", now() - 100)));
    for (payload, admitted) in [
        (json!({ "Authorization": bearer }), true),
        (json!({ "authorization": bearer }), true),
        (json!({ "headers": { "authorization": bearer } }), true),
        (json!({ "authorization": stale }), false),
        (json!({}), false),
        (json!(null), false),
    ] {
        let mut socket = server.socket().await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        if admitted {
            assert_eq!(socket.receive().await["type"], "connection_ack", "{payload}");
            socket.subscribe("1", "{ locations }").await;
            assert_eq!(socket.receive().await["type"], "next");
        } else {
            assert_eq!(socket.closed().await.0, 4403, "{payload}");
        }
    }
    let seen = server.watch.requests_to("stock");
    assert!(seen.len() == 3 && seen.iter().all(|request| request.token().is_some()), "it travels on");
    let mut socket = server
        .socket_with("graphql-transport-ws", &[("authorization", &bearer)])
        .await
        .expect("a header will do");
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
}

#[tokio::test]
async fn a_token_whose_issuer_is_away_may_come_back_later() {
    let away = "auth: { issuers: [{ issuer: the-issuer, audience: carmen, jwks_url: \"http://127.0.0.1:1/jwks.json\" }] }";
    let server = Server::with(away).await;
    let bearer = format!("Bearer {}", Signer::usual().sign(&claims()));
    let mut socket = server.socket().await;
    socket.send(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
    assert_eq!(socket.closed().await.0, 1013);
}

#[tokio::test]
async fn a_ping_is_answered_before_and_after_the_hello() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    for message in
        [json!({ "type": "ping" }), json!({ "type": "connection_init" }), json!({ "type": "ping" })]
    {
        socket.send(json!({ "type": "pong" })).await;
        socket.send(message).await;
    }
    for expected in ["pong", "connection_ack", "pong"] {
        assert_eq!(socket.receive().await["type"], expected);
    }
}

#[tokio::test]
async fn the_upstream_ends_when_the_client_completes_leaves_or_vanishes() {
    let server = Server::start().await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("1", "subscription { silence }").await;
    server.watch.until_open(1).await;
    socket.send(json!({ "id": "1", "type": "complete" })).await;
    server.watch.until_open(0).await;
    socket.subscribe("2", "subscription { silence }").await;
    server.watch.until_open(1).await;
    socket.stream.close(None).await.unwrap();
    server.watch.until_open(0).await;
    let mut vanishing = server.ready_socket().await;
    vanishing.subscribe("3", "subscription { silence }").await;
    server.watch.until_open(1).await;
    drop(vanishing);
    server.watch.until_open(0).await;
}

#[tokio::test]
async fn operations_and_connections_are_bounded() {
    let server = Server::with("subscriptions: { per_connection: 2, connections: 1 }").await;
    let mut socket = server.ready_socket().await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, "subscription { silence }").await;
    }
    let refused = socket.receive().await;
    assert_eq!(
        (&refused["id"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("3"), &json!("LIMIT_EXCEEDED"))
    );
    server.watch.until_open(2).await;
    match server.socket_with("graphql-transport-ws", &[]).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("a second connection is one too many: {other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up() {
    let server = Server::with("subscriptions: { slow_client_ms: 200, buffer: 4 }").await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("1", "subscription { flood }").await;
    server.watch.until_open(1).await;
    // Nothing is read from here on: the kernel's buffers fill, then the queue, then the time is up.
    server.watch.until_open(0).await;
    assert!(received_bytes(&mut socket).await < 64 * 1024 * 1024, "what waited for the client was bounded");
}

#[tokio::test]
async fn a_client_that_reads_again_learns_why_it_was_given_up() {
    let server = Server::with("subscriptions: { slow_client_ms: 200, buffer: 4 }").await;
    let mut socket = server.ready_socket().await;
    socket.subscribe("1", "subscription { flood }").await;
    server.watch.until_open(1).await;
    server.watch.until_open(0).await;
    assert_eq!(socket.closed().await, (1008, "the client does not read".to_owned()));
}

/// All that had been sent before the connection ended.
async fn received_bytes(socket: &mut Socket) -> usize {
    let mut bytes = 0;
    while let Some(frame) = socket.frame().await {
        bytes += frame.len();
    }
    bytes
}

#[tokio::test]
async fn a_client_without_a_sign_of_life_is_given_up() {
    let server = Server::with("subscriptions: { keep_alive_ms: 100, slow_client_ms: 300 }").await;
    let mut alive = server.ready_socket().await;
    alive.subscribe("1", "subscription { silence }").await;
    let mut dead = server.ready_socket().await;
    dead.subscribe("1", "subscription { silence }").await;
    server.watch.until_open(2).await;
    // Reading answers the server's pings; the other client reads nothing.
    let reading = tokio::time::timeout(Duration::from_millis(1500), alive.frame()).await;
    assert!(reading.is_err(), "the living client stays: {reading:?}");
    server.watch.until_open(1).await;
    while let Some(frame) = dead.frame().await {
        assert!(matches!(frame, Message::Text(_) | Message::Close(_)), "{frame:?}");
    }
}
