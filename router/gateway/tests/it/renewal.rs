//! Tokens that run out while something runs with them, and those that take their place.

use crate::kit::{PATIENCE, Server, Socket};
use crate::tokens::{AUTH, Signer, claims, claims_but, now};
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;

const RESTOCKED: &str = "subscription { restocked { name onHand } }";

/// A token that lets its streams go on for about so many seconds: a minute for clocks that differ, less a margin.
fn ending_in(signer: &Signer, seconds: u64) -> String {
    signer.sign(&claims_but("exp", now() - 55 + seconds))
}

async fn hello(server: &Server, token: Option<&str>) -> Socket {
    let mut socket = server.socket().await;
    let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket
}

async fn renew(socket: &mut Socket, token: &str) {
    socket.send(json!({ "type": "ping", "payload": { "authorization": format!("Bearer {token}") } })).await;
}

fn token_of(event: &Value) -> &str {
    event["payload"]["data"]["restocked"]["name"].as_str().unwrap_or_else(|| panic!("no name in {event}"))
}

#[tokio::test]
async fn a_running_subscription_goes_on_with_the_renewed_token_everywhere() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let (first, second) = (ending_in(&signer, 2), signer.sign(&claims()));
    let mut socket = hello(&server, Some(&first)).await;
    socket.subscribe("1", RESTOCKED).await;
    server.watch.until_open(1).await;
    server.watch.restock.notify_one();
    assert_eq!(token_of(&socket.receive().await), first);
    renew(&mut socket, &second).await;
    let accepted = json!({ "type": "pong", "payload": { "authorization": "accepted" } });
    assert_eq!(socket.receive().await, accepted);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    server.watch.restock.notify_one();
    let event = socket.receive().await;
    assert_eq!(token_of(&event), second, "the subgraph that feeds the subscription has it");
    assert_eq!(event["payload"]["data"]["restocked"]["onHand"], 7);
    let entity_fetches = server.watch.requests_to("stock");
    let tokens: Vec<_> = entity_fetches.iter().map(|request| request.token()).collect();
    assert_eq!(tokens, [Some(first.as_str()), Some(second.as_str())], "and so have those that complete it");
    socket.subscribe("2", "{ locations }").await;
    assert_eq!(socket.receive().await["type"], "next");
    assert_eq!(server.watch.requests_to("stock")[2].token(), Some(second.as_str()), "new operations, too");
}

#[tokio::test]
async fn a_token_that_runs_out_ends_every_stream_with_a_reason_and_then_the_connection() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let mut socket = hello(&server, Some(&ending_in(&signer, 2))).await;
    socket.subscribe("1", RESTOCKED).await;
    socket.subscribe("2", "subscription { silence }").await;
    server.watch.until_open(2).await;
    let mut ended = Vec::new();
    for _ in 0..2 {
        let last = socket.receive().await;
        assert_eq!((&last["type"], &last["payload"]["data"]), (&json!("next"), &Value::Null), "{last}");
        assert_eq!(last["payload"]["errors"][0]["extensions"]["code"], "TOKEN_EXPIRED");
        ended.push(last["id"].clone());
        assert_eq!(socket.receive().await, json!({ "id": last["id"], "type": "complete" }));
    }
    ended.sort_by_key(ToString::to_string);
    assert_eq!(ended, ["1", "2"]);
    assert_eq!(socket.closed().await, (4401, "the access token has run out".to_owned()));
    server.watch.until_open(0).await;
    assert!(server.watch.requests_to("stock").is_empty(), "nothing was asked with a token that is over");
}

#[tokio::test]
async fn what_is_asked_in_the_last_moment_is_refused_by_name() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let mut socket = hello(&server, Some(&ending_in(&signer, 2))).await;
    socket.subscribe("slow", "{ slow }").await;
    server.watch.waiting.notified().await;
    tokio::time::sleep(Duration::from_millis(2_200)).await;
    socket.subscribe("late", "{ locations }").await;
    let refused = socket.receive().await;
    assert_eq!((&refused["id"], &refused["type"]), (&json!("late"), &json!("error")), "{refused}");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOKEN_EXPIRED");
    server.watch.gate.notify_one();
    assert_eq!(socket.receive().await["payload"]["data"]["slow"], "done", "what ran is finished");
    assert_eq!(socket.closed().await.0, 4401);
}

#[tokio::test]
async fn a_renewal_must_be_valid_and_of_the_same_caller() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    for (name, token, code) in [
        ("expired", signer.sign(&claims_but("exp", now() - 61)), 4401),
        ("forged", Signer::impostor().sign(&claims()), 4401),
        ("no token", String::new(), 4401),
        ("no header could carry it", "\n".to_owned(), 4401),
        ("another person", signer.sign(&claims_but("sub", "else")), 4403),
        ("another tenant", signer.sign(&claims_but("tenant_id", "else")), 4403),
    ] {
        let mut socket = hello(&server, Some(&signer.sign(&claims()))).await;
        socket.subscribe("1", "subscription { silence }").await;
        renew(&mut socket, &token).await;
        let (closed, reason) = socket.closed().await;
        assert_eq!(closed, code, "{name}: {reason}");
        assert!(reason.contains("renewed access token"), "{name}: {reason}");
    }
    let mut stranger = hello(&server, None).await;
    renew(&mut stranger, &signer.sign(&claims())).await;
    assert_eq!(stranger.closed().await.0, 4403, "who came as nobody does not become somebody");
}

#[tokio::test]
async fn a_ping_is_a_sign_of_life_otherwise() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let mut socket = hello(&server, Some(&signer.sign(&claims()))).await;
    for payload in [json!(null), json!({}), json!({ "authorization": 7 }), json!("x")] {
        socket.send(json!({ "type": "ping", "payload": payload })).await;
        assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    }
    let mut early = server.socket().await;
    renew(&mut early, "anything").await;
    assert_eq!(
        early.receive().await,
        json!({ "type": "pong" }),
        "before the hello there is nothing to renew"
    );
    let open = Server::start().await;
    let mut socket = open.ready_socket().await;
    renew(&mut socket, "anything").await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }), "nobody looks at tokens here");
}

#[tokio::test]
async fn an_event_stream_ends_with_its_token() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let request = server
        .post(&json!({ "query": "subscription { silence }" }))
        .header("accept", "text/event-stream")
        .bearer_auth(ending_in(&signer, 2));
    let mut body = request.send().await.unwrap().bytes_stream();
    let mut text = String::new();
    let all = async {
        while let Some(chunk) = body.next().await {
            text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("the stream ends");
    let (last, end) = text.split_at(text.find("event: complete").unwrap_or_else(|| panic!("no end: {text}")));
    assert!(last.starts_with("event: next") && last.contains(r#""code":"TOKEN_EXPIRED""#), "{text}");
    assert_eq!(end, "event: complete\ndata:\n\n");
    server.watch.until_open(0).await;
}
