//! The other views of the feed: what runs low, what arrived and which lots need watching; and changes told as one.

use std::time::Duration;

use chassis::testkit::first_code;
use chassis::{Caller, Clock, SubgraphRequest, outbox};
use futures::StreamExt;
use futures::stream::BoxStream;
use primitives::{CategoryId, PropertyId, VendorId};
use serde_json::{Value, json};
use subgraph_inventory::FeedSettings;

use crate::deliveries::{delivery, procurement, take_over};
use crate::house::{House, andaman, lanna};

const LOW: &str = "subscription($where: LowStockWhere, $edge: LowStockEdge!, $after: Cursor) {
    news: lowStock(where: $where, edge: $edge, after: $after) { cursor heartbeat eventId type suggestedOrder { value }
        daysOfCover item { available { value } location { code } } } }";
const DELIVERIES: &str = "subscription($where: DeliveryWhere, $after: Cursor) {
    news: deliveryAndExpiry(where: $where, after: $after) { cursor heartbeat type
        delivery { number vendor { id } location { code } lines { quantity { value } lotNumber expiry } goodsReceivedNote { id } }
        lotEvent { daysLeft lot { number status } places { onHand location { code } item { available { value } } } } } }";
const CHANGES: &str = "subscription($where: StockChangeWhere, $coalesceMs: Int, $after: Cursor) {
    news: stockChanged(where: $where, coalesceMs: $coalesceMs, after: $after) { cursor heartbeat
        change { quantity { value } onHandBefore { value } onHandAfter { value } } } }";

/// A running subscription to one of the views.
struct Partner(BoxStream<'static, chassis::SubgraphResponse>);

impl Partner {
    async fn follow(house: &House, caller: &Caller, (query, variables): (&str, Value)) -> Self {
        let mut request = SubgraphRequest::new(query).bearer(&caller.token);
        request.variables = variables.as_object().unwrap().clone();
        Self(house.subgraph.subscribe(request).await)
    }

    async fn response(&mut self) -> Value {
        let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
        next.expect("a message comes in time").expect("the stream goes on").json().unwrap()
    }

    /// The next message that is no heartbeat.
    async fn news(&mut self) -> Value {
        // Heartbeats come every fifteen seconds: more of them than news means that no news comes.
        for _ in 0..2 {
            let mut response = self.response().await;
            assert!(response.get("errors").is_none(), "{response}");
            let message = response["data"]["news"].take();
            if message["heartbeat"] == false {
                return message;
            }
        }
        panic!("no news comes");
    }

    /// Fails when anything but a heartbeat comes soon.
    async fn is_quiet(&mut self) {
        while let Ok(Some(response)) = tokio::time::timeout(Duration::from_millis(700), self.0.next()).await {
            let message = response.json().unwrap();
            assert_eq!(message["data"]["news"]["heartbeat"], true, "{message}");
        }
    }
}

async fn latest(house: &House) -> Value {
    house.data("{ stockCursor }", json!({})).await["stockCursor"].take()
}

/// Twenty of a product with a reorder point of ten and a par of thirty.
async fn stocked(house: &House, code: &str) -> (String, String) {
    let (rice, store) = (house.product(), house.store(code).await);
    house.receive(&[(&rice, &store, "20", "4")]).await;
    let item = house.item(&rice, &store).await;
    let policy =
        json!({ "id": item["id"], "expectedVersion": item["version"], "reorderPoint": "10", "par": "30" });
    house.mutate("setPolicy", policy).await;
    (rice, store)
}

fn heard(news: &Value) -> (&str, &str) {
    (news["type"].as_str().unwrap(), news["item"]["available"]["value"].as_str().unwrap())
}

#[tokio::test]
async fn a_supplier_hears_when_stock_runs_low_and_when_it_is_over() {
    let house = House::open().await;
    let (rice, store) = stocked(&house, "MAIN").await;
    let (other, side) = stocked(&house, "SIDE").await;
    let after = latest(&house).await;
    for quantity in ["10", "3"] {
        house.issue(&rice, &store, quantity).await;
        house.issue(&other, &side, quantity).await;
    }
    house.receive(&[(&rice, &store, "20", "4")]).await;
    let here = json!({ "where": { "locationIds": [store] }, "edge": "CROSSING", "after": after });
    let mut partner = Partner::follow(&house, &house.keeper, (LOW, here.clone())).await;
    let low = partner.news().await;
    assert_eq!(heard(&low), ("DETECTED", "10"));
    assert_eq!(
        (&low["suggestedOrder"]["value"], &low["item"]["location"]["code"]),
        (&json!("20"), &json!("MAIN"))
    );
    let over = partner.news().await;
    assert_eq!((heard(&over), &over["suggestedOrder"]), (("CLEARED", "27"), &Value::Null));
    partner.is_quiet().await;
    // Cut off behind the first message, one hears the rest.
    let mut rest = here.clone();
    rest["after"] = low["cursor"].clone();
    let mut again = Partner::follow(&house, &house.keeper, (LOW, rest)).await;
    assert_eq!(again.news().await["eventId"], over["eventId"]);
    let mut repeat = here;
    repeat["edge"] = json!("REPEAT");
    let mut eager = Partner::follow(&house, &house.keeper, (LOW, repeat)).await;
    for expected in [("DETECTED", "10"), ("STILL_LOW", "7"), ("CLEARED", "27")] {
        assert_eq!(heard(&eager.news().await), expected);
    }
    eager.is_quiet().await;
}

#[tokio::test]
async fn days_of_cover_follow_from_what_was_used() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "100", "4")]).await;
    house.issue(&rice, &store, "30").await;
    let after = latest(&house).await;
    // One a day so far: seventy last for seventy days; each further issue counts as use.
    house.issue(&rice, &store, "30").await;
    house.issue(&rice, &store, "5").await;
    house.receive(&[(&rice, &store, "100", "4")]).await;
    let filter = json!({ "where": { "daysOfCoverBelow": "21" }, "edge": "CROSSING", "after": after });
    let mut partner = Partner::follow(&house, &house.keeper, (LOW, filter)).await;
    let low = partner.news().await;
    assert_eq!((heard(&low), &low["daysOfCover"]), (("DETECTED", "40"), &json!("18.46154")));
    let over = partner.news().await;
    assert_eq!(heard(&over), ("CLEARED", "135"));
    partner.is_quiet().await;
}

