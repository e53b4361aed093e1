//! What a store keeps no longer is to be ordered after all.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{House, andaman, because};
use crate::sagas::Others;

/// What is kept, ordered and to be ordered of a request's only line, and where the request stands.
async fn standing(house: &House, request: &Value) -> [String; 4] {
    let query = "query($id: ID!) { purchaseRequest(id: $id) { status lines { reservedQuantity { value }
        orderedQuantity { value } toOrderQuantity { value } } } }";
    let seen = house.data_as(&house.chef, query, json!({ "id": request["id"] })).await;
    let (request, line) = (&seen["purchaseRequest"], &seen["purchaseRequest"]["lines"][0]);
    let quantities =
        ["reservedQuantity", "orderedQuantity", "toOrderQuantity"].map(|name| &line[name]["value"]);
    let [kept, ordered, open] = quantities.map(|value| value.as_str().unwrap().to_owned());
    [kept, ordered, open, request["status"].as_str().unwrap().to_owned()]
}

/// Waits until a request stands like this, and proves that everything agrees then.
async fn until(house: &House, request: &Value, wanted: [&str; 4]) {
    let mut seen = Default::default();
    for _ in 0..400 {
        seen = standing(house, request).await;
        if seen == wanted {
            return house.prove().await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{seen:?} did not become {wanted:?}");
}

/// Gives what is on its way time to arrive, to see that it changes nothing.
async fn unmoved(house: &House, request: &Value, wanted: [&str; 4]) {
    tokio::time::sleep(Duration::from_millis(400)).await;
    until(house, request, wanted).await;
}

/// How inventory says that it began to keep so much of a line, in base units.
async fn keeps(others: &Others, request: &Value, (line, base): (&Value, &str)) {
    let lines = json!([{ "lineId": line, "reserved": base, "short": "0" }]);
    let told = json!({ "purchaseRequestId": request["id"], "lines": lines });
    others.say("reservation.completed", request, told).await;
}

/// How inventory says that a promise ended while it still held so much, in base units.
async fn ends(others: &Others, request: &Value, (line, held, status): (&Value, &str, &str)) {
    let promise = json!({ "id": primitives::ReservationId::generate(), "version": 2 });
    let told = json!({ "reservationId": promise["id"], "purchaseRequestId": request["id"], "lineId": line,
        "productId": primitives::ProductId::generate(), "status": status, "returned": held, "unit": "kg" });
    others.say("reservation.ended", &promise, told).await;
}

/// A request for ten cases of 10 kg that was approved, of which a store keeps four.
async fn kept(house: &House) -> (Others, Value, Value) {
    let others = Others::of(house).await;
    let (request, lines) = house.approved(json!([house.line(&house.product("30"), ("10", "case"))])).await;
    keeps(&others, &request, (&lines[0], "40")).await;
    until(house, &request, ["4", "0", "6", "APPROVED"]).await;
    (others, request, lines[0].clone())
}

/// Orders what is to be ordered of a line.
async fn order(house: &House, line: &Value) -> Value {
    let wanted = json!({ "lines": [{ "lineId": line }] });
    house.mutate(&house.buyer(), "convertToPurchaseOrders", wanted).await
}

#[tokio::test]
async fn what_a_promise_still_held_is_to_be_ordered_once_however_often_that_is_told() {
    let house = House::open().await;
    house.budget(&house.department, "9000").await;
    let (others, request, line) = kept(&house).await;
    assert_eq!(house.taken().await[0], "1800.00", "six cases");
    // Of the four cases one was handed out before somebody gave the promise back.
    ends(&others, &request, (&line, "30", "RELEASED")).await;
    until(&house, &request, ["1", "0", "9", "APPROVED"]).await;
    assert_eq!(house.taken().await[0], "2700.00", "nine cases");
    others.tell_again().await;
    unmoved(&house, &request, ["1", "0", "9", "APPROVED"]).await;
    // Nor does what stores said at first bring back what they keep no longer.
    keeps(&others, &request, (&line, "40")).await;
    unmoved(&house, &request, ["1", "0", "9", "APPROVED"]).await;
    let made = order(&house, &line).await;
    assert_eq!(made["purchaseOrders"][0]["total"]["amount"], "2700.00", "{made}");
    until(&house, &request, ["1", "9", "0", "ORDERED"]).await;
}

#[tokio::test]
async fn a_promise_whose_time_was_over_is_like_one_that_was_given_back() {
    let house = House::open().await;
    let (others, request, line) = kept(&house).await;
    ends(&others, &request, (&line, "40", "EXPIRED")).await;
    until(&house, &request, ["0", "0", "10", "APPROVED"]).await;
    let events = chassis::outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let told = &events.iter().rfind(|event| event.kind == "pr.reserved").unwrap().payload["lines"][0];
    assert_eq!((&told["reserved"], &told["toOrder"]), (&json!("0"), &json!("10")));
}

#[tokio::test]
async fn what_is_heard_in_another_order_comes_to_the_same() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, lines) = house.approved(json!([house.line(&house.product("30"), ("10", "case"))])).await;
    // What was kept could not be counted here at first, so it is heard of after its end.
    ends(&others, &request, (&lines[0], "30", "RELEASED")).await;
    unmoved(&house, &request, ["0", "0", "10", "APPROVED"]).await;
    keeps(&others, &request, (&lines[0], "40")).await;
    until(&house, &request, ["1", "0", "9", "APPROVED"]).await;
}

