//! Stock that is kept by lots: which leaves first, which may leave at all, and who is told.

use std::time::Duration;

use chassis::outbox;
use chassis::testkit::first_code;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, pairs, refusals};

fn because(lot: &Value) -> Value {
    json!({ "id": lot["id"], "expectedVersion": lot["version"], "reason": "the cold chain was broken" })
}

fn lots(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(lot, quantity)| ((*lot).to_owned(), (*quantity).to_owned())).collect()
}

/// A house on 1 December 2026 with two lots of a fish: ten that are good until 20 December and ten until 10 December.
async fn fishmonger() -> (House, String, String) {
    let house = House::open().await;
    let (fish, cold) = (house.dated_product(), house.fifo_store("COLD").await);
    house.receive_lot((&fish, &cold), ("LATE", &day(&house, 20)), "10").await;
    house.receive_lot((&fish, &cold), ("EARLY", &day(&house, 10)), "10").await;
    (house, fish, cold)
}

/// The day so many days from the clock's today.
fn day(house: &House, days: i64) -> String {
    (chassis::house::day(house.kit.clock().now()).get() + chrono_days(days)).to_string()
}

fn chrono_days(days: i64) -> chrono::TimeDelta {
    chrono::TimeDelta::days(days)
}

/// The kinds and payloads of what was told about lots.
async fn told(house: &House) -> Vec<(String, Value)> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    events
        .into_iter()
        .filter(|event| event.kind.starts_with("lot."))
        .map(|event| (event.kind, event.payload))
        .collect()
}

#[tokio::test]
async fn what_expires_first_leaves_first_and_costs_what_came_first() {
    let house = House::open().await;
    let (fish, cold) = (house.dated_product(), house.fifo_store("COLD").await);
    for (number, expiry, cost) in [("LATE", 20, "10"), ("EARLY", 10, "99")] {
        let line = json!({ "productId": fish, "locationId": cold, "quantity": "10", "unitCost": cost,
            "lotNumber": number, "expiry": day(&house, expiry) });
        house.posted("receiveStock", json!({ "lines": [line] })).await;
    }
    let line = json!({ "productId": fish, "locationId": cold, "quantity": "12" });
    let query = "mutation($input: IssueStockInput!) { issueStock(input: $input) { posting { movements {
        totalValue { amount } lots { lot { number } quantity { value } } } } } }";
    let issued = house.data(query, json!({ "input": { "lines": [line] } })).await;
    let movement = &issued["issueStock"]["posting"]["movements"][0];
    // Picked by date, valued by age: ten at 10 and two at 99.
    assert_eq!(movement["totalValue"]["amount"], "-298.00");
    let mut parts: Vec<_> = movement["lots"].as_array().unwrap().clone();
    parts.sort_by_key(|part| part["lot"]["number"].to_string());
    let part = |number: &str, quantity: &str| json!({ "lot": { "number": number }, "quantity": { "value": quantity } });
    assert_eq!(parts, [part("EARLY", "-10"), part("LATE", "-2")]);
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("LATE", "8")]));
    house.prove().await;
}

#[tokio::test]
async fn a_lot_may_be_chosen_and_holds_no_more_than_it_holds() {
    let (house, fish, cold) = fishmonger().await;
    let line = |lot: &str, quantity: &str| json!({ "lines": [{ "productId": fish, "locationId": cold, "quantity": quantity, "lotNumber": lot }] });
    house.posted("issueStock", line("LATE", "4")).await;
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("EARLY", "10"), ("LATE", "6")]));
    let short = house.mutate("issueStock", line("LATE", "7")).await;
    assert_eq!(refusals(&short), pairs(&[("INSUFFICIENT_STOCK", "lines.0.quantity")]));
    assert_eq!(short["userErrors"][0]["meta"], json!({ "available": "6", "requested": "7" }));
    assert_eq!(
        house.refused("issueStock", line("NOPE", "1")).await,
        pairs(&[("NOT_FOUND", "lines.0.lotNumber")])
    );
    house.prove().await;
}

