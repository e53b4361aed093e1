//! What a committed goods received note sets in motion.

use std::time::Duration;

use serde_json::{Value, json};

use super::Others;
use crate::house::{House, step};

const COMMITTED: &str =
    "RUNNING: COUNT_INTO_ORDER DONE, POST_TO_STOCK RUNNING, RATE_VENDOR RUNNING, TELL_REQUESTER PENDING";
const POSTED: &str =
    "COMPLETED: COUNT_INTO_ORDER DONE, POST_TO_STOCK DONE, RATE_VENDOR DONE, TELL_REQUESTER DONE";
const REFUSED: &str = "COMPENSATING: COUNT_INTO_ORDER COMPENSATED, POST_TO_STOCK REFUSED, RATE_VENDOR COMPENSATING, TELL_REQUESTER SKIPPED";
const TAKEN_BACK: &str = "COMPENSATED: COUNT_INTO_ORDER COMPENSATED, POST_TO_STOCK REFUSED, RATE_VENDOR COMPENSATED, TELL_REQUESTER SKIPPED";

/// A note about 10 kg that was committed, and its order.
async fn committed(house: &House) -> (Value, Value) {
    let order = house.sent("10").await;
    let note = house.counted(&order, "10").await;
    let note = commit(house, &note).await;
    house.until(&note, &[COMMITTED]).await;
    (note, order)
}

async fn commit(house: &House, note: &Value) -> Value {
    let done = house.mutate(&house.storekeeper(), "commitGoodsReceivedNote", step(note)).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    done["goodsReceivedNote"].clone()
}

async fn note_now(house: &House, note: &Value) -> Value {
    let query = "query($id: ID!) { goodsReceivedNote(id: $id) { id version status statusReason } }";
    house.data_as(&house.storekeeper(), query, json!({ "id": note["id"] })).await["goodsReceivedNote"].clone()
}

/// Where the note and its order stand, and how much came.
async fn standing(house: &House, note: &Value, order: &Value) -> [String; 3] {
    let (note, order) = (note_now(house, note).await, house.order_now(order).await);
    [&note["status"], &order["status"], &order["lines"][0]["receivedQuantity"]["value"]]
        .map(|value| value.as_str().unwrap().to_owned())
}

fn told(note: &Value) -> Value {
    json!({ "goodsReceivedNoteId": note["id"], "reason": null })
}

fn refused(note: &Value) -> Value {
    json!({ "goodsReceivedNoteId": note["id"], "reason": "the period is closed" })
}

#[tokio::test]
async fn what_is_on_the_shelf_and_rated_completes_it_once_in_any_order() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    for answers in [["delivery.posted", "scorecard.updated"], ["scorecard.updated", "delivery.posted"]] {
        let (note, order) = committed(&house).await;
        others.say(answers[0], &note, told(&note)).await;
        let (posted, rated) = match answers[0] {
            "delivery.posted" => ("DONE", "RUNNING"),
            _ => ("RUNNING", "DONE"),
        };
        let told_so = if posted == "DONE" { "DONE" } else { "PENDING" };
        let half = format!(
            "RUNNING: COUNT_INTO_ORDER DONE, POST_TO_STOCK {posted}, RATE_VENDOR {rated}, TELL_REQUESTER {told_so}"
        );
        house.until(&note, &[&half]).await;
        others.say(answers[1], &note, told(&note)).await;
        house.until(&note, &[POSTED]).await;
        let version = note_now(&house, &note).await["version"].clone();
        for kind in ["delivery.posted", "delivery.refused", "scorecard.updated"] {
            others.say(kind, &note, told(&note)).await;
        }
        house.rest().await;
        house.until(&note, &[POSTED]).await;
        assert_eq!(note_now(&house, &note).await["version"], version, "what comes twice changes nothing");
        assert_eq!(standing(&house, &note, &order).await, ["COMMITTED", "RECEIVED", "10"]);
    }
}

