//! Partners that follow the stock and must not miss a change.

use std::collections::HashMap;
use std::time::Duration;

use chassis::testkit::{claims, first_code};
use chassis::{Caller, Claims, Clock, Renewal, SubgraphRequest, outbox};
use futures::StreamExt;
use futures::stream::BoxStream;
use primitives::UserId;
use serde_json::{Value, json};
use subgraph_inventory::FeedSettings;

use crate::house::{House, lanna};

const UPDATES: &str = "subscription($after: Cursor, $where: StockChangeWhere) { stockChanged(after: $after, where: $where) {
    cursor heartbeat eventId
    item { id onHand { value } available { value } averageCost { amount } location { code } product { id } }
    change { type reason quantity { value } onHandBefore { value } onHandAfter { value } availableBefore { value }
        availableAfter { value } movement { seq } reservationId } } }";

/// A running subscription.
struct Partner(BoxStream<'static, chassis::SubgraphResponse>);

impl Partner {
    async fn subscribe(house: &House, caller: &Caller, variables: Value) -> Self {
        let mut request = SubgraphRequest::new(UPDATES).bearer(&caller.token);
        request.variables = variables.as_object().unwrap().clone();
        Self(house.subgraph.subscribe(request).await)
    }

    /// The next response; fails when none comes.
    async fn response(&mut self) -> Value {
        let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
        next.expect("a message comes in time").expect("the stream goes on").json().unwrap()
    }

    /// The next message that is no heartbeat.
    async fn change(&mut self) -> Value {
        loop {
            let mut response = self.response().await;
            assert!(response.get("errors").is_none(), "{response}");
            let message = response["data"]["stockChanged"].take();
            if message["heartbeat"] == false {
                return message;
            }
        }
    }
}

async fn latest(house: &House) -> Value {
    house.data("{ stockCursor }", json!({})).await["stockCursor"].take()
}

#[tokio::test]
async fn every_change_is_told_with_the_balance_it_left() {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let mut partner =
        Partner::subscribe(&house, &house.keeper, json!({ "after": latest(&house).await })).await;
    house.receive(&[(&wine, &store, "10", "100")]).await;
    let line = json!({ "productId": wine, "locationId": store, "quantity": "4" });
    let promised = house.mutate("reserveStock", json!({ "lines": [line] })).await;
    house.issue(&wine, &store, "1").await;
    let received = partner.change().await;
    assert_eq!(received["item"]["product"]["id"], json!(wine));
    assert_eq!(received["item"]["location"]["code"], "MAIN");
    assert_eq!(received["item"]["averageCost"]["amount"], "100.00");
    assert_eq!(
        received["change"],
        json!({ "type": "IN", "reason": "PURCHASE", "quantity": { "value": "10" },
                "onHandBefore": { "value": "0" }, "onHandAfter": { "value": "10" },
                "availableBefore": { "value": "0" }, "availableAfter": { "value": "10" },
                "movement": { "seq": "1" }, "reservationId": null })
    );
    let reserved = partner.change().await;
    assert_eq!(
        reserved["change"],
        json!({ "type": "RESERVATION", "reason": null, "quantity": { "value": "4" },
                "onHandBefore": { "value": "10" }, "onHandAfter": { "value": "10" },
                "availableBefore": { "value": "10" }, "availableAfter": { "value": "6" },
                "movement": null, "reservationId": promised["reservations"][0]["id"] })
    );
    // The snapshot is of the moment, not of now.
    assert_eq!(reserved["item"]["onHand"]["value"], "10");
    let issued = partner.change().await;
    assert_eq!(
        (&issued["change"]["type"], &issued["item"]["available"]["value"]),
        (&json!("OUT"), &json!("5"))
    );
}

#[tokio::test]
async fn an_event_costs_one_statement_at_most() {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let after = latest(&house).await;
    house.receive(&[(&wine, &store, "10", "100")]).await;
    let query = "subscription($after: Cursor) { stockChanged(after: $after) {
        item { onHand { value } available { value } location { name code } product { id } } } }";
    let mut request = SubgraphRequest::new(query).bearer(&house.keeper.token);
    request.variables = json!({ "after": after }).as_object().unwrap().clone();
    let mut stream = house.subgraph.subscribe(request).await;
    let log = house.kit.db().statements();
    log.start();
    let event = stream.next().await.unwrap().json().unwrap();
    assert_eq!(event["data"]["stockChanged"]["item"]["location"]["name"], "Store MAIN");
    assert_eq!((log.count_on("location"), log.count_on("inventory_item")), (1, 0));
}

