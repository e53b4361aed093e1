//! What procurement has taken over goes to the shelf, once, or comes back with a reason.

use std::time::Duration;

use chassis::testkit::TestDatabase;
use chassis::{Bus, Event, outbox};
use primitives::GoodsReceivedNoteId;
use serde_json::{Value, json};

use crate::house::{House, andaman};

/// Procurement as far as inventory hears of it: a database whose events are on the bus.
pub(crate) async fn procurement(house: &House) -> TestDatabase {
    let database = TestDatabase::new::<subgraph_inventory::Migrator>().await;
    house.kit.bus().attach("procurement", database.db());
    database
}

/// Says something about a document as procurement would.
pub(crate) async fn publish(
    house: &House,
    from: &TestDatabase,
    (kind, aggregate_version): (&'static str, i32),
    (aggregate, payload): (uuid::Uuid, &Value),
) {
    let at = house.kit.clock().now();
    let say = |tx: chassis::Tx| async move {
        tx.publish(Event {
            tenant: andaman(),
            kind,
            version: 1,
            aggregate,
            aggregate_version,
            occurred_at: at,
            actor: None,
            causation: None,
            payload: payload.clone(),
        });
        Ok(())
    };
    from.db().write(say).await.unwrap();
}

/// Says that a delivery was taken over; answers what inventory makes of it.
pub(crate) async fn take_over(
    house: &House,
    from: &TestDatabase,
    (id, payload): (GoodsReceivedNoteId, &Value),
) -> (String, Value) {
    let before = answers(house).await.len();
    publish(house, from, ("grn.committed", 3), (id.as_uuid(), payload)).await;
    for _ in 0..200 {
        let answers = answers(house).await;
        if answers.len() > before {
            return answers.into_iter().next_back().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("inventory said nothing");
}

/// What inventory said about deliveries so far.
async fn answers(house: &House) -> Vec<(String, Value)> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let answers = events.into_iter().filter(|event| event.kind.starts_with("delivery."));
    answers.map(|event| (event.kind, event.payload["reason"].clone())).collect()
}

pub(crate) fn delivery(
    id: GoodsReceivedNoteId,
    (product, place): (&str, &str),
    (quantity, currency): (&str, &str),
) -> Value {
    json!({ "goodsReceivedNoteId": id, "number": "GRN-2026-001", "locationId": place, "lines": [
        { "lineId": "1", "productId": product, "quantity": quantity, "unit": "kg",
          "unitCosts": [{ "amount": "31.6675", "currency": currency }] }] })
}

#[tokio::test]
async fn a_delivery_goes_to_the_shelf_at_what_it_cost() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let id = GoodsReceivedNoteId::generate();
    let told = delivery(id, (&rice, &store), ("4", "THB"));
    let answer = take_over(&house, &from, (id, &told)).await;
    assert_eq!(answer, ("delivery.posted".to_owned(), Value::Null));
    assert_eq!(house.balance(&rice, &store).await, ("4".to_owned(), "126.67".to_owned()));
    // Said again by another event, it is the same delivery: nothing moves.
    assert_eq!(take_over(&house, &from, (id, &told)).await, answer);
    assert_eq!(house.balance(&rice, &store).await.0, "4");
    house.prove().await;
}

#[tokio::test]
async fn what_cannot_be_taken_in_comes_back_with_the_reason() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let nowhere = primitives::LocationId::generate().to_string();
    for (place, currency, reason) in [
        (&nowhere, "THB", "the location is not known"),
        (&store, "SGD", "the location is valued in THB, and no cost is known in that currency"),
    ] {
        let id = GoodsReceivedNoteId::generate();
        let told = delivery(id, (&rice, place), ("4", currency));
        let answer = take_over(&house, &from, (id, &told)).await;
        assert_eq!(answer, ("delivery.refused".to_owned(), json!(reason)));
    }
    assert_eq!(house.item(&rice, &store).await, Value::Null);
}
