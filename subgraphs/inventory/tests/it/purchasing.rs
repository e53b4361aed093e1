//! What procurement approves and orders: promises, shortages, and what is on order.

use std::time::Duration;

use chassis::outbox;
use chassis::testkit::TestDatabase;
use primitives::{ProductId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId, PurchaseRequestLineId};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::deliveries::{procurement, publish};
use crate::house::{House, andaman, lanna};

/// Says something as procurement and waits until inventory has heard it.
async fn say(
    house: &House,
    from: &TestDatabase,
    (kind, version): (&'static str, i32),
    (id, payload): (Uuid, &Value),
) {
    let heard = house.events_heard().await;
    publish(house, from, (kind, version), (id, payload)).await;
    for _ in 0..400 {
        if house.events_heard().await > heard {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody heard of {kind}");
}

/// Which of these inventory has said so far, each with the version of the document that it answered.
async fn said(house: &House, kind: &str) -> Vec<(i32, Value)> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let events = events.into_iter().filter(|event| event.kind == kind);
    events.map(|event| (event.aggregate_version, event.payload)).collect()
}

/// What inventory said about requests so far.
async fn answers(house: &House) -> Vec<Value> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    events
        .into_iter()
        .filter(|event| event.kind == "reservation.completed")
        .map(|event| event.payload)
        .collect()
}

#[tokio::test]
async fn a_store_that_is_bought_for_because_it_ran_low_keeps_nothing_for_that() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store, bar) = (house.product(), house.store("MAIN").await, house.store("BAR").await);
    house.receive(&[(&rice, &store, "4", "4"), (&rice, &bar, "4", "4")]).await;
    let id = PurchaseRequestId::generate();
    let line = |line: &str, place: &str| json!({ "lineId": line, "productId": rice, "quantity": "16", "unit": "kg", "deliverTo": place });
    let payload = json!({ "purchaseRequestId": id, "number": "PR-2026-001", "replenishes": store,
        "lines": [line("a", &store), line("b", &bar)] });
    say(&house, &from, ("pr.approved", 4), (id.as_uuid(), &payload)).await;
    let answer = &answers(&house).await[0];
    let kept: Vec<_> =
        answer["lines"].as_array().unwrap().iter().map(|line| (&line["reserved"], &line["short"])).collect();
    assert_eq!(kept, [(&json!("0"), &json!("16")), (&json!("4"), &json!("12"))]);
    house.prove().await;
}

#[tokio::test]
async fn an_approved_request_is_promised_what_there_is_and_told_what_is_missing() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, wine, store) = (house.product(), house.product(), house.store("MAIN").await);
    let banquet = house.location("BQT", json!({ "type": "DIRECT" })).await;
    house.receive(&[(&rice, &store, "10", "4"), (&wine, &store, "30", "4")]).await;
    let id = PurchaseRequestId::generate();
    let strange = ProductId::generate();
    let line = |line: &str, product: &str, quantity: &str, place: &str| json!({ "lineId": line, "productId": product, "quantity": quantity, "unit": "case", "factor": "12", "deliverTo": place });
    let payload = json!({ "purchaseRequestId": id, "number": "PR-2026-001", "lines": [
        line("a", &rice, "1", &store), line("b", &wine, "2", &store), line("c", &wine, "1", &store),
        line("d", &strange.to_string(), "1", &store), line("e", &rice, "1", &banquet) ] });
    say(&house, &from, ("pr.approved", 4), (id.as_uuid(), &payload)).await;
    let told = |line: &str, product: &str, reserved: &str, short: &str| json!({ "lineId": line, "productId": product, "reserved": reserved, "short": short });
    let strange = strange.to_string();
    let expected = json!([
        told("a", &rice, "10", "2"),
        told("b", &wine, "24", "0"),
        told("c", &wine, "6", "6"),
        told("d", &strange, "0", "12"),
        told("e", &rice, "0", "12")
    ]);
    let answer = &answers(&house).await[0];
    assert_eq!((&answer["purchaseRequestId"], &answer["lines"]), (&json!(id), &expected));
    assert_eq!(answer["short"].as_array().unwrap().len(), 4);
    let query = "query($id: ID!) { _entities(representations: [{ __typename: \"PurchaseRequest\", id: $id }]) { ... on PurchaseRequest {
        reservations { status quantity { value } reference { type line } } } } }";
    let promised = house.data(query, json!({ "id": id })).await;
    let promised = promised["_entities"][0]["reservations"].as_array().unwrap();
    assert_eq!(promised.len(), 3);
    assert_eq!(promised[0]["reference"]["type"], "PURCHASE_REQUEST");
    let stranger = house.kit.caller(lanna(), &["inventory:view"]);
    let nothing = house.ask_as(&stranger, query, json!({ "id": id })).await;
    assert_eq!(nothing["data"]["_entities"][0]["reservations"], json!([]));
    house.prove().await;
    // Given up, it lets go; what was used up meanwhile stays used.
    say(&house, &from, ("pr.cancelled", 5), (id.as_uuid(), &json!({ "purchaseRequestId": id }))).await;
    for product in [&rice, &wine] {
        assert_eq!(house.item(product, &store).await["reserved"]["value"], "0");
    }
    say(&house, &from, ("pr.cancelled", 6), (id.as_uuid(), &json!({ "purchaseRequestId": id }))).await;
    // Each time it says so, whether there was anything to let go of or not.
    let released = said(&house, "reservation.released").await;
    let counts: Vec<_> = released
        .iter()
        .map(|(version, told)| (*version, told["reservationIds"].as_array().unwrap().len()))
        .collect();
    assert_eq!(counts, [(5, 3), (6, 0)]);
    assert_eq!(released[0].1["purchaseRequestId"], json!(id));
    house.prove().await;
}

