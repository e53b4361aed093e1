//! A partner follows the stock through the router, is cut off again and again, and misses nothing.

use crate::shelf::{Shelf, receive, shelves};
use carmen_tests::{Carmen, Person, Socket, first_code};
use rand::RngExt;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const UPDATES: &str = "subscription($after: Cursor) { stockChanged(after: $after) {
    cursor heartbeat eventId
    item { id product { name bestOffer(quantity: \"1\") { vendor { name } } } location { name } onHand { value } available { value } }
    change { type reason onHandBefore { value } onHandAfter { value } } } }";

/// What the partner app is for: no offers, many events.
const LEAN: &str = "subscription($after: Cursor) { stockChanged(after: $after) {
    cursor heartbeat eventId item { id } change { onHandBefore { value } onHandAfter { value } } } }";

#[tokio::test]
async fn an_event_comes_with_product_and_offer_from_other_services() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelf = &shelves(&admin, 1).await[0];
    let mut socket = Socket::subscribe(&admin, UPDATES, json!({})).await;
    // The subscription starts behind what was published when it was opened: let it open.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receive(&admin, &[(shelf, "3")]).await, json!([]));
    let event = socket.next().await;
    assert!(event.get("errors").is_none(), "{event}");
    let changed = &event["data"]["stockChanged"];
    assert_eq!(
        (&changed["heartbeat"], &changed["change"]["reason"]),
        (&json!(false), &json!("PURCHASE")),
        "{event}"
    );
    assert!(changed["item"]["product"]["name"].is_string(), "{event}");
    assert!(changed["item"]["product"]["bestOffer"]["vendor"]["name"].is_string(), "{event}");
    assert_eq!(changed["item"]["onHand"]["value"], changed["change"]["onHandAfter"]["value"]);
    drop(socket);
    carmen.stop().await;
}

#[tokio::test]
async fn who_may_not_see_stock_cannot_follow_it() {
    let carmen = Carmen::start().await;
    let mut socket = Socket::subscribe(&carmen.stranger(), LEAN, json!({})).await;
    let message = socket.receive().await.unwrap();
    let refused = if message["type"] == "error" {
        json!({ "errors": message["payload"] })
    } else {
        message["payload"].clone()
    };
    assert_eq!(first_code(&refused), "UNAUTHENTICATED", "{message}");
    carmen.stop().await;
}

#[tokio::test]
async fn a_cursor_that_cannot_be_resumed_says_what_to_do() {
    let carmen = Carmen::start().await;
    let (andaman, lanna) = (carmen.sign_in("admin").await, carmen.sign_in("admin@lanna.example").await);
    let theirs = andaman.data("{ stockCursor }", json!({})).await;
    for (cursor, code) in
        [(json!("nonsense"), "VALIDATION_ERROR"), (theirs["stockCursor"].clone(), "VALIDATION_ERROR")]
    {
        let mut socket = Socket::subscribe(&lanna, LEAN, json!({ "after": cursor })).await;
        let message = socket.receive().await.unwrap();
        let refused = if message["type"] == "error" {
            json!({ "errors": message["payload"] })
        } else {
            message["payload"].clone()
        };
        assert_eq!(first_code(&refused), code, "{message}");
    }
    carmen.stop().await;
}

#[tokio::test]
async fn a_subscription_outlives_its_first_token_when_that_is_renewed() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelf = &shelves(&admin, 1).await[0];
    let brief = carmen.sign_in_for("admin", Duration::from_secs(3)).await;
    let mut socket = Socket::subscribe(&brief, UPDATES, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    socket.renew(admin.token.as_deref().unwrap()).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(receive(&admin, &[(shelf, "3")]).await, json!([]));
    let event = socket.next().await;
    assert!(event.get("errors").is_none(), "{event}");
    let product = &event["data"]["stockChanged"]["item"]["product"];
    assert!(product["name"].is_string() && product["bestOffer"]["vendor"]["name"].is_string(), "{event}");
    drop(socket);
    carmen.stop().await;
}

#[tokio::test]
async fn a_token_that_runs_out_ends_the_subscription_and_the_cursor_resumes_it_without_a_gap() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelf = &shelves(&admin, 1).await[0];
    let brief = carmen.sign_in_for("admin", Duration::from_secs(3)).await;
    let mut socket = Socket::subscribe(&brief, LEAN, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    receive(&admin, &[(shelf, "1")]).await;
    let first = socket.next().await["data"]["stockChanged"].take();
    let last = socket.next().await;
    assert_eq!(first_code(&last), "TOKEN_EXPIRED", "{last}");
    assert_eq!(socket.receive().await.unwrap()["type"], "complete");
    assert!(socket.receive().await.is_none(), "nothing is left running, so the connection ends");
    receive(&admin, &[(shelf, "1")]).await;
    let mut socket = Socket::subscribe(&admin, LEAN, json!({ "after": first["cursor"] })).await;
    let second = socket.next().await["data"]["stockChanged"].take();
    assert_eq!(second["change"]["onHandBefore"], first["change"]["onHandAfter"], "nothing was missed");
    drop(socket);
    carmen.stop().await;
}

/// Movements that the partner has to see.
const MOVEMENTS: usize = 50_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_movements_reach_a_partner_that_is_killed_again_and_again() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelves = shelves(&admin, 10).await;
    let start = admin.data("{ stockCursor }", json!({})).await["stockCursor"].clone();
    let writer = tokio::spawn(write(admin.clone(), shelves));
    let seen = follow(&admin, start).await;
    writer.await.unwrap();
    check(&seen);
    carmen.prove().await;
    carmen.stop().await;
}

/// Posts the movements: documents of a hundred lines from two people at once.
async fn write(person: Person, shelves: Vec<Shelf>) {
    for _ in 0..MOVEMENTS / 200 {
        let lines: Vec<(&Shelf, &str)> = shelves.iter().cycle().take(100).map(|shelf| (shelf, "1")).collect();
        let (one, other) = tokio::join!(receive(&person, &lines), receive(&person, &lines));
        assert_eq!((one, other), (json!([]), json!([])));
    }
}

/// Reads until every movement was seen, hanging up without a goodbye after a random number of events.
async fn follow(person: &Person, mut cursor: Value) -> Vec<Value> {
    let mut seen: Vec<Value> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    while known.len() < MOVEMENTS {
        let mut socket = Socket::subscribe(person, LEAN, json!({ "after": cursor })).await;
        let until = rand::rng().random_range(1..MOVEMENTS / 20);
        for _ in 0..until {
            if known.len() == MOVEMENTS {
                break;
            }
            let mut event = socket.next().await;
            let change = event["data"]["stockChanged"].take();
            assert!(change.is_object(), "{event}");
            cursor = change["cursor"].clone();
            if let Some(id) = change["eventId"].as_str()
                && known.insert(id.to_owned())
            {
                seen.push(change);
            }
        }
    }
    seen
}

/// Each item's events follow on each other: what one left is what the next one found.
fn check(seen: &[Value]) {
    assert_eq!(seen.len(), MOVEMENTS);
    let mut last: HashMap<&str, &Value> = HashMap::new();
    for event in seen {
        let item = event["item"]["id"].as_str().unwrap();
        if let Some(after) = last.insert(item, &event["change"]["onHandAfter"]["value"]) {
            assert_eq!(*after, event["change"]["onHandBefore"]["value"], "a gap or another order at {event}");
        }
    }
}