#[tokio::test]
async fn everything_wrong_with_a_lot_is_told_at_its_field() {
    let (house, fish, cold) = fishmonger().await;
    let (rice, tin) = (house.product(), house.tracked_product(true, false));
    let (good, other, gone) = (day(&house, 10), day(&house, 11), day(&house, -1));
    let line = |product: &str, lot: Value, expiry: Value| json!({ "productId": product, "locationId": cold, "quantity": "1", "unitCost": "1", "lotNumber": lot, "expiry": expiry });
    let lines = [
        line(&fish, Value::Null, json!(good)),
        line(&fish, json!("NEW"), Value::Null),
        line(&fish, json!("EARLY"), json!(other)),
        line(&fish, json!("OLD"), json!(gone)),
        line(&fish, json!(" "), json!(good)),
        line(&rice, json!("L1"), Value::Null),
        line(&rice, Value::Null, json!(good)),
        line(&tin, Value::Null, Value::Null),
        line(&tin, json!("T1"), Value::Null),
        line(&fish, json!("EARLY"), Value::Null),
    ];
    let refused = house.refused("receiveStock", json!({ "lines": lines })).await;
    let expected = [
        ("VALIDATION_ERROR", "lines.0.lotNumber"),
        ("VALIDATION_ERROR", "lines.1.expiry"),
        ("VALIDATION_ERROR", "lines.2.expiry"),
        ("VALIDATION_ERROR", "lines.3.expiry"),
        ("VALIDATION_ERROR", "lines.4.lotNumber"),
        ("VALIDATION_ERROR", "lines.5.lotNumber"),
        ("VALIDATION_ERROR", "lines.6.lotNumber"),
        ("VALIDATION_ERROR", "lines.7.lotNumber"),
    ];
    assert_eq!(refused, pairs(&expected));
    // Nothing of it happened: no lot was written down.
    assert_eq!(house.lot(&fish, "NEW").await, Value::Null);
    house.prove().await;
}

#[tokio::test]
async fn where_only_the_date_is_followed_the_date_is_the_lot() {
    let house = House::open().await;
    let (milk, cold) = (house.tracked_product(false, true), house.store("COLD").await);
    let (near, far) = (day(&house, 2), day(&house, 5));
    let line = |expiry: &str| json!({ "productId": milk, "locationId": cold, "quantity": "5", "unitCost": "1", "expiry": expiry });
    house.posted("receiveStock", json!({ "lines": [line(&far), line(&near)] })).await;
    house.issue(&milk, &cold, "6").await;
    assert_eq!(house.lots(&milk, &cold).await, lots(&[(&far, "4")]));
    house.prove().await;
}

#[tokio::test]
async fn a_transfer_takes_lots_along_also_through_a_transit_location() {
    let (house, fish, cold) = fishmonger().await;
    let kitchen = house.store("KITCHEN").await;
    house.location("TRANSIT", json!({ "type": "TRANSIT" })).await;
    let line =
        json!({ "productId": fish, "fromLocationId": cold, "toLocationId": kitchen, "quantity": "12" });
    house.posted("transferStock", json!({ "lines": [line] })).await;
    assert_eq!(house.lots(&fish, &kitchen).await, lots(&[("EARLY", "10"), ("LATE", "2")]));
    let wanted = json!({ "fromLocationId": kitchen, "toLocationId": cold, "lines": [{ "productId": fish, "quantity": "11" }] });
    let moved = house.moved("createStockTransfer", wanted).await;
    let step = |moved: &Value| json!({ "id": moved["id"], "expectedVersion": moved["version"] });
    let moved = house.moved("approveStockTransfer", step(&moved)).await;
    let moved = house.moved("shipStockTransfer", step(&moved)).await;
    // Called back while it is on its way: it arrives all the same, and is on hold where it arrives.
    let early = house.lot(&fish, "EARLY").await;
    house.mutate("recallLot", because(&early)).await;
    house.moved("receiveStockTransfer", step(&moved)).await;
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("EARLY", "10"), ("LATE", "9")]));
    let item = house.item(&fish, &cold).await;
    assert_eq!((&item["onHold"]["value"], &item["available"]["value"]), (&json!("10"), &json!("9")));
    house.prove().await;
}

