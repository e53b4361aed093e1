//! What vendors take back leaves at what it cost when it came, and what they credit lowers what is still there.

use chassis::testkit::TestDatabase;
use primitives::{CreditNoteId, GoodsReceivedNoteId};
use serde_json::{Value, json};

use crate::deliveries::{procurement, take_over};
use crate::house::House;
use crate::returns::say;

/// A delivery of so many, each at so much; answers which.
async fn deliver(
    house: &House,
    from: &TestDatabase,
    (product, place): (&str, &str),
    (quantity, cost): (&str, &str),
) -> GoodsReceivedNoteId {
    let id = GoodsReceivedNoteId::generate();
    let told = json!({ "goodsReceivedNoteId": id, "number": "GRN-2026-001", "locationId": place, "lines": [
        { "lineId": "of the note", "productId": product, "quantity": quantity, "unit": "kg",
          "unitCosts": [{ "amount": cost, "currency": "THB" }] }] });
    assert_eq!(take_over(house, from, (id, &told)).await.0, "delivery.posted");
    // Layers are told apart by when they came.
    house.kit.clock().advance(std::time::Duration::from_secs(60));
    id
}

/// A credit note about a delivery: so much goes back, or so much money comes.
fn credit(product: &str, note: GoodsReceivedNoteId, (quantity, amount): (&str, &str)) -> Value {
    json!({ "type": if quantity == "0" { "AMOUNT" } else { "QUANTITY_RETURN" }, "goodsReceivedNoteId": note,
        "lines": [{ "lineId": "1", "noteLineId": "of the note", "productId": product, "quantity": quantity, "unit": "kg",
            "lot": null, "amounts": [{ "amount": "1", "currency": "SGD" }, { "amount": amount, "currency": "THB" }] }] })
}

/// What the latest lines of the ledger say: reason, quantity and value.
async fn latest(house: &House, lines: usize) -> Vec<[Value; 3]> {
    let query = "query($n: Int) { movements(sort: SEQ_DESC, first: $n) { nodes { reason quantity { value } totalValue { amount } } } }";
    let seen = house.data(query, json!({ "n": lines })).await;
    let of = |line: &Value| {
        [line["reason"].clone(), line["quantity"]["value"].clone(), line["totalValue"]["amount"].clone()]
    };
    seen["movements"]["nodes"].as_array().unwrap().iter().rev().map(of).collect()
}

async fn is_worth(house: &House, (product, place): (&str, &str), quantity: &str, value: &str) {
    assert_eq!(house.balance(product, place).await, (quantity.to_owned(), value.to_owned()));
}

fn became(revalued: &str, variance: &str) -> Value {
    json!([{ "lineId": "1", "revalued": revalued, "variance": variance, "currency": "THB", "reason": null }])
}

#[tokio::test]
async fn what_goes_back_leaves_at_its_own_cost_and_comes_back_at_what_it_left_with() {
    for (code, left, then) in [
        // Six of the first are left, two of the second leave in place of the two that were used.
        ("FIFO", [["RETURN_TO_VENDOR", "-8", "-80.00"], ["COST_VARIANCE", "0", "-8.00"]], ("8", "112.00")),
        // 16 are worth 192, 12 each, of which 8 go.
        ("AVERAGE", [["RETURN_TO_VENDOR", "-8", "-80.00"], ["COST_VARIANCE", "0", "-16.00"]], ("8", "96.00")),
    ] {
        let house = House::open().await;
        let from = procurement(&house).await;
        let store = if code == "FIFO" { house.fifo_store(code).await } else { house.store(code).await };
        let rice = house.product();
        let place = (&*rice, &*store);
        let first = deliver(&house, &from, place, ("10", "10")).await;
        deliver(&house, &from, place, ("10", "14")).await;
        house.issue(&rice, &store, "4").await;
        let before = house.balance(&rice, &store).await;
        let (id, told) = (CreditNoteId::generate(), credit(&rice, first, ("8", "80")));
        let (answer, _) = say(&house, &from, "creditnote.posted", (id, &told), &store).await;
        assert_eq!(answer, "return.posted");
        assert_eq!(latest(&house, 2).await, left.map(|line| line.map(Value::from)), "{code}");
        is_worth(&house, place, then.0, then.1).await;
        let (answer, _) = say(&house, &from, "creditnote.voided", (id, &told), &store).await;
        assert_eq!((&*answer, house.balance(&rice, &store).await), ("return.reversed", before), "{code}");
        house.prove().await;
    }
}

#[tokio::test]
async fn a_credit_lowers_what_is_still_there_and_a_reversal_raises_what_is_there_then() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.fifo_store("MAIN").await);
    let place = (&*rice, &*store);
    let first = deliver(&house, &from, place, ("10", "10")).await;
    deliver(&house, &from, place, ("10", "14")).await;
    house.issue(&rice, &store, "4").await;
    let (id, told) = (CreditNoteId::generate(), credit(&rice, first, ("0", "20")));
    for _ in 0..2 {
        // Told again by another event, it is the same credit.
        let answer = say(&house, &from, "creditnote.posted", (id, &told), &store).await;
        assert_eq!(answer.0, "return.posted");
        is_worth(&house, place, "16", "188.00").await;
    }
    assert_eq!(latest(&house, 1).await, [["VENDOR_CREDIT", "0", "-12.00"].map(Value::from)]);
    // Three of the six leave at 8 each; three of ten of the credit come back.
    house.issue(&rice, &store, "3").await;
    is_worth(&house, place, "13", "164.00").await;
    say(&house, &from, "creditnote.voided", (id, &told), &store).await;
    is_worth(&house, place, "13", "170.00").await;
    house.prove().await;
}

#[tokio::test]
async fn what_was_used_keeps_its_cost_and_the_rest_of_a_credit_is_variance() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let place = (&*rice, &*store);
    let note = deliver(&house, &from, place, ("10", "10")).await;
    house.issue(&rice, &store, "7").await;
    let told = async |kind: &'static str, id: CreditNoteId, told: Value, place: &str| {
        say(&house, &from, kind, (id, &told), place).await;
        crate::returns::became(&house).await
    };
    let id = CreditNoteId::generate();
    let twenty = credit(&rice, note, ("0", "20"));
    assert_eq!(told("creditnote.posted", id, twenty.clone(), &store).await, became("-6", "-14"));
    is_worth(&house, place, "3", "24.00").await;
    house.issue(&rice, &store, "3").await;
    assert_eq!(told("creditnote.voided", id, twenty.clone(), &store).await, became("0", "20"));
    is_worth(&house, place, "0", "0.00").await;
    // A delivery that was never posted here, and a place that is not known.
    let unknown = credit(&rice, GoodsReceivedNoteId::generate(), ("0", "20"));
    let found = told("creditnote.posted", CreditNoteId::generate(), unknown, &store).await;
    assert_eq!(found, became("0", "-20"));
    let nowhere = primitives::LocationId::generate().to_string();
    assert_eq!(told("creditnote.posted", CreditNoteId::generate(), twenty, &nowhere).await, json!([]));
    house.prove().await;
}