#[tokio::test]
async fn a_subscriber_hears_what_it_asked_for() {
    let house = House::open().await;
    let (wine, beer) = (house.product(), house.product());
    let (main, bar) = (house.store("MAIN").await, house.store("BAR").await);
    let after = latest(&house).await;
    house
        .receive(&[(&wine, &main, "10", "100"), (&beer, &main, "10", "30"), (&beer, &bar, "10", "30")])
        .await;
    let waste = json!({ "productId": beer, "locationId": bar, "quantity": "-2", "reason": "WASTE" });
    house.posted("adjustStock", json!({ "lines": [waste] })).await;
    house.receive(&[(&wine, &bar, "99", "1")]).await;
    for (filter, quantities) in [
        (json!({ "productIds": [beer] }), vec!["10", "10", "-2"]),
        (json!({ "locationIds": [bar] }), vec!["10", "-2", "99"]),
        (json!({ "reasons": ["WASTE"] }), vec!["-2"]),
        (json!({ "minAbsDelta": "50" }), vec!["99"]),
        (json!({ "productIds": [beer], "locationIds": [main] }), vec!["10"]),
    ] {
        let variables = json!({ "after": after, "where": filter });
        let mut partner = Partner::subscribe(&house, &house.keeper, variables).await;
        for quantity in quantities {
            assert_eq!(partner.change().await["change"]["quantity"]["value"], quantity, "{filter}");
        }
    }
}

