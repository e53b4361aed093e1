//! What an approved purchase request sets in motion.

use std::time::Duration;

use serde_json::{Value, json};

use super::Others;
use crate::house::{House, andaman, because};

const APPROVED: &str =
    "RUNNING: RESERVE_STOCK RUNNING, COUNT_RESERVED PENDING, COMMIT_BUDGET PENDING, TELL_REQUESTER PENDING";
const RESERVED: &str =
    "COMPLETED: RESERVE_STOCK DONE, COUNT_RESERVED DONE, COMMIT_BUDGET DONE, TELL_REQUESTER DONE";
const FAILED: &str =
    "FAILED: RESERVE_STOCK FAILED, COUNT_RESERVED PENDING, COMMIT_BUDGET PENDING, TELL_REQUESTER PENDING";
const GIVEN_UP_EARLY: &str = "COMPENSATING: RESERVE_STOCK COMPENSATING, COUNT_RESERVED SKIPPED, COMMIT_BUDGET SKIPPED, TELL_REQUESTER SKIPPED";
const RELEASED_EARLY: &str = "COMPENSATED: RESERVE_STOCK COMPENSATED, COUNT_RESERVED SKIPPED, COMMIT_BUDGET SKIPPED, TELL_REQUESTER SKIPPED";
const GIVEN_UP: &str = "COMPENSATING: RESERVE_STOCK COMPENSATING, COUNT_RESERVED COMPENSATED, COMMIT_BUDGET COMPENSATED, TELL_REQUESTER DONE";
const RELEASED: &str = "COMPENSATED: RESERVE_STOCK COMPENSATED, COUNT_RESERVED COMPENSATED, COMMIT_BUDGET COMPENSATED, TELL_REQUESTER DONE";

/// An approved request for 10 kg, with a budget for it.
async fn approved(house: &House) -> (Value, Value) {
    house.budget(&house.department, "1000").await;
    let rice = house.product("30");
    let (request, lines) = house.approved(json!([house.line(&rice, ("10", "kg"))])).await;
    house.until(&request, &[APPROVED]).await;
    let kept = json!({ "purchaseRequestId": request["id"],
        "lines": [{ "lineId": lines[0], "reserved": "4", "short": "6" }] });
    (request, kept)
}

async fn cancel(house: &House, request: &Value) -> Value {
    let cancelled = house.mutate(&house.chef, "cancelPurchaseRequest", because(request, "reason")).await;
    assert_eq!(cancelled["userErrors"], json!([]), "{cancelled}");
    cancelled["purchaseRequest"].clone()
}

/// What is kept of the request, and what its budget holds for it.
async fn standing(house: &House, request: &Value) -> (String, String) {
    let query = "query($id: ID!) { purchaseRequest(id: $id) { lines { reservedQuantity { value } } } }";
    let seen = house.data_as(&house.chef, query, json!({ "id": request["id"] })).await;
    let kept = seen["purchaseRequest"]["lines"][0]["reservedQuantity"]["value"].as_str().unwrap();
    (kept.to_owned(), house.taken().await[0].clone())
}

fn pair(kept: &str, soft: &str) -> (String, String) {
    (kept.to_owned(), soft.to_owned())
}

fn released(request: &Value) -> Value {
    json!({ "purchaseRequestId": request["id"], "reservationIds": [] })
}

#[tokio::test]
async fn what_stores_keep_completes_it_once() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, kept) = approved(&house).await;
    assert_eq!(standing(&house, &request).await, pair("0", "300.00"));
    others.say("reservation.completed", &request, kept.clone()).await;
    house.until(&request, &[RESERVED]).await;
    assert_eq!(standing(&house, &request).await, pair("4", "180.00"));
    others.say("reservation.completed", &request, kept).await;
    house.rest().await;
    house.until(&request, &[RESERVED]).await;
    assert_eq!(standing(&house, &request).await, pair("4", "180.00"));
    let query =
        "query($id: ID!) { purchaseRequest(id: $id) { saga { kind subjectId status steps { name undo } } } }";
    let id = json!({ "id": request["id"] });
    let seen = house.data_as(&house.kit.caller(andaman(), &["*"]), query, id.clone()).await;
    let saga = &seen["purchaseRequest"]["saga"];
    assert_eq!((&saga["kind"], &saga["subjectId"]), (&json!("PURCHASE_REQUEST"), &request["id"]));
    assert_eq!(saga["steps"][0]["undo"], "RELEASE_RESERVATION");
    let hidden = house.data_as(&house.chef, query, id).await;
    assert_eq!(hidden["purchaseRequest"]["saga"], Value::Null);
}