#[tokio::test]
async fn what_cannot_be_acted_on_is_told_and_answered_once_it_is_replayed() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "4")]).await;
    let rename = async |from: &str, to: &str| {
        let statement = &format!("ALTER TABLE {from} RENAME TO {to}");
        let rename = |tx: chassis::Tx| async move { Ok(tx.execute_unprepared(statement).await?) };
        house.kit.db().write(rename).await.unwrap();
    };
    rename("reservation", "lost").await;
    let id = PurchaseRequestId::generate();
    let line = json!({ "lineId": "a", "productId": rice, "quantity": "4", "unit": "kg", "factor": "1", "deliverTo": store });
    let payload = json!({ "purchaseRequestId": id, "number": "PR-2026-001", "lines": [line] });
    say(&house, &from, ("pr.approved", 4), (id.as_uuid(), &payload)).await;
    rename("lost", "reservation").await;
    assert!(answers(&house).await.is_empty());
    let [(version, told)] = said(&house, "event.dead_lettered").await.try_into().unwrap();
    let facts = (&told["consumer"], &told["type"], &told["attempts"], version);
    assert_eq!(facts, (&json!("inventory"), &json!("pr.approved"), &json!(5), 4));
    let letters = house.data("{ inventoryDeadLetters { nodes { id } } }", Value::Null).await;
    let replay = "mutation($id: ID!) { replayInventoryDeadLetter(id: $id) { userErrors { message } } }";
    let letter = &letters["inventoryDeadLetters"]["nodes"][0]["id"];
    house.data(replay, json!({ "id": letter })).await;
    assert_eq!(answers(&house).await[0]["lines"][0]["reserved"], "4");
    house.prove().await;
}

#[tokio::test]
async fn what_was_ordered_is_on_order_until_it_came_or_was_cancelled() {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "1", "4")]).await;
    let (order, line) = (PurchaseOrderId::generate(), PurchaseOrderLineId::generate());
    let state = |status: &str, received: &str, cancelled: &str| {
        json!({ "purchaseOrderId": order, "status": status, "deliverTo": store, "lines": [{ "lineId": line, "productId": rice,
            "ordered": "5", "received": received, "cancelled": cancelled, "unit": "case", "factor": "12" }] })
    };
    let item = house.item(&rice, &store).await;
    let policy =
        json!({ "id": item["id"], "expectedVersion": item["version"], "reorderPoint": "10", "par": "50" });
    house.mutate("setPolicy", policy).await;
    let shown = async || {
        let query =
            "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes { onOrder { value }
            suggestedOrder { value } } } }";
        let items = house.data(query, json!({ "where": { "productIds": [rice] } })).await;
        let value =
            |field: &str| items["inventoryItems"]["nodes"][0][field]["value"].as_str().unwrap().to_owned();
        (value("onOrder"), value("suggestedOrder"))
    };
    let expect = |on_order: &str, suggested: &str| (on_order.to_owned(), suggested.to_owned());
    assert_eq!(shown().await, expect("0", "49"));
    for (kind, version, payload, expected) in [
        ("po.sent", 3, state("SENT", "0", "0"), ("60", "0")),
        ("po.received", 5, state("PARTIALLY_RECEIVED", "2", "0"), ("36", "13")),
        // An older state that comes late changes nothing.
        ("po.amended", 4, state("SENT", "0", "0"), ("36", "13")),
        ("po.closed", 6, state("CLOSED", "2", "3"), ("0", "49")),
        ("po.reopened", 7, state("PARTIALLY_RECEIVED", "2", "0"), ("36", "13")),
        ("po.cancelled", 8, state("CANCELLED", "2", "3"), ("0", "49")),
    ] {
        say(&house, &from, (kind, version), (order.as_uuid(), &payload)).await;
        assert_eq!(shown().await, expect(expected.0, expected.1), "{kind}");
    }
    // What came late is answered, too, as of what it was about.
    let versions: Vec<i32> =
        said(&house, "onorder.changed").await.into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, [3, 5, 4, 6, 7, 8]);
}