#[tokio::test]
async fn a_lot_on_hold_is_not_available_until_it_is_released() {
    let (house, fish, cold) = fishmonger().await;
    let early = house.lot(&fish, "EARLY").await;
    let held = house.mutate("holdLot", because(&early)).await;
    assert_eq!(held["lot"]["status"], "QUARANTINE");
    let item = house.item(&fish, &cold).await;
    let amounts = |item: &Value| {
        [&item["onHand"], &item["onHold"], &item["available"]].map(|amount| amount["value"].clone())
    };
    assert_eq!(amounts(&item), ["20", "10", "10"]);
    let line = json!({ "productId": fish, "locationId": cold, "quantity": "11" });
    for mutation in ["issueStock", "reserveStock"] {
        let refused = house.refused(mutation, json!({ "lines": [line] })).await;
        assert_eq!(refused, pairs(&[("INSUFFICIENT_STOCK", "lines.0.quantity")]), "{mutation}");
    }
    let named = json!({ "productId": fish, "locationId": cold, "quantity": "1", "lotNumber": "EARLY" });
    let refused = house.refused("issueStock", json!({ "lines": [named] })).await;
    assert_eq!(refused, pairs(&[("VALIDATION_ERROR", "lines.0.lotNumber")]));
    house.issue(&fish, &cold, "10").await;
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("EARLY", "10")]));
    let again = house.mutate("holdLot", because(&held["lot"])).await;
    assert_eq!(refusals(&again)[0].0, "INVALID_STATE");
    let released = house.mutate("releaseLot", because(&held["lot"])).await;
    assert_eq!(released["lot"]["status"], "OK");
    assert_eq!(amounts(&house.item(&fish, &cold).await), ["10", "0", "10"]);
    let mut kinds: Vec<String> = told(&house).await.into_iter().map(|(kind, _)| kind).collect();
    // The sweep that looks for dates comes whenever it comes.
    kinds.retain(|kind| kind != "lot.expiring");
    assert_eq!(kinds, ["lot.quarantined", "lot.released"]);
    house.prove().await;
}

#[tokio::test]
async fn what_was_called_back_can_be_sent_back_or_thrown_away_and_nothing_else() {
    let (house, fish, cold) = fishmonger().await;
    let early = house.lot(&fish, "EARLY").await;
    house.mutate("recallLot", because(&early)).await;
    let named = |quantity: &str| json!({ "productId": fish, "locationId": cold, "quantity": quantity, "lotNumber": "EARLY" });
    let back = json!({ "reason": "RETURN_TO_VENDOR", "lines": [named("4")] });
    house.posted("issueStock", back).await;
    let mut waste = named("-3");
    waste["reason"] = json!("WASTE");
    house.posted("adjustStock", json!({ "lines": [waste] })).await;
    let sale = json!({ "reason": "SALE", "lines": [named("1")] });
    assert_eq!(house.refused("issueStock", sale).await, pairs(&[("VALIDATION_ERROR", "lines.0.lotNumber")]));
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("EARLY", "3"), ("LATE", "10")]));
    house.prove().await;
}

#[tokio::test]
async fn a_lot_past_its_date_is_never_issued_and_is_put_on_hold_once() {
    let (mut house, fish, cold) = fishmonger().await;
    house.kit.clock().advance(Duration::from_secs(11 * 24 * 60 * 60));
    house.keeper = house.kit.caller(andaman(), &["*"]);
    // Before any sweep: the date alone keeps it on the shelf.
    let named = json!({ "productId": fish, "locationId": cold, "quantity": "1", "lotNumber": "EARLY" });
    let refused = house.refused("issueStock", json!({ "lines": [named] })).await;
    assert_eq!(refused, pairs(&[("VALIDATION_ERROR", "lines.0.lotNumber")]));
    house.issue(&fish, &cold, "10").await;
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("EARLY", "10")]));
    let environment = house.kit.environment();
    assert!(subgraph_inventory::age_lots(&environment).await.unwrap() > 0);
    assert_eq!(subgraph_inventory::age_lots(&environment).await.unwrap(), 0);
    assert_eq!(house.lot(&fish, "EARLY").await["status"], "EXPIRED");
    assert_eq!(house.item(&fish, &cold).await["available"]["value"], "0");
    let expired: Vec<_> = told(&house).await.into_iter().filter(|(kind, _)| kind == "lot.expired").collect();
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0].1["places"][0]["onHand"], "10");
    let mut waste = named.clone();
    (waste["reason"], waste["quantity"]) = (json!("EXPIRED"), json!("-10"));
    house.posted("adjustStock", json!({ "lines": [waste] })).await;
    assert_eq!(house.balance(&fish, &cold).await, ("0".to_owned(), "0.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn a_lot_is_told_of_once_at_each_warning_before_its_end() {
    let (house, ..) = fishmonger().await;
    let environment = house.kit.environment();
    let mut heard = Vec::new();
    for _ in 0..12 {
        subgraph_inventory::age_lots(&environment).await.unwrap();
        subgraph_inventory::age_lots(&environment).await.unwrap();
        house.kit.clock().advance(Duration::from_secs(24 * 60 * 60));
    }
    for (kind, payload) in told(&house).await {
        if kind == "lot.expiring" && payload["number"] == "EARLY" {
            heard.push(payload["daysLeft"].as_i64().unwrap());
        }
    }
    assert_eq!(heard, [10, 7, 3, 2, 1, 0]);
    house.prove().await;
}

#[tokio::test]
async fn what_a_count_finds_without_a_label_is_held_under_the_counts_number() {
    let (house, fish, cold) = fishmonger().await;
    let planned =
        house.counted("planStockCount", json!({ "locationId": cold, "tolerancePercent": "100" })).await;
    let step = |count: &Value| json!({ "id": count["id"], "expectedVersion": count["version"] });
    let count = house.counted("startStockCount", step(&planned)).await;
    let mut found = step(&count);
    found["lines"] = json!([{ "productId": fish, "quantity": "23" }]);
    let count = house.counted("recordStockCount", found).await;
    let count = house.counted("submitStockCount", step(&count)).await;
    let poster = house.kit.caller(andaman(), &["*"]);
    let posted = house.count_as(&poster, "postStockCount", step(&count)).await;
    assert_eq!(posted["userErrors"], json!([]), "{posted}");
    let number = posted["stockCount"]["number"].as_str().unwrap();
    assert_eq!(house.lots(&fish, &cold).await, lots(&[("EARLY", "10"), ("LATE", "10"), (number, "3")]));
    assert_eq!(house.lot(&fish, number).await["status"], "QUARANTINE");
    assert_eq!(house.item(&fish, &cold).await["available"]["value"], "20");
    house.prove().await;
}

#[tokio::test]
async fn how_a_product_is_kept_is_frozen_while_there_is_stock() {
    let house = House::open().await;
    let (tea, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&tea, &store, "5", "10")]).await;
    house.track(&tea, true, false);
    house.tell_product_changed(&tea).await;
    // There are five without a lot: they leave without one, and one without a lot may join them.
    house.receive(&[(&tea, &store, "1", "10")]).await;
    house.issue(&tea, &store, "6").await;
    let line = json!({ "productId": tea, "locationId": store, "quantity": "5", "unitCost": "10" });
    let refused = house.refused("receiveStock", json!({ "lines": [line] })).await;
    assert_eq!(refused, pairs(&[("VALIDATION_ERROR", "lines.0.lotNumber")]));
    house.prove().await;
}

