//! What stores keep for a request need not be ordered.

use std::time::Duration;

use chassis::testkit::TestDatabase;
use chassis::{Bus, Event, outbox};
use serde_json::{Value, json};

use crate::house::{House, andaman};

/// Says how much of a request's lines inventory keeps.
async fn inventory_keeps(house: &House, inventory: &TestDatabase, request: &Value, kept: &[(&Value, &str)]) {
    let id: primitives::PurchaseRequestId = request["id"].as_str().unwrap().parse().unwrap();
    let lines = kept.iter().map(|(line, base)| json!({ "lineId": line, "reserved": base, "short": "0" }));
    let payload = &json!({ "purchaseRequestId": id, "lines": lines.collect::<Vec<_>>() });
    let version = request["version"].as_i64().unwrap().try_into().unwrap();
    let at = house.kit.clock().now();
    let publish = |tx: chassis::Tx| async move {
        tx.publish(Event {
            tenant: andaman(),
            kind: "reservation.completed",
            version: 1,
            aggregate: id.as_uuid(),
            aggregate_version: version,
            occurred_at: at,
            actor: None,
            causation: None,
            payload: payload.clone(),
        });
        Ok(())
    };
    inventory.db().write(publish).await.unwrap();
}

/// What is kept and to be ordered of a request's lines, once this much is kept of the first.
async fn lines_of(house: &House, request: &Value, kept: &str) -> Vec<(String, String)> {
    let query = "query($id: ID!) { purchaseRequest(id: $id) { lines { reservedQuantity { value } toOrderQuantity { value } } } }";
    for _ in 0..200 {
        let seen = house.data_as(&house.chef, query, json!({ "id": request["id"] })).await;
        let lines = seen["purchaseRequest"]["lines"].as_array().unwrap();
        if lines[0]["reservedQuantity"]["value"] == kept {
            let value = |line: &Value, field: &str| line[field]["value"].as_str().unwrap().to_owned();
            let both = |line: &Value| (value(line, "reservedQuantity"), value(line, "toOrderQuantity"));
            return lines.iter().map(both).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing is kept");
}

#[tokio::test]
async fn what_a_store_holds_is_kept_and_the_rest_is_to_be_ordered() {
    let house = House::open().await;
    let inventory = TestDatabase::new::<subgraph_procurement::Migrator>().await;
    house.kit.bus().attach("inventory", inventory.db());
    let (rice, oil) = (house.product("30"), house.product("80"));
    let (request, ids) =
        house.approved(json!([house.line(&rice, ("10", "case")), house.line(&oil, ("5", "kg"))])).await;
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let told = &events.iter().find(|event| event.kind == "pr.approved").unwrap().payload;
    let line = &told["lines"][0];
    let known = (&line["baseQuantity"], &line["baseUnit"], &line["deliverTo"]);
    assert_eq!(known, (&json!("100"), &json!("kg"), &json!(house.place)));
    inventory_keeps(&house, &inventory, &request, &[(&ids[0], "40"), (&ids[1], "0")]).await;
    let pair = |kept: &str, open: &str| (kept.to_owned(), open.to_owned());
    assert_eq!(lines_of(&house, &request, "4").await, [pair("4", "6"), pair("0", "5")]);
    let buyer = house.buyer();
    let much = json!({ "lines": [{ "lineId": ids[0], "quantity": "7" }] });
    let refused = house.mutate(&buyer, "convertToPurchaseOrders", much).await;
    assert_eq!(House::refusals(&refused), [("LIMIT_EXCEEDED".to_owned(), "lines.0.quantity".to_owned())]);
    let rest = json!({ "lines": [{ "lineId": ids[0] }, { "lineId": ids[1] }] });
    let made = house.mutate(&buyer, "convertToPurchaseOrders", rest).await;
    assert_eq!(made["purchaseOrders"][0]["total"]["amount"], "2200.00", "6 cases and 5 kg: {made}");
    assert_eq!(house.status(&request).await["status"], "ORDERED");
    house.prove().await;
}

#[tokio::test]
async fn a_store_that_has_nothing_has_answered_too() {
    let house = House::open().await;
    let inventory = TestDatabase::new::<subgraph_procurement::Migrator>().await;
    house.kit.bus().attach("inventory", inventory.db());
    let (request, ids) = house.approved(json!([house.line(&house.product("30"), ("10", "kg"))])).await;
    let query = "query($id: ID!) { purchaseRequest(id: $id) { reservedAt version } }";
    let seen = async || {
        let mut seen = house.data_as(&house.chef, query, json!({ "id": request["id"] })).await;
        seen["purchaseRequest"].take()
    };
    let before = seen().await;
    assert_eq!(before["reservedAt"], Value::Null);
    inventory_keeps(&house, &inventory, &request, &[(&ids[0], "0")]).await;
    for _ in 0..200 {
        let now = seen().await;
        assert_eq!(now["version"], before["version"], "nobody has decided anything");
        if now["reservedAt"].is_string() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the store has answered");
}

#[tokio::test]
async fn a_request_that_was_given_up_keeps_nothing() {
    let house = House::open().await;
    let inventory = TestDatabase::new::<subgraph_procurement::Migrator>().await;
    house.kit.bus().attach("inventory", inventory.db());
    let rice = house.product("30");
    let (request, ids) = house.approved(json!([house.line(&rice, ("10", "kg"))])).await;
    inventory_keeps(&house, &inventory, &request, &[(&ids[0], "99")]).await;
    let everything = lines_of(&house, &request, "10").await;
    assert_eq!(everything, [("10".to_owned(), "0".to_owned())], "never more than was asked for");
    let cancelled = crate::house::because(&request, "reason");
    house.mutate(&house.chef, "cancelPurchaseRequest", cancelled).await;
    lines_of(&house, &request, "0").await;
    inventory_keeps(&house, &inventory, &request, &[(&ids[0], "5")]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    lines_of(&house, &request, "0").await;
    house.prove().await;
}