#[tokio::test]
async fn a_food_safety_app_hears_of_deliveries_and_of_lots() {
    let mut house = House::open().await;
    let from = procurement(&house).await;
    let (fish, cold) = (house.dated_product(), house.store("COLD").await);
    // The product service is asked once, so that the way it is kept is known.
    house.receive_lot((&fish, &cold), ("FIRST", &day(&house, 60)), "1").await;
    let after = latest(&house).await;
    let (vendor, note) = (VendorId::generate(), primitives::GoodsReceivedNoteId::generate());
    let mut told = delivery(note, (&fish, &cold), ("4", "THB"));
    told["vendorId"] = json!(vendor);
    (told["lines"][0]["lot"], told["lines"][0]["expiry"]) = (json!("L7"), json!(day(&house, 5)));
    assert_eq!(take_over(&house, &from, (note, &told)).await.0, "delivery.posted");
    let lot = house.lot(&fish, "L7").await;
    let step = |lot: &Value| json!({ "id": lot["id"], "expectedVersion": lot["version"], "reason": "the label is wrong" });
    let held = house.mutate("holdLot", step(&lot)).await;
    house.mutate("releaseLot", step(&held["lot"])).await;
    let environment = house.kit.environment();
    subgraph_inventory::age_lots(&environment).await.unwrap();
    house.kit.clock().advance(Duration::from_secs(3 * 24 * 60 * 60));
    subgraph_inventory::age_lots(&environment).await.unwrap();
    house.kit.clock().advance(Duration::from_secs(3 * 24 * 60 * 60));
    subgraph_inventory::age_lots(&environment).await.unwrap();
    house.keeper = house.kit.caller(andaman(), &["*"]);
    let of_vendor = json!({ "where": { "vendorIds": [vendor], "locationIds": [cold], "expiringWithinDays": 2 }, "after": after });
    let mut partner = Partner::follow(&house, &house.keeper, (DELIVERIES, of_vendor)).await;
    let arrived = partner.news().await;
    assert_eq!(
        (&arrived["type"], &arrived["delivery"]),
        (
            &json!("DELIVERED"),
            &json!({ "number": "GRN-2026-001", "vendor": { "id": vendor }, "location": { "code": "COLD" },
                "goodsReceivedNote": { "id": note },
                "lines": [{ "quantity": { "value": "4" }, "lotNumber": "L7", "expiry": told["lines"][0]["expiry"] }] })
        )
    );
    let mut kinds = Vec::new();
    for _ in 0..4 {
        let news = partner.news().await;
        assert_eq!(news["lotEvent"]["lot"]["number"], "L7");
        assert_eq!(news["lotEvent"]["places"][0]["onHand"], "4");
        kinds.push((news["type"].clone(), news["lotEvent"]["daysLeft"].clone()));
    }
    let expected = [("LOT_QUARANTINED", 5), ("LOT_RELEASED", 5), ("LOT_EXPIRING", 2), ("LOT_EXPIRED", -1)];
    assert_eq!(kinds, expected.map(|(kind, days)| (json!(kind), json!(days))));
    partner.is_quiet().await;
    let elsewhere = json!({ "where": { "vendorIds": [VendorId::generate()] }, "after": after });
    Partner::follow(&house, &house.keeper, (DELIVERIES, elsewhere)).await.is_quiet().await;
    house.prove().await;
}