#[tokio::test]
async fn a_request_that_counted_as_ordered_is_opened_again() {
    let house = House::open().await;
    let (others, request, line) = kept(&house).await;
    order(&house, &line).await;
    until(&house, &request, ["4", "6", "0", "ORDERED"]).await;
    ends(&others, &request, (&line, "40", "RELEASED")).await;
    until(&house, &request, ["0", "6", "4", "PARTIALLY_ORDERED"]).await;
    let made = order(&house, &line).await;
    assert_eq!(made["purchaseOrders"][0]["total"]["amount"], "1200.00", "the last four cases: {made}");
    until(&house, &request, ["0", "10", "0", "ORDERED"]).await;
}

#[tokio::test]
async fn what_is_on_order_already_is_not_ordered_again() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, lines) = house.approved(json!([house.line(&house.product("30"), ("10", "case"))])).await;
    // Everything was ordered before stores said what they keep.
    order(&house, &lines[0]).await;
    keeps(&others, &request, (&lines[0], "40")).await;
    until(&house, &request, ["4", "10", "0", "ORDERED"]).await;
    ends(&others, &request, (&lines[0], "40", "RELEASED")).await;
    until(&house, &request, ["0", "10", "0", "ORDERED"]).await;
}

#[tokio::test]
async fn the_end_of_a_promise_changes_nothing_of_a_request_that_was_given_up() {
    let house = House::open().await;
    let (others, request, line) = kept(&house).await;
    house.mutate(&house.chef, "cancelPurchaseRequest", because(&request, "reason")).await;
    until(&house, &request, ["0", "0", "10", "CANCELLED"]).await;
    ends(&others, &request, (&line, "40", "RELEASED")).await;
    // Nor does what is about no line that is known here.
    ends(&others, &request, (&json!(primitives::PurchaseRequestLineId::generate()), "40", "RELEASED")).await;
    let elsewhere = json!({ "id": primitives::PurchaseRequestId::generate() });
    ends(&others, &elsewhere, (&line, "40", "RELEASED")).await;
    unmoved(&house, &request, ["0", "0", "10", "CANCELLED"]).await;
    let events = chassis::outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.kind == "pr.reserved").count(), 1, "when it was approved");
    let owner = house.kit.caller(andaman(), &["*"]);
    let letters = house.data_as(&owner, "{ procurementDeadLetters { totalCount } }", Value::Null).await;
    assert_eq!(letters["procurementDeadLetters"]["totalCount"], 0);
}
