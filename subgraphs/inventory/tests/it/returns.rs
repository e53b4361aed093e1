//! What procurement sends back leaves the shelf, once, or stays with a reason; and comes back when that is reversed.

use std::time::Duration;

use chassis::testkit::TestDatabase;
use chassis::{Bus, outbox};
use primitives::CreditNoteId;
use serde_json::{Value, json};

use crate::house::{House, andaman};

/// Says something as procurement would; answers what inventory makes of it.
pub(crate) async fn say(
    house: &House,
    from: &TestDatabase,
    kind: &'static str,
    (id, told): (CreditNoteId, &Value),
    place: &str,
) -> (String, Value) {
    let before = said(house).await;
    let mut payload = told.clone();
    for (field, value) in [("number", json!("CN-2026-001")), ("locationId", json!(place))] {
        payload[field] = value;
    }
    publish(house, from, kind, (id, &payload)).await;
    for _ in 0..200 {
        let answers = answers(house).await;
        if answers.len() > before {
            return answers.into_iter().next_back().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("inventory said nothing");
}

/// Says something as procurement would.
pub(crate) async fn publish(
    house: &House,
    from: &TestDatabase,
    kind: &'static str,
    (id, told): (CreditNoteId, &Value),
) {
    let mut payload = told.clone();
    payload["creditNoteId"] = json!(id);
    crate::deliveries::publish(house, from, (kind, 4), (id.as_uuid(), &payload)).await;
}

/// How often inventory has answered.
pub(crate) async fn said(house: &House) -> usize {
    answers(house).await.len()
}

/// What inventory said about returns so far.
async fn answers(house: &House) -> Vec<(String, Value)> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let answers = events.into_iter().filter(|event| event.kind.starts_with("return."));
    answers.map(|event| (event.kind, event.payload["reason"].clone())).collect()
}

/// What inventory's latest answer says of each line.
pub(crate) async fn became(house: &House) -> Value {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let last = events.into_iter().rfind(|event| event.kind.starts_with("return."));
    last.unwrap().payload["lines"].take()
}

fn line(product: &str, quantity: &str) -> Value {
    json!({ "lines": [{ "lineId": "1", "productId": product, "quantity": quantity, "unit": "kg", "lot": null }] })
}

#[tokio::test]
async fn what_goes_back_leaves_the_shelf_and_returns_when_that_is_reversed() {
    let house = House::open().await;
    let from = TestDatabase::new::<subgraph_inventory::Migrator>().await;
    house.kit.bus().attach("procurement", from.db());
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "30")]).await;
    let (id, back) = (CreditNoteId::generate(), line(&rice, "4"));
    let answer = say(&house, &from, "creditnote.posted", (id, &back), &store).await;
    assert_eq!(answer, ("return.posted".to_owned(), Value::Null));
    assert_eq!(house.balance(&rice, &store).await, ("6".to_owned(), "180.00".to_owned()));
    // Said again by another event, it is the same return: nothing moves.
    assert_eq!(say(&house, &from, "creditnote.posted", (id, &back), &store).await, answer);
    assert_eq!(house.balance(&rice, &store).await.0, "6");
    let answer = say(&house, &from, "creditnote.voided", (id, &back), &store).await;
    assert_eq!(answer, ("return.reversed".to_owned(), Value::Null));
    assert_eq!(house.balance(&rice, &store).await, ("10".to_owned(), "300.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn what_is_not_there_does_not_go_back() {
    let house = House::open().await;
    let from = TestDatabase::new::<subgraph_inventory::Migrator>().await;
    house.kit.bus().attach("procurement", from.db());
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "3", "30")]).await;
    let id = CreditNoteId::generate();
    let (kind, reason) = say(&house, &from, "creditnote.posted", (id, &line(&rice, "4")), &store).await;
    assert_eq!(kind, "return.refused");
    assert!(reason.is_string(), "{reason}");
    let nowhere = primitives::LocationId::generate().to_string();
    let answer = say(&house, &from, "creditnote.posted", (id, &line(&rice, "1")), &nowhere).await;
    assert_eq!(answer, ("return.refused".to_owned(), json!("the location is not known")));
    assert_eq!(house.balance(&rice, &store).await.0, "3");
}