#[tokio::test]
async fn what_inventory_refuses_is_taken_back_everywhere_and_may_be_tried_again() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (note, order) = committed(&house).await;
    others.say("delivery.refused", &note, refused(&note)).await;
    house.until(&note, &[REFUSED]).await;
    assert_eq!(house.tries(&note, "POST_TO_STOCK").await, (1, "the period is closed".to_owned()));
    assert_eq!(standing(&house, &note, &order).await, ["POSTING_FAILED", "SENT", "0"]);
    let failed = note_now(&house, &note).await;
    assert_eq!(failed["statusReason"], "the period is closed");
    // The vendor service hears of both in their order.
    others.say("scorecard.updated", &note, told(&note)).await;
    others.say("delivery.refused", &note, refused(&note)).await;
    house.rest().await;
    house.until(&note, &[REFUSED]).await;
    let again = commit(&house, &failed).await;
    house.until(&note, &[REFUSED, COMMITTED]).await;
    others.say("scorecard.updated", &failed, told(&note)).await;
    house.until(&note, &[TAKEN_BACK, COMMITTED]).await;
    others.say("scorecard.updated", &again, told(&note)).await;
    others.say("delivery.posted", &again, told(&note)).await;
    house.until(&note, &[TAKEN_BACK, POSTED]).await;
    assert_eq!(standing(&house, &note, &order).await, ["COMMITTED", "RECEIVED", "10"]);
    // A dead letter about the first try is replayed late: the delivery counts by now.
    others.say("scorecard.updated", &note, told(&note)).await;
    house.rest().await;
    house.until(&note, &[TAKEN_BACK, POSTED]).await;
    assert_eq!(house.published("grn.posting_failed").await, 1);
}

#[tokio::test]
async fn what_fails_elsewhere_waits_for_its_replay() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (note, order) = committed(&house).await;
    others.fail("inventory", "grn.committed", &note).await;
    let failed = COMMITTED.replace("RUNNING: ", "FAILED: ").replace("STOCK RUNNING", "STOCK FAILED");
    house.until(&note, &[&failed]).await;
    others.fail("vendor-scorecard", "grn.committed", &note).await;
    let both = failed.replace("VENDOR RUNNING", "VENDOR FAILED");
    house.until(&note, &[&both]).await;
    others.say("delivery.posted", &note, told(&note)).await;
    let posted = POSTED.replace("COMPLETED", "FAILED").replace("VENDOR DONE", "VENDOR FAILED");
    house.until(&note, &[&posted]).await;
    others.say("scorecard.updated", &note, told(&note)).await;
    house.until(&note, &[POSTED]).await;
    assert_eq!(standing(&house, &note, &order).await, ["COMMITTED", "RECEIVED", "10"]);
}

#[tokio::test]
async fn what_is_rated_after_it_was_taken_back_is_taken_back_again() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (note, order) = committed(&house).await;
    others.fail("vendor-scorecard", "grn.committed", &note).await;
    let failed = COMMITTED.replace("RUNNING: ", "FAILED: ").replace("VENDOR RUNNING", "VENDOR FAILED");
    house.until(&note, &[&failed]).await;
    others.say("delivery.refused", &note, refused(&note)).await;
    house.until(&note, &[REFUSED]).await;
    let taken_back = note_now(&house, &note).await;
    others.fail("vendor-scorecard", "grn.posting_failed", &taken_back).await;
    house
        .until(
            &note,
            &[&REFUSED.replace("COMPENSATING: ", "FAILED: ").replace("VENDOR COMPENSATING", "VENDOR FAILED")],
        )
        .await;
    others.say("scorecard.updated", &taken_back, told(&note)).await;
    house.until(&note, &[TAKEN_BACK]).await;
    assert_eq!(house.published("grn.posting_failed").await, 1);
    others.say("scorecard.updated", &note, told(&note)).await;
    while house.published("grn.posting_failed").await < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    house.until(&note, &[TAKEN_BACK]).await;
    assert_eq!(standing(&house, &note, &order).await, ["POSTING_FAILED", "SENT", "0"]);
}

#[tokio::test]
async fn what_cannot_be_noted_here_waits_for_its_replay() {
    for (answer, wanted, standing_then) in [
        (
            "delivery.posted",
            POSTED.replace("COMPLETED", "RUNNING").replace("VENDOR DONE", "VENDOR RUNNING"),
            ["COMMITTED", "RECEIVED", "10"],
        ),
        ("delivery.refused", REFUSED.to_owned(), ["POSTING_FAILED", "SENT", "0"]),
    ] {
        let house = House::open().await;
        let others = Others::of(&house).await;
        let (note, order) = committed(&house).await;
        house.rename("goods_received_note_line", "lost").await;
        others.say(answer, &note, refused(&note)).await;
        let failed = COMMITTED.replace("RUNNING: ", "FAILED: ").replace("STOCK RUNNING", "STOCK FAILED");
        for _ in 0..400 {
            if house.sagas(&note).await == [failed.clone()] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        house.rename("lost", "goods_received_note_line").await;
        house.until(&note, &[&failed]).await;
        assert_eq!(house.tries(&note, "POST_TO_STOCK").await.0, 5);
        assert_eq!(standing(&house, &note, &order).await, ["COMMITTED", "RECEIVED", "10"]);
        house.replay().await;
        house.until(&note, &[&wanted]).await;
        assert_eq!(standing(&house, &note, &order).await, standing_then);
    }
}
