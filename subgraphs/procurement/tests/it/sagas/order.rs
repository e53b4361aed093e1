//! What an order that was sent sets in motion.

use serde_json::{Value, json};

use super::Others;
use crate::house::{House, because, step};

const SENT: &str = "RUNNING: PUT_ON_ORDER RUNNING, BIND_BUDGET DONE, AWAIT_ACKNOWLEDGEMENT RUNNING";
const ON_ORDER: &str = "RUNNING: PUT_ON_ORDER DONE, BIND_BUDGET DONE, AWAIT_ACKNOWLEDGEMENT RUNNING";
const ACKNOWLEDGED: &str = "COMPLETED: PUT_ON_ORDER DONE, BIND_BUDGET DONE, AWAIT_ACKNOWLEDGEMENT DONE";
const DELIVERED: &str = "COMPLETED: PUT_ON_ORDER DONE, BIND_BUDGET DONE, AWAIT_ACKNOWLEDGEMENT SKIPPED";

/// What a step of given up orders looks like, where the vendor has or has not acknowledged.
fn given_up(status: &str, on_order: &str, acknowledged: &str) -> String {
    format!(
        "{status}: PUT_ON_ORDER {on_order}, BIND_BUDGET COMPENSATED, AWAIT_ACKNOWLEDGEMENT {acknowledged}"
    )
}

/// An order for 10 kg at 30 that was sent, with a budget for it.
async fn sent(house: &House) -> Value {
    house.budget(&house.department, "1000").await;
    let order = house.sent("10").await;
    house.until(&order, &[SENT]).await;
    assert_eq!(house.taken().await[1], "300.00");
    order
}

async fn mutate(house: &House, mutation: &str, input: Value) -> Value {
    let done = house.mutate(&house.buyer(), mutation, input).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    done["purchaseOrder"].clone()
}

fn told(order: &Value) -> Value {
    json!({ "purchaseOrderId": order["id"] })
}

#[tokio::test]
async fn what_is_on_order_and_acknowledged_completes_it_once() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let order = sent(&house).await;
    others.say("onorder.changed", &order, told(&order)).await;
    house.until(&order, &[ON_ORDER]).await;
    others.say("onorder.changed", &order, told(&order)).await;
    let acknowledged = mutate(&house, "acknowledgePurchaseOrder", step(&order)).await;
    house.until(&order, &[ACKNOWLEDGED]).await;
    others.say("onorder.changed", &acknowledged, told(&order)).await;
    house.rest().await;
    house.until(&order, &[ACKNOWLEDGED]).await;
}

#[tokio::test]
async fn what_is_delivered_needs_no_acknowledgement_and_what_came_in_full_is_closed_without_an_undo() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let order = sent(&house).await;
    house.deliver(&order, "10").await;
    house.until(&order, &[&SENT.replace("ACKNOWLEDGEMENT RUNNING", "ACKNOWLEDGEMENT SKIPPED")]).await;
    // Inventory has not said a word, and need not any more.
    let received = house.order_now(&order).await;
    mutate(&house, "closePurchaseOrder", because(&received, "reason")).await;
    house.until(&order, &[&DELIVERED.replace("ORDER DONE", "ORDER SKIPPED")]).await;
    others.say("onorder.changed", &received, told(&order)).await;
    house.rest().await;
    house.until(&order, &[&DELIVERED.replace("ORDER DONE", "ORDER SKIPPED")]).await;
}

#[tokio::test]
async fn given_up_wherever_it_stands_it_is_taken_off_order_and_frees_its_budget() {
    for stands in ["sent", "on order", "acknowledged", "failed"] {
        let house = House::open().await;
        let others = Others::of(&house).await;
        let mut order = sent(&house).await;
        let acknowledged = if stands == "acknowledged" { "DONE" } else { "SKIPPED" };
        match stands {
            "on order" => {
                others.say("onorder.changed", &order, told(&order)).await;
                house.until(&order, &[ON_ORDER]).await;
            }
            "acknowledged" => {
                others.say("onorder.changed", &order, told(&order)).await;
                order = mutate(&house, "acknowledgePurchaseOrder", step(&order)).await;
                house.until(&order, &[ACKNOWLEDGED]).await;
            }
            "failed" => {
                others.fail("inventory", "po.sent", &order).await;
                let failed = SENT.replace("RUNNING: PUT_ON_ORDER RUNNING", "FAILED: PUT_ON_ORDER FAILED");
                house.until(&order, &[&failed]).await;
            }
            _ => {}
        }
        let cancelled = mutate(&house, "cancelPurchaseOrder", because(&order, "reason")).await;
        house.until(&order, &[&given_up("COMPENSATING", "COMPENSATING", acknowledged)]).await;
        assert_eq!(house.taken().await[1], "0.00", "{stands}");
        // What inventory says about the order as it was is no news.
        others.say("onorder.changed", &order, told(&order)).await;
        others.fail("inventory", "po.cancelled", &cancelled).await;
        house.until(&order, &[&given_up("FAILED", "FAILED", acknowledged)]).await;
        others.say("onorder.changed", &cancelled, told(&order)).await;
        house.until(&order, &[&given_up("COMPENSATED", "COMPENSATED", acknowledged)]).await;
        others.say("onorder.changed", &cancelled, told(&order)).await;
        others.say("onorder.changed", &order, told(&order)).await;
        house.rest().await;
        house.until(&order, &[&given_up("COMPENSATED", "COMPENSATED", acknowledged)]).await;
    }
}

#[tokio::test]
async fn what_inventory_could_not_follow_is_done_when_it_is_replayed() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let order = sent(&house).await;
    others.fail("inventory", "po.sent", &order).await;
    let failed = SENT.replace("RUNNING: PUT_ON_ORDER RUNNING", "FAILED: PUT_ON_ORDER FAILED");
    house.until(&order, &[&failed]).await;
    assert_eq!(house.tries(&order, "PUT_ON_ORDER").await, (5, "the disk is full".to_owned()));
    mutate(&house, "acknowledgePurchaseOrder", step(&order)).await;
    others.say("onorder.changed", &order, told(&order)).await;
    house.until(&order, &[ACKNOWLEDGED]).await;
}

#[tokio::test]
async fn closed_short_it_is_undone_and_opened_again_it_begins_anew() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let order = sent(&house).await;
    others.say("onorder.changed", &order, told(&order)).await;
    house.deliver(&order, "6").await;
    house.until(&order, &[DELIVERED]).await;
    let received = house.order_now(&order).await;
    let closed = mutate(&house, "closePurchaseOrder", because(&received, "reason")).await;
    let undoing = given_up("COMPENSATING", "COMPENSATING", "SKIPPED");
    house.until(&order, &[&undoing]).await;
    let boss = house.approver("900000");
    let reopened = house.mutate(&boss, "reopenPurchaseOrder", because(&closed, "reason")).await;
    assert_eq!(reopened["userErrors"], json!([]), "{reopened}");
    let anew = SENT.replace("ACKNOWLEDGEMENT RUNNING", "ACKNOWLEDGEMENT SKIPPED");
    house.until(&order, &[&undoing, &anew]).await;
    others.say("onorder.changed", &closed, told(&order)).await;
    others.say("onorder.changed", &reopened["purchaseOrder"], told(&order)).await;
    let undone = given_up("COMPENSATED", "COMPENSATED", "SKIPPED");
    house.until(&order, &[&undone, DELIVERED]).await;
}
