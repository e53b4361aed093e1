//! Stock promised to somebody.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{House, pairs};

fn promise(product: &str, location: &str, quantity: &str) -> Value {
    json!({ "productId": product, "locationId": location, "quantity": quantity })
}

/// A house with ten of a product in a store.
async fn ten() -> (House, String, String) {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&wine, &store, "10", "100")]).await;
    (house, wine, store)
}

/// Makes one promise; answers it.
async fn reserve(house: &House, line: Value) -> Value {
    let mut payload = house.mutate("reserveStock", json!({ "lines": [line] })).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["reservations"][0].take()
}

#[tokio::test]
async fn what_is_promised_is_not_available_to_others() {
    let (house, wine, store) = ten().await;
    let reservation = reserve(&house, promise(&wine, &store, "7")).await;
    assert_eq!(
        (&reservation["status"], &reservation["item"]["available"]["value"]),
        (&json!("ACTIVE"), &json!("3"))
    );
    let short = house.mutate("issueStock", json!({ "lines": [promise(&wine, &store, "4")] })).await;
    assert_eq!(short["userErrors"][0]["meta"], json!({ "available": "3", "requested": "4" }));
    let mut line = promise(&wine, &store, "4");
    line["reservationId"] = reservation["id"].clone();
    house.posted("issueStock", json!({ "lines": [line] })).await;
    let item = house.item(&wine, &store).await;
    assert_eq!(
        (&item["onHand"]["value"], &item["reserved"]["value"], &item["available"]["value"]),
        (&json!("6"), &json!("3"), &json!("3"))
    );
    house.prove().await;
}

#[tokio::test]
async fn a_reservation_is_used_up_by_issues_and_then_over() {
    let (house, wine, store) = ten().await;
    let reservation = reserve(&house, promise(&wine, &store, "5")).await;
    let mut line = promise(&wine, &store, "2");
    line["reservationId"] = reservation["id"].clone();
    house.posted("issueStock", json!({ "lines": [line, line] })).await;
    line["quantity"] = json!("3");
    // One is left of the promise, the other two come from what is available.
    house.posted("issueStock", json!({ "lines": [line] })).await;
    let query = "query($id: ID!) { reservation(id: $id) { status quantity { value } quantityLeft { value } version } }";
    let shown = house.data(query, json!({ "id": reservation["id"] })).await;
    assert_eq!(
        shown["reservation"],
        json!({ "status": "CONSUMED", "quantity": { "value": "5" }, "quantityLeft": { "value": "0" }, "version": 3 })
    );
    let refused = house.refused("issueStock", json!({ "lines": [line] })).await;
    assert_eq!(refused, pairs(&[("INVALID_STATE", "lines.0.reservationId")]));
    house.prove().await;
}

#[tokio::test]
async fn a_released_reservation_is_available_again_and_cannot_be_released_twice() {
    let (house, wine, store) = ten().await;
    let reservation = reserve(&house, promise(&wine, &store, "10")).await;
    let id = &reservation["id"];
    let stale =
        house.mutate("releaseReservation", json!({ "reservationId": id, "expectedVersion": 7 })).await;
    assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(stale["userErrors"][0]["meta"], json!({ "currentVersion": 1 }));
    let input = json!({ "reservationId": id, "idempotencyKey": "release-1" });
    let released = house.mutate("releaseReservation", input.clone()).await;
    assert_eq!(released["reservation"]["status"], "RELEASED");
    assert_eq!(released["reservation"]["item"]["available"]["value"], "10");
    assert_eq!(house.mutate("releaseReservation", input).await, released);
    let again = house.mutate("releaseReservation", json!({ "reservationId": id })).await;
    assert_eq!(again["userErrors"][0]["code"], "INVALID_STATE");
    assert_eq!(again["userErrors"][0]["meta"], json!({ "from": "RELEASED", "to": "RELEASED" }));
    house.prove().await;
}

#[tokio::test]
async fn a_promise_lapses_when_its_time_is_over() {
    let (house, wine, store) = ten().await;
    let mut line = promise(&wine, &store, "4");
    line["expiresAt"] = json!("2026-07-01T07:59:00Z");
    let past = house.refused("reserveStock", json!({ "lines": [line] })).await;
    assert_eq!(past, pairs(&[("VALIDATION_ERROR", "lines.0.expiresAt")]));
    line["expiresAt"] = json!("2026-07-01T08:02:00Z");
    let reservation = reserve(&house, line).await;
    reserve(&house, promise(&wine, &store, "1")).await;
    house.kit.clock().advance(Duration::from_secs(180));
    // A subgraph that starts looks for lapsed promises at once.
    let _sweeper = subgraph_inventory::start(house.kit.environment()).await.unwrap();
    let query = "query($id: ID!) { reservation(id: $id) { status } }";
    let mut status = Value::Null;
    for _ in 0..100 {
        status = house.data(query, json!({ "id": reservation["id"] })).await["reservation"]["status"].take();
        if status == "EXPIRED" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(status, "EXPIRED");
    assert_eq!(house.item(&wine, &store).await["available"]["value"], "9");
    house.prove().await;
}

#[tokio::test]
async fn a_reservation_serves_its_own_item_and_tenant_only() {
    let (house, wine, store) = ten().await;
    let beer = house.product();
    house.receive(&[(&beer, &store, "10", "30")]).await;
    let reservation = reserve(&house, promise(&wine, &store, "5")).await;
    let mut line = promise(&beer, &store, "1");
    line["reservationId"] = reservation["id"].clone();
    let elsewhere = house.refused("issueStock", json!({ "lines": [line] })).await;
    assert_eq!(elsewhere, pairs(&[("VALIDATION_ERROR", "lines.0.reservationId")]));
    let neighbour = house.kit.caller(crate::house::lanna(), &["*"]);
    let response = house
        .mutate_as(&neighbour, "releaseReservation", json!({ "reservationId": reservation["id"] }))
        .await;
    assert_eq!(response["data"]["releaseReservation"]["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(house.item(&wine, &store).await["reserved"]["value"], "5");
}

#[tokio::test]
async fn reservations_are_listed_newest_first() {
    let (house, wine, store) = ten().await;
    for quantity in ["1", "2", "3"] {
        reserve(&house, promise(&wine, &store, quantity)).await;
        house.kit.clock().advance(Duration::from_secs(1));
    }
    let query = "query($where: ReservationWhere) { reservations(where: $where, first: 2) {
        totalCount nodes { quantity { value } } pageInfo { hasNextPage } } }";
    let shown = house.data(query, json!({ "where": { "statuses": ["ACTIVE"], "productIds": [wine] } })).await;
    assert_eq!(
        shown["reservations"],
        json!({ "totalCount": 3, "nodes": [{ "quantity": { "value": "3" } }, { "quantity": { "value": "2" } }],
                "pageInfo": { "hasNextPage": true } })
    );
    let none = house.data(query, json!({ "where": { "statuses": ["EXPIRED"] } })).await;
    assert_eq!(none["reservations"]["totalCount"], 0);
}