fn day(house: &House, days: i64) -> String {
    (chassis::house::day(house.kit.clock().now()).get() + chrono::TimeDelta::days(days)).to_string()
}

#[tokio::test]
async fn many_changes_of_a_balance_are_told_as_one_and_none_is_lost() {
    let house = House::open().await;
    let (rice, wine, store) = (house.product(), house.product(), house.store("MAIN").await);
    let after = latest(&house).await;
    let lines: Vec<_> =
        (0..40).map(|n| (if n % 2 == 0 { &*rice } else { &*wine }, &*store, "1", "1")).collect();
    house.receive(&lines).await;
    let variables = json!({ "coalesceMs": 300, "after": after });
    let mut partner = Partner::follow(&house, &house.keeper, (CHANGES, variables)).await;
    let (first, second) = (partner.news().await, partner.news().await);
    for news in [&first, &second] {
        let whole = json!({ "quantity": { "value": "20" }, "onHandBefore": { "value": "0" }, "onHandAfter": { "value": "20" } });
        assert_eq!(news["change"], whole);
    }
    assert_eq!(second["cursor"], latest(&house).await);
    partner.is_quiet().await;
    // Behind the first message the second balance is told again, as it ended.
    let variables = json!({ "coalesceMs": 300, "after": first["cursor"] });
    let mut again = Partner::follow(&house, &house.keeper, (CHANGES, variables)).await;
    assert_eq!(again.news().await["change"]["onHandAfter"]["value"], "20");
    // What comes and goes within the window is not worth telling to who wants large changes.
    let after = latest(&house).await;
    house.receive(&[(&rice, &store, "9", "1")]).await;
    house.issue(&rice, &store, "8").await;
    let variables = json!({ "coalesceMs": 300, "after": after, "where": { "minAbsDelta": "5" } });
    Partner::follow(&house, &house.keeper, (CHANGES, variables)).await.is_quiet().await;
}

#[tokio::test]
async fn changes_are_narrowed_by_property_and_category() {
    let house = House::open().await;
    let (hotel, category) = (PropertyId::generate(), CategoryId::generate());
    let (rice, wine) = (house.product(), house.product());
    house.categorise(&wine, category);
    let main = house.location("MAIN", json!({ "propertyId": hotel })).await;
    let side = house.store("SIDE").await;
    let after = latest(&house).await;
    house.receive(&[(&rice, &main, "1", "1"), (&wine, &side, "2", "1"), (&wine, &main, "3", "1")]).await;
    for (filter, quantities) in [
        (json!({ "propertyIds": [hotel] }), vec!["1", "3"]),
        (json!({ "categoryIds": [category] }), vec!["2", "3"]),
        (json!({ "categoryIds": [category], "propertyIds": [hotel] }), vec!["3"]),
    ] {
        let variables = json!({ "where": filter, "after": after });
        let mut partner = Partner::follow(&house, &house.keeper, (CHANGES, variables)).await;
        for quantity in quantities {
            assert_eq!(partner.news().await["change"]["quantity"]["value"], quantity, "{filter}");
        }
        partner.is_quiet().await;
    }
    let query =
        "query($id: ID!) { locations(where: { propertyIds: [$id] }) { nodes { code property { id } } } }";
    let found = house.data(query, json!({ "id": hotel })).await;
    assert_eq!(found["locations"]["nodes"], json!([{ "code": "MAIN", "property": { "id": hotel } }]));
}