#[tokio::test]
async fn given_up_before_stores_answer_nothing_is_kept() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, kept) = approved(&house).await;
    let cancelled = cancel(&house, &request).await;
    house.until(&request, &[GIVEN_UP_EARLY]).await;
    // Inventory hears of both in their order, and answers in it.
    others.say("reservation.completed", &request, kept).await;
    house.rest().await;
    house.until(&request, &[GIVEN_UP_EARLY]).await;
    others.say("reservation.released", &cancelled, released(&request)).await;
    house.until(&request, &[RELEASED_EARLY]).await;
    others.say("reservation.released", &cancelled, released(&request)).await;
    house.rest().await;
    house.until(&request, &[RELEASED_EARLY]).await;
    assert_eq!(standing(&house, &request).await, pair("0", "0.00"));
    assert_eq!(house.published("pr.cancelled").await, 1);
}

#[tokio::test]
async fn given_up_after_it_was_completed_everything_is_taken_back() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, kept) = approved(&house).await;
    others.say("reservation.completed", &request, kept).await;
    house.until(&request, &[RESERVED]).await;
    let cancelled = cancel(&house, &request).await;
    house.until(&request, &[GIVEN_UP]).await;
    assert_eq!(standing(&house, &request).await, pair("0", "0.00"));
    // Letting go fails there, and is replayed.
    others.fail("inventory", "pr.cancelled", &cancelled).await;
    house
        .until(
            &request,
            &[&GIVEN_UP.replace("COMPENSATING: RESERVE_STOCK COMPENSATING", "FAILED: RESERVE_STOCK FAILED")],
        )
        .await;
    others.say("reservation.released", &cancelled, released(&request)).await;
    house.until(&request, &[RELEASED]).await;
}

#[tokio::test]
async fn what_inventory_cannot_reserve_waits_for_its_replay() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, kept) = approved(&house).await;
    others.fail("inventory", "pr.approved", &request).await;
    house.until(&request, &[FAILED]).await;
    assert_eq!(house.tries(&request, "RESERVE_STOCK").await, (5, "the disk is full".to_owned()));
    others.fail("inventory", "pr.approved", &request).await;
    others.say("reservation.completed", &request, kept).await;
    house.until(&request, &[RESERVED]).await;
    assert_eq!(house.tries(&request, "RESERVE_STOCK").await, (6, String::new()));
    assert_eq!(standing(&house, &request).await, pair("4", "180.00"));
}

#[tokio::test]
async fn what_is_reserved_after_it_was_let_go_is_let_go_again() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, kept) = approved(&house).await;
    others.fail("inventory", "pr.approved", &request).await;
    house.until(&request, &[FAILED]).await;
    let cancelled = cancel(&house, &request).await;
    house.until(&request, &[GIVEN_UP_EARLY]).await;
    others.say("reservation.released", &cancelled, released(&request)).await;
    house.until(&request, &[RELEASED_EARLY]).await;
    // Somebody replays the dead letter only now.
    others.say("reservation.completed", &request, kept).await;
    while house.published("pr.cancelled").await < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    house.until(&request, &[RELEASED_EARLY]).await;
    assert_eq!(standing(&house, &request).await, pair("0", "0.00"));
}

#[tokio::test]
async fn what_cannot_be_counted_here_waits_for_its_replay() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (request, kept) = approved(&house).await;
    house.rename("purchase_request_line", "lost").await;
    others.say("reservation.completed", &request, kept).await;
    for _ in 0..400 {
        if house.sagas(&request).await == [FAILED] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    house.rename("lost", "purchase_request_line").await;
    house.until(&request, &[FAILED]).await;
    let (attempts, error) = house.tries(&request, "RESERVE_STOCK").await;
    assert_eq!(attempts, 5);
    assert_eq!(error, "internal error in procurement; its dead letter says more");
    assert_eq!(standing(&house, &request).await, pair("0", "300.00"));
    house.replay().await;
    house.until(&request, &[RESERVED]).await;
    assert_eq!(standing(&house, &request).await, pair("4", "180.00"));
}