/// A house with ten of a product in a store, all of it promised to two lines of an approved request; its reservations.
async fn promised() -> (House, TestDatabase, PurchaseRequestId, Vec<Value>) {
    let house = House::open().await;
    let from = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "4")]).await;
    let id = PurchaseRequestId::generate();
    let line = |quantity: &str| {
        json!({ "lineId": PurchaseRequestLineId::generate(), "productId": rice, "quantity": quantity, "unit": "kg",
            "factor": "1", "deliverTo": store })
    };
    let payload =
        json!({ "purchaseRequestId": id, "number": "PR-2026-001", "lines": [line("7"), line("3")] });
    say(&house, &from, ("pr.approved", 4), (id.as_uuid(), &payload)).await;
    let query =
        "query($id: ID!) { _entities(representations: [{ __typename: \"PurchaseRequest\", id: $id }]) {
        ... on PurchaseRequest { reservations { id product { id } location { id } reference { line } } } } }";
    let seen = house.data(query, json!({ "id": id })).await;
    let promises = seen["_entities"][0]["reservations"].as_array().unwrap().clone();
    assert_eq!(promises.len(), 2);
    (house, from, id, promises)
}

#[tokio::test]
async fn a_promise_to_a_request_that_is_given_back_is_told_with_what_it_still_held() {
    let (house, from, id, promises) = promised().await;
    let first = &promises[0];
    let issued = json!({ "productId": first["product"]["id"], "locationId": first["location"]["id"], "quantity": "2",
        "reservationId": first["id"] });
    house.posted("issueStock", json!({ "lines": [issued] })).await;
    assert!(
        said(&house, "reservation.ended").await.is_empty(),
        "what is handed out is no news to who asked for it"
    );
    let input = json!({ "reservationId": first["id"], "idempotencyKey": "release-1" });
    let released = house.mutate("releaseReservation", input.clone()).await;
    assert_eq!(house.mutate("releaseReservation", input).await, released);
    let [(version, told)] = said(&house, "reservation.ended").await.try_into().unwrap();
    let expected = json!({ "reservationId": first["id"], "purchaseRequestId": id, "lineId": first["reference"]["line"],
        "productId": first["product"]["id"], "locationId": first["location"]["id"], "status": "RELEASED",
        "returned": "5", "unit": "kg" });
    assert_eq!((version, told), (3, expected), "made, consumed, released");
    // What the end of the request itself lets go of is answered to it, and told no second time.
    say(&house, &from, ("pr.cancelled", 5), (id.as_uuid(), &json!({ "purchaseRequestId": id }))).await;
    assert_eq!(said(&house, "reservation.ended").await.len(), 1);
    let answered = said(&house, "reservation.released").await;
    assert_eq!(answered[0].1["reservationIds"], json!([promises[1]["id"]]));
    house.prove().await;
}

#[tokio::test]
async fn a_promise_to_a_request_whose_time_is_over_is_told_too() {
    let (house, _from, _, promises) = promised().await;
    let expire = |tx: chassis::Tx| async move {
        Ok(tx
            .execute_unprepared("UPDATE reservation SET expires_at = created_at WHERE quantity = 300000")
            .await?)
    };
    house.kit.db().write(expire).await.unwrap();
    // A subgraph that starts looks for lapsed promises at once.
    let _sweeper = subgraph_inventory::start(house.kit.environment()).await.unwrap();
    for _ in 0..200 {
        if let [(version, told)] = &said(&house, "reservation.ended").await[..] {
            let facts = (version, &told["reservationId"], &told["status"], &told["returned"]);
            assert_eq!(facts, (&2, &promises[1]["id"], &json!("EXPIRED"), &json!("3")));
            return house.prove().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody was told");
}

#[tokio::test]
async fn a_promise_that_nobody_was_told_of_ends_in_silence() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "4")]).await;
    // Somebody keeps it for a request by hand, of which the request knows nothing.
    let reference = json!({ "type": "PURCHASE_REQUEST", "id": PurchaseRequestId::generate() });
    let line = json!({ "productId": rice, "locationId": store, "quantity": "4",
        "lineId": PurchaseRequestLineId::generate() });
    let made = house.mutate("reserveStock", json!({ "lines": [line], "reference": reference })).await;
    let input = json!({ "reservationId": made["reservations"][0]["id"] });
    let released = house.mutate("releaseReservation", input).await;
    assert_eq!(released["reservation"]["status"], "RELEASED");
    assert!(said(&house, "reservation.ended").await.is_empty());
    house.prove().await;
}