#[tokio::test]
async fn every_view_resumes_expires_and_guards_like_the_first() {
    let feed = FeedSettings { heartbeat: Duration::from_millis(50), ..FeedSettings::default() };
    let house = House::open_with(feed).await;
    let (rice, store) = stocked(&house, "MAIN").await;
    let stranger = house.kit.caller(andaman(), &["products:view"]);
    let neighbour = house.kit.caller(lanna(), &["*"]);
    let mine = latest(&house).await;
    for query in [LOW, DELIVERIES, CHANGES] {
        let variables = json!({ "edge": "CROSSING" });
        let mut beating = Partner::follow(&house, &house.keeper, (query, variables.clone())).await;
        let beat = beating.response().await;
        assert_eq!(
            (&beat["data"]["news"]["heartbeat"], &beat["data"]["news"]["cursor"]),
            (&json!(true), &mine)
        );
        let refused = Partner::follow(&house, &stranger, (query, variables)).await.response().await;
        assert_eq!(first_code(&refused), "FORBIDDEN");
        let foreign = json!({ "edge": "CROSSING", "after": mine });
        let refused = Partner::follow(&house, &neighbour, (query, foreign)).await.response().await;
        assert_eq!(first_code(&refused), "VALIDATION_ERROR");
    }
    house.issue(&rice, &store, "1").await;
    outbox::prune(house.kit.db(), Clock::system().now() + outbox::RETENTION).await.unwrap();
    for query in [LOW, DELIVERIES, CHANGES] {
        let old = json!({ "edge": "CROSSING", "after": mine });
        let refused = Partner::follow(&house, &house.keeper, (query, old)).await.response().await;
        assert_eq!(first_code(&refused), "CURSOR_EXPIRED");
    }
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused_at_its_field() {
    let house = House::open().await;
    for (query, variables, field) in [
        (LOW, json!({ "edge": "CROSSING", "where": { "daysOfCoverBelow": "0" } }), "where.daysOfCoverBelow"),
        (
            LOW,
            json!({ "edge": "CROSSING", "where": { "belowReorder": true, "daysOfCoverBelow": "3" } }),
            "where.daysOfCoverBelow",
        ),
        (LOW, json!({ "edge": "CROSSING", "where": { "belowReorder": false } }), "where.belowReorder"),
        (DELIVERIES, json!({ "where": { "expiringWithinDays": 31 } }), "where.expiringWithinDays"),
        (CHANGES, json!({ "coalesceMs": 0 }), "coalesceMs"),
        (CHANGES, json!({ "coalesceMs": 60_001 }), "coalesceMs"),
        (CHANGES, json!({ "where": { "minAbsDelta": "-1" } }), "where.minAbsDelta"),
    ] {
        let refused = Partner::follow(&house, &house.keeper, (query, variables)).await.response().await;
        assert_eq!(first_code(&refused), "VALIDATION_ERROR", "{refused}");
        assert!(
            refused.to_string().contains(field)
                || refused["errors"][0]["extensions"]["field"] == json!(field.split('.').collect::<Vec<_>>()),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_slow_supplier_gets_what_is_buffered_and_then_its_cursor() {
    let feed = FeedSettings { buffer: 2, grace: Duration::from_millis(100), ..FeedSettings::default() };
    let house = House::open_with(feed).await;
    let (rice, store) = stocked(&house, "MAIN").await;
    let after = latest(&house).await;
    for _ in 0..8 {
        house.issue(&rice, &store, "10").await;
        house.receive(&[(&rice, &store, "10", "4")]).await;
    }
    let variables = json!({ "edge": "CROSSING", "after": after });
    let mut partner = Partner::follow(&house, &house.keeper, (LOW, variables)).await;
    let mut seen = vec![partner.news().await];
    tokio::time::sleep(Duration::from_millis(600)).await;
    let end = loop {
        let mut response = partner.response().await;
        if response.get("errors").is_some() {
            break response;
        }
        seen.push(response["data"]["news"].take());
    };
    assert_eq!(first_code(&end), "SLOW_READER", "{end}");
    let last = seen.last().unwrap()["cursor"].clone();
    assert_eq!(end["errors"][0]["extensions"]["cursor"], last);
    let variables = json!({ "edge": "CROSSING", "after": last });
    let mut again = Partner::follow(&house, &house.keeper, (LOW, variables)).await;
    while seen.len() < 16 {
        seen.push(again.news().await);
    }
    let kinds: Vec<_> = seen.iter().map(|news| heard(news).0.to_owned()).collect();
    assert_eq!(kinds, ["DETECTED", "CLEARED"].repeat(8));
}
