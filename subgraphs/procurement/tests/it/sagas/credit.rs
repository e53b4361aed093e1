//! What a posted credit note sets in motion.

use std::time::Duration;

use serde_json::{Value, json};

use super::Others;
use crate::house::{House, because, step};

const POSTED: &str = "RUNNING: COUNT_AS_RETURNED DONE, RETURN_STOCK RUNNING";
const RETURNED: &str = "COMPLETED: COUNT_AS_RETURNED DONE, RETURN_STOCK DONE";
const FAILED: &str = "FAILED: COUNT_AS_RETURNED DONE, RETURN_STOCK FAILED";
const REFUSED: &str = "COMPENSATED: COUNT_AS_RETURNED COMPENSATED, RETURN_STOCK REFUSED";
const VOIDED: &str = "COMPENSATING: COUNT_AS_RETURNED COMPENSATED, RETURN_STOCK COMPENSATING";
const TAKEN_BACK: &str = "COMPENSATED: COUNT_AS_RETURNED COMPENSATED, RETURN_STOCK COMPENSATED";

/// A credit note about 4 of 10 kg that was posted, and its order.
async fn posted(house: &House) -> (Value, Value) {
    let order = house.sent("10").await;
    let note = house.deliver(&order, "10").await;
    let credit = house.approved_credit(&note, ("QUANTITY_RETURN", "4", Value::Null)).await;
    let credit = house.posted_credit(&credit).await;
    house.until(&credit, &[POSTED]).await;
    assert_eq!(standing(house, &credit, &order).await, ["POSTED", "6"]);
    (credit, order)
}

async fn credit_now(house: &House, credit: &Value) -> Value {
    let query = "query($id: ID!) { creditNote(id: $id) { id version status statusReason } }";
    house.data_as(&house.storekeeper(), query, json!({ "id": credit["id"] })).await["creditNote"].clone()
}

/// Where the credit note stands, and how much of its order counts as received.
async fn standing(house: &House, credit: &Value, order: &Value) -> [String; 2] {
    let (credit, order) = (credit_now(house, credit).await, house.order_now(order).await);
    [&credit["status"], &order["lines"][0]["receivedQuantity"]["value"]]
        .map(|value| value.as_str().unwrap().to_owned())
}

/// Reverses it; answers it as it is then.
async fn void(house: &House, credit: &Value) -> Value {
    let now = credit_now(house, credit).await;
    let done = house.mutate(&house.returner(), "voidCreditNote", because(&now, "reason")).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    house.until(credit, &[VOIDED]).await;
    done["creditNote"].clone()
}

fn told(credit: &Value) -> Value {
    json!({ "creditNoteId": credit["id"], "reason": null })
}

fn refused(credit: &Value) -> Value {
    json!({ "creditNoteId": credit["id"], "reason": "the shelf is empty" })
}

#[tokio::test]
async fn what_is_given_out_completes_it_once() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (credit, order) = posted(&house).await;
    others.say("return.posted", &credit, told(&credit)).await;
    house.until(&credit, &[RETURNED]).await;
    let version = credit_now(&house, &credit).await["version"].clone();
    for kind in ["return.posted", "return.refused", "return.reversal_refused"] {
        others.say(kind, &credit, refused(&credit)).await;
    }
    house.rest().await;
    house.until(&credit, &[RETURNED]).await;
    assert_eq!(credit_now(&house, &credit).await["version"], version, "what comes twice changes nothing");
    assert_eq!(standing(&house, &credit, &order).await, ["POSTED", "6"]);
}

#[tokio::test]
async fn where_only_money_comes_back_it_goes_into_the_value_of_what_is_there() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let note = house.deliver(&house.sent("10").await, "10").await;
    let credit = house.approved_credit(&note, ("AMOUNT", "0", json!("50"))).await;
    let credit = house.posted_credit(&credit).await;
    house.until(&credit, &[POSTED]).await;
    for _ in 0..2 {
        others.say("return.posted", &credit, told(&credit)).await;
        house.until(&credit, &[RETURNED]).await;
    }
    let now = credit_now(&house, &credit).await;
    assert_eq!(now["version"], credit["version"], "nobody waited for it");
    let done = house.mutate(&house.returner(), "voidCreditNote", because(&credit, "reason")).await;
    assert_eq!(done["creditNote"]["status"], "VOIDED", "{done}");
    house.until(&credit, &[VOIDED]).await;
    others.say("return.reversed", &done["creditNote"], told(&credit)).await;
    house.until(&credit, &[TAKEN_BACK]).await;
}

#[tokio::test]
async fn a_credit_that_fails_at_a_step_waits_for_its_replay() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let note = house.deliver(&house.sent("10").await, "10").await;
    let credit = house.approved_credit(&note, ("AMOUNT", "0", json!("50"))).await;
    let credit = house.posted_credit(&credit).await;
    others.fail("inventory", "creditnote.posted", &credit).await;
    house.until(&credit, &[FAILED]).await;
    // What cannot be noted here is a step that failed as before, until it is replayed.
    house.rename("credit_note_line", "lost").await;
    others.say("return.posted", &credit, told(&credit)).await;
    for _ in 0..400 {
        if house.letters().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    house.rename("lost", "credit_note_line").await;
    house.until(&credit, &[FAILED]).await;
    house.replay().await;
    house.until(&credit, &[RETURNED]).await;
    let voided = void(&house, &credit).await;
    others.fail("inventory", "creditnote.voided", &voided).await;
    let failed = VOIDED.replace("COMPENSATING: ", "FAILED: ").replace("STOCK COMPENSATING", "STOCK FAILED");
    house.until(&credit, &[&failed]).await;
    others.say("return.reversed", &voided, told(&credit)).await;
    house.until(&credit, &[TAKEN_BACK]).await;
}

