//! When there is too little of something, who hears of it, and when it is over.

use chassis::outbox;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, pairs, refusals};

/// What was told about low stock: detected or cleared, with what was available and what to buy.
async fn told(house: &House) -> Vec<(String, String, Value)> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let low = events.into_iter().filter(|event| event.kind.starts_with("lowstock."));
    low.map(|event| {
        let kind = event.kind.trim_start_matches("lowstock.").to_owned();
        let available = event.payload["available"].as_str().unwrap().to_owned();
        (kind, available, event.payload["suggestedOrder"].clone())
    })
    .collect()
}

/// Twenty of a product that should be bought again at ten, up to thirty.
async fn stocked(house: &House) -> (String, String, Value) {
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "20", "4")]).await;
    let item = house.item(&rice, &store).await;
    let input = json!({ "id": item["id"], "expectedVersion": item["version"], "reorderPoint": "10", "par": "30", "min": "5",
        "max": "40", "leadTimeDays": 2 });
    let set = house.mutate("setPolicy", input).await;
    assert_eq!(set["userErrors"], json!([]), "{set}");
    (rice, store, set["inventoryItem"].clone())
}

fn event(kind: &str, available: &str, suggested: Value) -> (String, String, Value) {
    (kind.to_owned(), available.to_owned(), suggested)
}

#[tokio::test]
async fn a_balance_that_wavers_around_its_point_is_told_of_once() {
    let house = House::open().await;
    let (rice, store, _) = stocked(&house).await;
    house.issue(&rice, &store, "9").await;
    assert_eq!(told(&house).await, []);
    house.issue(&rice, &store, "1").await;
    house.receive(&[(&rice, &store, "0.4", "4")]).await;
    house.issue(&rice, &store, "1").await;
    house.receive(&[(&rice, &store, "1.09999", "4")]).await;
    // 10.49999 available: not yet 5 % above.
    assert_eq!(told(&house).await, [event("detected", "10", json!("20"))]);
    house.receive(&[(&rice, &store, "0.00001", "4")]).await;
    let cleared = event("cleared", "10.5", Value::Null);
    assert_eq!(told(&house).await[1..], [cleared]);
    house.prove().await;
}

#[tokio::test]
async fn a_promise_a_hold_and_a_new_policy_cross_the_point_too() {
    let house = House::open().await;
    let (rice, store, _) = stocked(&house).await;
    let line = json!({ "productId": rice, "locationId": store, "quantity": "12" });
    let made = house.mutate("reserveStock", json!({ "lines": [line] })).await;
    house.mutate("releaseReservation", json!({ "reservationId": made["reservations"][0]["id"] })).await;
    let item = house.item(&rice, &store).await;
    let raise = json!({ "id": item["id"], "expectedVersion": item["version"], "reorderPoint": "20", "reorderQuantity": "12" });
    let raised = house.mutate("setPolicy", raise).await["inventoryItem"].take();
    let remove = json!({ "id": raised["id"], "expectedVersion": raised["version"] });
    house.mutate("setPolicy", remove).await;
    let expected = [
        event("detected", "8", json!("22")),
        event("cleared", "20", Value::Null),
        event("detected", "20", json!("12")),
        event("cleared", "20", Value::Null),
    ];
    assert_eq!(told(&house).await, expected);
    house.prove().await;
}

#[tokio::test]
async fn what_is_low_can_be_found_from_the_items_and_from_the_product() {
    let house = House::open().await;
    let (rice, store, _) = stocked(&house).await;
    let other = house.store("SIDE").await;
    house.receive(&[(&rice, &other, "1", "4")]).await;
    house.issue(&rice, &store, "15").await;
    let query = "query($id: ID!) { inventoryItems(where: { belowReorder: true }) { nodes { lowSince isBelowReorderPoint
        suggestedOrder { value } policy { min { value } par { value } max { value } reorderPoint { value unit { code } }
        reorderQuantity { value } leadTimeDays } } }
        _entities(representations: [{ __typename: \"Product\", id: $id }]) { ... on Product { lowStockAt { location { code } } } } }";
    let found = house.data(query, json!({ "id": rice })).await;
    let nodes = found["inventoryItems"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1);
    assert!(nodes[0]["lowSince"].is_string(), "{found}");
    assert_eq!(nodes[0]["suggestedOrder"]["value"], "25");
    let policy = json!({ "min": { "value": "5" }, "par": { "value": "30" }, "max": { "value": "40" },
        "reorderPoint": { "value": "10", "unit": { "code": "kg" } }, "reorderQuantity": null, "leadTimeDays": 2 });
    assert_eq!(nodes[0]["policy"], policy);
    assert_eq!(found["_entities"][0]["lowStockAt"], json!([{ "location": { "code": "MAIN" } }]));
}

#[tokio::test]
async fn a_policy_says_everything_that_is_wrong_with_it() {
    let house = House::open().await;
    let (rice, store) = (house.product_of(andaman(), "pc"), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "20", "4")]).await;
    let item = house.item(&rice, &store).await;
    let mut input = json!({ "id": item["id"], "expectedVersion": item["version"], "min": "-1", "par": "5.5", "max": "4",
        "reorderQuantity": "0", "leadTimeDays": 400 });
    let expected = [
        ("VALIDATION_ERROR", "min"),
        ("VALIDATION_ERROR", "par"),
        ("VALIDATION_ERROR", "reorderQuantity"),
        ("VALIDATION_ERROR", "max"),
        ("VALIDATION_ERROR", "leadTimeDays"),
    ];
    assert_eq!(refusals(&house.mutate("setPolicy", input.clone()).await), pairs(&expected));
    input["expectedVersion"] = json!(0);
    assert_eq!(
        refusals(&house.mutate("setPolicy", input.clone()).await),
        pairs(&[("CONFLICT", "expectedVersion")])
    );
    let stranger = house.kit.caller(lanna(), &["*"]);
    let foreign = house.mutate_as(&stranger, "setPolicy", input).await;
    assert_eq!(refusals(&foreign["data"]["setPolicy"]), pairs(&[("NOT_FOUND", "id")]));
}

/// Many hands around the point: detections and clearances alternate, and the last one says how it stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crossings_among_many_hands_alternate() {
    let house = House::open().await;
    let (rice, store, _) = stocked(&house).await;
    house.issue(&rice, &store, "9").await;
    for round in 0..20 {
        let line = |quantity: &str| json!({ "lines": [{ "productId": rice, "locationId": store, "quantity": quantity }] });
        let attempts = (0..8).map(|n| {
            let mutation = if (n + round) % 2 == 0 { "issueStock" } else { "receiveStock" };
            house.mutate(mutation, line("2"))
        });
        join_all(attempts).await;
    }
    let kinds: Vec<String> = told(&house).await.into_iter().map(|(kind, ..)| kind).collect();
    assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]), "{kinds:?}");
    assert_eq!(kinds.first().map_or("detected", String::as_str), "detected");
    house.prove().await;
}