#[tokio::test]
async fn lots_never_owe_even_where_the_location_does() {
    let house = House::open().await;
    let (fish, bar) = (house.dated_product(), house.location("BAR", json!({ "allowNegative": true })).await);
    house.receive_lot((&fish, &bar), ("L1", &day(&house, 5)), "2").await;
    let line = json!({ "productId": fish, "locationId": bar, "quantity": "3" });
    let refused = house.refused("issueStock", json!({ "lines": [line] })).await;
    assert_eq!(refused, pairs(&[("INSUFFICIENT_STOCK", "lines.0.quantity")]));
}

#[tokio::test]
async fn lots_are_listed_by_a_tree_of_conditions_with_few_statements() {
    let (house, fish, cold) = fishmonger().await;
    let kitchen = house.store("KITCHEN").await;
    let line = json!({ "productId": fish, "fromLocationId": cold, "toLocationId": kitchen, "quantity": "1" });
    house.posted("transferStock", json!({ "lines": [line] })).await;
    house.receive_lot((&house.dated_product(), &cold), ("GONE", &day(&house, 3)), "1").await;
    let query = "query($where: LotWhere, $sort: LotSort!) { lots(where: $where, sort: $sort, first: 5) { nodes { number product { id }
        balances { onHand { value } item { location { code } } } } totalCount } }";
    let numbers = |listed: &Value| -> Vec<String> {
        let nodes = listed["lots"]["nodes"].as_array().unwrap();
        nodes.iter().map(|lot| lot["number"].as_str().unwrap().to_owned()).collect()
    };
    for (filter, sort, expected) in [
        (json!({}), "EXPIRY_ASC", vec!["GONE", "EARLY", "LATE"]),
        (json!({}), "NUMBER_ASC", vec!["EARLY", "GONE", "LATE"]),
        (json!({ "locationIds": [kitchen] }), "EXPIRY_ASC", vec!["EARLY"]),
        (json!({ "expiringBefore": day(&house, 11) }), "EXPIRY_ASC", vec!["GONE", "EARLY"]),
        (json!({ "not": { "productIds": [fish] } }), "CREATED_AT_DESC", vec!["GONE"]),
        (
            json!({ "or": [{ "numbers": ["LATE"] }, { "statuses": ["RECALLED"] }], "inStock": true }),
            "EXPIRY_ASC",
            vec!["LATE"],
        ),
    ] {
        let listed = house.data(query, json!({ "where": filter, "sort": sort })).await;
        assert_eq!(numbers(&listed), expected, "{filter}");
    }
    house.kit.db().statements().start();
    let all = house.data(query, json!({ "where": {}, "sort": "EXPIRY_ASC" })).await;
    // The page, its count, where its lots lie, those items and their locations.
    assert_eq!(house.kit.db().statements().stop().len(), 5);
    let places: usize = all["lots"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lot| lot["balances"].as_array().unwrap().len())
        .sum();
    assert_eq!(places, 4);
    let stranger = house.kit.caller(lanna(), &["inventory:view"]);
    let nothing = house.ask_as(&stranger, query, json!({ "sort": "EXPIRY_ASC" })).await;
    assert_eq!(nothing["data"]["lots"]["totalCount"], 0);
    let items = "query($day: Date!) { inventoryItems(where: { expiringBefore: $day }) { totalCount } }";
    for (days, count) in [(3, 0), (4, 1), (11, 3), (30, 3)] {
        let listed = house.data(items, json!({ "day": day(&house, days) })).await;
        assert_eq!(listed["inventoryItems"]["totalCount"], count, "{days}");
    }
}