#[tokio::test]
async fn a_quiet_feed_beats_with_the_latest_cursor() {
    let feed = FeedSettings { heartbeat: Duration::from_millis(50), ..FeedSettings::default() };
    let house = House::open_with(feed).await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let nothing = json!({ "after": latest(&house).await, "where": { "minAbsDelta": "1000" } });
    let mut partner = Partner::subscribe(&house, &house.keeper, nothing).await;
    house.receive(&[(&wine, &store, "10", "100")]).await;
    let end = latest(&house).await;
    let mut beat = Value::Null;
    for _ in 0..50 {
        beat = partner.response().await["data"]["stockChanged"].take();
        if beat["cursor"] == end {
            break;
        }
    }
    assert_eq!(
        beat,
        json!({ "cursor": end, "heartbeat": true, "eventId": null, "item": null, "change": null })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_thousand_movements_reach_a_partner_that_is_cut_off_again_and_again() {
    let house = std::sync::Arc::new(House::open().await);
    let store = house.store("MAIN").await;
    let products: Vec<String> = (0..10).map(|_| house.product()).collect();
    let mut cursor = latest(&house).await;
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let (house, store, products) = (house.clone(), store.clone(), products.clone());
            tokio::spawn(async move {
                for _ in 0..50 {
                    let lines: Vec<_> = products
                        .iter()
                        .cycle()
                        .take(20)
                        .map(|id| (id.as_str(), store.as_str(), "1", "1"))
                        .collect();
                    house.receive(&lines).await;
                }
            })
        })
        .collect();
    let mut seen: Vec<Value> = Vec::new();
    // Uneven, and the same in every run: from one message to some hundred.
    let mut stretches = (1_usize..).map(|n| 1 + n * n * 37 % 211);
    while seen.len() < 2_000 {
        let mut partner = Partner::subscribe(&house, &house.keeper, json!({ "after": cursor })).await;
        for _ in 0..stretches.next().unwrap().min(2_000 - seen.len()) {
            let message = partner.change().await;
            cursor = message["cursor"].clone();
            seen.push(message);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let seqs: Vec<i64> = seen
        .iter()
        .map(|message| message["change"]["movement"]["seq"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(seqs, (1..=2_000).collect::<Vec<_>>(), "a gap, a repetition or another order");
    let mut last: HashMap<&str, &Value> = HashMap::new();
    for message in &seen {
        let change = &message["change"];
        let item = message["item"]["id"].as_str().unwrap();
        if let Some(after) = last.insert(item, &change["onHandAfter"]) {
            assert_eq!(*after, change["onHandBefore"], "{message}");
        }
    }
    assert_eq!(last.len(), 10);
    assert_eq!(cursor, latest(&house).await);
    house.prove().await;
}

#[tokio::test]
async fn a_slow_reader_gets_what_is_buffered_and_then_its_cursor() {
    let feed = FeedSettings { buffer: 4, grace: Duration::from_millis(100), ..FeedSettings::default() };
    let house = House::open_with(feed).await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let after = latest(&house).await;
    let lines: Vec<_> = (0..50).map(|_| (wine.as_str(), store.as_str(), "1", "1")).collect();
    house.receive(&lines).await;
    let mut partner = Partner::subscribe(&house, &house.keeper, json!({ "after": after })).await;
    let mut seen = vec![partner.change().await];
    // Longer than the feed's patience.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let end = loop {
        let mut response = partner.response().await;
        if response.get("errors").is_some() {
            break response;
        }
        seen.push(response["data"]["stockChanged"].take());
    };
    assert_eq!(first_code(&end), "SLOW_READER", "{end}");
    let last = seen.last().unwrap()["cursor"].clone();
    assert_eq!(end["errors"][0]["extensions"]["cursor"], last);
    assert!(partner.0.next().await.is_none(), "nothing comes after the end");
    assert!((4..50).contains(&seen.len()), "{}", seen.len());
    let mut again = Partner::subscribe(&house, &house.keeper, json!({ "after": last })).await;
    while seen.len() < 50 {
        seen.push(again.change().await);
    }
    let seqs: Vec<_> = seen.iter().map(|message| message["change"]["movement"]["seq"].clone()).collect();
    assert_eq!(seqs, (1..=50).map(|seq| json!(seq.to_string())).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_feed_ends_with_its_token() {
    let feed = FeedSettings { recheck: Duration::from_millis(50), ..FeedSettings::default() };
    let house = House::open_with(feed).await;
    let cursor = latest(&house).await;
    let mut partner = Partner::subscribe(&house, &house.keeper, json!({ "after": cursor })).await;
    // The stream opens when it is first asked for something.
    assert!(tokio::time::timeout(Duration::from_millis(200), partner.0.next()).await.is_err());
    // The token is valid for five minutes, and clocks may differ by one.
    house.kit.clock().advance(Duration::from_secs(359));
    assert!(tokio::time::timeout(Duration::from_millis(200), partner.0.next()).await.is_err());
    house.kit.clock().advance(Duration::from_secs(1));
    let end = partner.response().await;
    assert_eq!(first_code(&end), "TOKEN_EXPIRED");
    assert_eq!(end["errors"][0]["extensions"]["cursor"], cursor);
}

/// A subscriber whose token can be renewed, and the claims it began with.
async fn renewing(house: &House, cursor: &Value) -> (Partner, Renewal, Claims) {
    let claims = claims(crate::house::andaman(), &["inventory:*", "prices:view"], house.kit.clock().now());
    let token = house.kit.signer().sign(&claims);
    let mut request = SubgraphRequest::new(UPDATES).bearer(&token).variable("after", cursor.clone());
    let (renewal, credential) = Renewal::new(format!("Bearer {token}").parse().unwrap());
    request.credential = Some(credential);
    let mut partner = Partner(house.subgraph.subscribe(request).await);
    // The stream opens when it is first asked for something.
    assert!(tokio::time::timeout(Duration::from_millis(200), partner.0.next()).await.is_err());
    (partner, renewal, claims)
}

fn renew(house: &House, renewal: &Renewal, claims: &Claims) {
    renewal.renew(format!("Bearer {}", house.kit.signer().sign(claims)).parse().unwrap());
}

#[tokio::test]
async fn a_feed_outlives_its_first_token_when_that_is_renewed() {
    let feed = FeedSettings { recheck: Duration::from_millis(20), ..FeedSettings::default() };
    let mut house = House::open_with(feed).await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let (mut partner, renewal, mut claims) = renewing(&house, &latest(&house).await).await;
    for _ in 0..3 {
        claims.exp += 300;
        renew(&house, &renewal, &claims);
        // The feed takes the token over on its own; only then may the clock move on.
        assert!(tokio::time::timeout(Duration::from_millis(200), partner.0.next()).await.is_err());
        house.kit.clock().advance(Duration::from_secs(300));
    }
    house.keeper = house.kit.caller(crate::house::andaman(), &["*"]);
    house.receive(&[(&wine, &store, "10", "100")]).await;
    assert_eq!(partner.change().await["change"]["onHandAfter"]["value"], "10");
    let stranger = Claims { sub: UserId::generate(), exp: claims.exp + 3_600, ..claims.clone() };
    renew(&house, &renewal, &stranger);
    house.kit.clock().advance(Duration::from_secs(360));
    assert_eq!(
        first_code(&partner.response().await),
        "TOKEN_EXPIRED",
        "somebody else's token renews nothing"
    );
}

#[tokio::test]
async fn a_renewed_token_that_allows_less_ends_the_feed_with_its_cursor() {
    let house = House::open().await;
    let cursor = latest(&house).await;
    for (permissions, code) in [
        (&["prices:view"][..], "FORBIDDEN"),
        (&["inventory:view", "prices:view"], "PERMISSIONS_CHANGED"),
        (&["inventory:*"], "PERMISSIONS_CHANGED"),
    ] {
        let (mut partner, renewal, mut claims) = renewing(&house, &cursor).await;
        claims.permissions = permissions.iter().map(ToString::to_string).collect();
        renew(&house, &renewal, &claims);
        let end = partner.response().await;
        assert_eq!(first_code(&end), code, "{permissions:?}: {end}");
        assert_eq!(end["errors"][0]["extensions"]["cursor"], cursor);
        assert!(partner.0.next().await.is_none());
    }
}

#[tokio::test]
async fn a_cursor_that_is_too_old_names_the_way_back() {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let after = latest(&house).await;
    house.receive(&[(&wine, &store, "10", "100"), (&wine, &store, "1", "100")]).await;
    outbox::prune(house.kit.db(), Clock::system().now() + outbox::RETENTION).await.unwrap();
    let response =
        Partner::subscribe(&house, &house.keeper, json!({ "after": after })).await.response().await;
    assert_eq!(first_code(&response), "CURSOR_EXPIRED", "{response}");
    assert!(response["errors"][0]["message"].as_str().unwrap().contains("inventoryItems"), "{response}");
}

#[tokio::test]
async fn a_cursor_of_nobody_of_another_tenant_or_of_the_future_is_refused() {
    let house = House::open().await;
    house.store("MAIN").await;
    let mine = latest(&house).await;
    let neighbour = house.kit.caller(lanna(), &["*"]);
    let future = {
        use base64::Engine;
        let text = format!("stock1:{}:999", crate::house::andaman());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    for (caller, cursor, code) in [
        (&house.keeper, json!("nonsense"), "VALIDATION_ERROR"),
        (&neighbour, mine, "VALIDATION_ERROR"),
        (&house.keeper, json!(future), "CURSOR_EXPIRED"),
    ] {
        let response = Partner::subscribe(&house, caller, json!({ "after": cursor })).await.response().await;
        assert_eq!(first_code(&response), code, "{response}");
    }
}

#[tokio::test]
async fn a_partner_hears_its_own_tenant_only_and_no_money_without_permission() {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    let neighbour = house.kit.caller(lanna(), &["inventory:view"]);
    let partner = house.kit.caller(crate::house::andaman(), &["inventory:view"]);
    let after = latest(&house).await;
    let mut theirs = Partner::subscribe(&house, &neighbour, json!({})).await;
    assert!(tokio::time::timeout(Duration::from_millis(200), theirs.0.next()).await.is_err());
    let mut mine = Partner::subscribe(&house, &partner, json!({ "after": after })).await;
    house.receive(&[(&wine, &store, "10", "100")]).await;
    let change = mine.change().await;
    assert_eq!(
        (&change["item"]["onHand"]["value"], &change["item"]["averageCost"]),
        (&json!("10"), &Value::Null)
    );
    assert!(tokio::time::timeout(Duration::from_millis(700), theirs.0.next()).await.is_err());
}

#[tokio::test]
async fn a_feed_needs_its_permission() {
    let house = House::open().await;
    let cook = house.kit.caller(crate::house::andaman(), &["products:view"]);
    let response = Partner::subscribe(&house, &cook, json!({})).await.response().await;
    assert_eq!(first_code(&response), "FORBIDDEN");
}