#[tokio::test]
async fn what_inventory_refuses_is_received_as_before_and_may_be_tried_again() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (credit, order) = posted(&house).await;
    others.say("return.refused", &credit, refused(&credit)).await;
    house.until(&credit, &[REFUSED]).await;
    assert_eq!(house.tries(&credit, "RETURN_STOCK").await, (1, "the shelf is empty".to_owned()));
    assert_eq!(standing(&house, &credit, &order).await, ["POSTING_FAILED", "10"]);
    let failed = credit_now(&house, &credit).await;
    assert_eq!(failed["statusReason"], "the shelf is empty");
    others.say("return.refused", &credit, refused(&credit)).await;
    house.rest().await;
    let again = house.mutate(&house.returner(), "postCreditNote", step(&failed)).await["creditNote"].clone();
    house.until(&credit, &[REFUSED, POSTED]).await;
    others.say("return.posted", &again, told(&credit)).await;
    house.until(&credit, &[REFUSED, RETURNED]).await;
    assert_eq!(standing(&house, &credit, &order).await, ["POSTED", "6"]);
}

#[tokio::test]
async fn what_fails_elsewhere_waits_for_its_replay() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (credit, order) = posted(&house).await;
    others.fail("inventory", "creditnote.posted", &credit).await;
    house.until(&credit, &[FAILED]).await;
    others.say("return.posted", &credit, told(&credit)).await;
    house.until(&credit, &[RETURNED]).await;
    let voided = void(&house, &credit).await;
    others.fail("inventory", "creditnote.voided", &voided).await;
    let failed = VOIDED.replace("COMPENSATING: ", "FAILED: ").replace("STOCK COMPENSATING", "STOCK FAILED");
    house.until(&credit, &[&failed]).await;
    others.say("return.reversed", &voided, told(&credit)).await;
    house.until(&credit, &[TAKEN_BACK]).await;
    others.say("return.reversed", &voided, told(&credit)).await;
    house.rest().await;
    house.until(&credit, &[TAKEN_BACK]).await;
    assert_eq!(standing(&house, &credit, &order).await, ["VOIDED", "10"]);
}

#[tokio::test]
async fn a_reversal_that_is_refused_leaves_it_as_it_was() {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let (credit, order) = posted(&house).await;
    others.say("return.posted", &credit, told(&credit)).await;
    house.until(&credit, &[RETURNED]).await;
    let voided = void(&house, &credit).await;
    assert_eq!(standing(&house, &credit, &order).await, ["VOIDED", "10"]);
    others.say("return.reversal_refused", &voided, refused(&credit)).await;
    house.until(&credit, &[RETURNED]).await;
    assert_eq!(standing(&house, &credit, &order).await, ["POSTED", "6"]);
    // And it may be reversed once more.
    let voided = void(&house, &credit).await;
    others.say("return.reversed", &voided, told(&credit)).await;
    house.until(&credit, &[TAKEN_BACK]).await;
    assert_eq!(standing(&house, &credit, &order).await, ["VOIDED", "10"]);
}

#[tokio::test]
async fn what_cannot_be_noted_here_waits_for_its_replay() {
    for (answer, wanted, standing_then) in [
        ("return.posted", RETURNED, ["POSTED", "6"]),
        ("return.refused", REFUSED, ["POSTING_FAILED", "10"]),
        ("return.reversal_refused", RETURNED, ["POSTED", "6"]),
    ] {
        let house = House::open().await;
        let others = Others::of(&house).await;
        let (mut credit, order) = posted(&house).await;
        let mut failed = FAILED.to_owned();
        if answer == "return.reversal_refused" {
            others.say("return.posted", &credit, told(&credit)).await;
            house.until(&credit, &[RETURNED]).await;
            credit = void(&house, &credit).await;
            failed =
                VOIDED.replace("COMPENSATING: ", "FAILED: ").replace("STOCK COMPENSATING", "STOCK FAILED");
        }
        let standing_before = standing(&house, &credit, &order).await;
        house.rename("credit_note_line", "lost").await;
        others.say(answer, &credit, refused(&credit)).await;
        for _ in 0..400 {
            if house.sagas(&credit).await == [failed.clone()] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        house.rename("lost", "credit_note_line").await;
        house.until(&credit, &[&failed]).await;
        assert_eq!(house.tries(&credit, "RETURN_STOCK").await.0, 5);
        assert_eq!(standing(&house, &credit, &order).await, standing_before);
        house.replay().await;
        house.until(&credit, &[wanted]).await;
        assert_eq!(standing(&house, &credit, &order).await, standing_then);
    }
}