#[tokio::test]
async fn a_step_of_a_lot_is_taken_once_by_who_may_on_the_version_that_was_seen() {
    let (house, fish, _) = fishmonger().await;
    let lot = house.lot(&fish, "EARLY").await;
    let mut hold = because(&lot);
    hold["idempotencyKey"] = json!("hold");
    let held = house.mutate("holdLot", hold.clone()).await;
    assert_eq!(house.mutate("holdLot", hold).await, held);
    let stale = house.mutate("releaseLot", because(&lot)).await;
    assert_eq!(refusals(&stale), pairs(&[("CONFLICT", "expectedVersion")]));
    let mut short = because(&held["lot"]);
    short["reason"] = json!("so");
    assert_eq!(refusals(&house.mutate("releaseLot", short).await), pairs(&[("VALIDATION_ERROR", "reason")]));
    let stranger = house.kit.caller(lanna(), &["*"]);
    let foreign = house.mutate_as(&stranger, "releaseLot", because(&held["lot"])).await;
    assert_eq!(refusals(&foreign["data"]["releaseLot"]), pairs(&[("NOT_FOUND", "id")]));
    let keeper = house.kit.caller(andaman(), &["inventory:adjust"]);
    let refused = house.mutate_as(&keeper, "recallLot", because(&held["lot"])).await;
    assert_eq!(first_code(&refused), "FORBIDDEN");
}

/// Issues, receipts and the hold of a lot at once: every balance adds up, and nothing that was held leaves.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lot_that_is_held_among_postings_is_held_to_the_last_unit() {
    let house = House::open().await;
    let (cold, kitchen) = (house.fifo_store("COLD").await, house.store("KITCHEN").await);
    for _ in 0..20 {
        let fish = house.dated_product();
        let (near, far) = (day(&house, 5), day(&house, 9));
        house.receive_lot((&fish, &cold), ("NEAR", &near), "20").await;
        house.receive_lot((&fish, &cold), ("FAR", &far), "20").await;
        let lot = house.lot(&fish, "NEAR").await;
        let line = json!({ "productId": fish, "locationId": cold, "quantity": "1" });
        let moved =
            json!({ "productId": fish, "fromLocationId": cold, "toLocationId": kitchen, "quantity": "1" });
        let receipt = json!({ "productId": fish, "locationId": kitchen, "quantity": "1", "unitCost": "10", "lotNumber": "NEAR", "expiry": near });
        let attempts = (0..12).map(|n| match n % 3 {
            0 => house.mutate("issueStock", json!({ "lines": [line] })),
            1 => house.mutate("transferStock", json!({ "lines": [moved] })),
            _ => house.mutate("receiveStock", json!({ "lines": [receipt] })),
        });
        let (payloads, held) = tokio::join!(join_all(attempts), house.mutate("holdLot", because(&lot)));
        assert_eq!(held["lot"]["status"], "QUARANTINE", "{held}");
        assert!(payloads.iter().all(|payload| payload["userErrors"] == json!([])), "{payloads:?}");
        for place in [&cold, &kitchen] {
            let near = house.lots(&fish, place).await.into_iter().find(|(lot, _)| lot == "NEAR");
            let on_hold = house.item(&fish, place).await["onHold"]["value"].as_str().unwrap().to_owned();
            assert_eq!(near.map_or("0".to_owned(), |(_, quantity)| quantity), on_hold);
        }
    }
    house.prove().await;
}
