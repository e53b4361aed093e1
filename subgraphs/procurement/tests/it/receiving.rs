//! What comes, what of it is kept, and what inventory says.

use std::time::Duration;

use chassis::testkit::TestDatabase;
use chassis::{Bus, Event, outbox};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

impl House {
    pub(crate) fn storekeeper(&self) -> chassis::Caller {
        let permissions = ["procurement:view", "procurement:receive", "procurement:commit", "prices:view"];
        self.kit.caller(andaman(), &permissions)
    }

    /// A counted delivery of an order's first line.
    pub(crate) async fn counted(&self, order: &Value, accepted: &str) -> Value {
        let keeper = self.storekeeper();
        let line = json!({ "orderLineId": order["lines"][0]["id"], "deliveredQuantity": accepted, "acceptedQuantity": accepted });
        let input = json!({ "orderId": order["id"], "lines": [line] });
        let note = self.mutate(&keeper, "createGoodsReceivedNote", input).await;
        assert_eq!(note["userErrors"], json!([]), "{note}");
        let note = self.mutate(&keeper, "receiveGoodsReceivedNote", step(&note["goodsReceivedNote"])).await;
        assert_eq!(note["userErrors"], json!([]), "{note}");
        note["goodsReceivedNote"].clone()
    }

    pub(crate) async fn order_now(&self, order: &Value) -> Value {
        let query = "query($id: ID!) { purchaseOrder(id: $id) { id version status lines { receivedQuantity { value } } } }";
        self.data_as(&self.storekeeper(), query, json!({ "id": order["id"] })).await["purchaseOrder"].clone()
    }
}

#[tokio::test]
async fn a_count_is_checked_as_a_whole() {
    let house = House::open().await;
    let keeper = house.storekeeper();
    let order = house.sent("10").await;
    let line = &order["lines"][0]["id"];
    let input = json!({ "orderId": order["id"], "receivedOn": "2026-07-02", "lines": [
        { "orderLineId": house.place, "deliveredQuantity": "-1" }] });
    let refused = house.mutate(&keeper, "createGoodsReceivedNote", input).await;
    let fields: Vec<_> = House::refusals(&refused).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["receivedOn", "lines.0.orderLineId", "lines.0.deliveredQuantity"]);
    let input = json!({ "orderId": order["id"], "lines": [
        { "orderLineId": line, "deliveredQuantity": "5", "acceptedQuantity": "3", "damagedQuantity": "1" },
        { "orderLineId": line, "expiry": "2026-07-01", "deliveredQuantity": "1", "acceptedQuantity": "1" },
        { "orderLineId": line }] });
    let note = house.mutate(&keeper, "createGoodsReceivedNote", input).await["goodsReceivedNote"].clone();
    assert_eq!(note["number"], Value::Null);
    let refused = house.mutate(&keeper, "receiveGoodsReceivedNote", step(&note)).await;
    let fields: Vec<_> = House::refusals(&refused).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["lines.0.deliveredQuantity", "lines.1.expiry", "lines.2.deliveredQuantity"]);
    let early = house.mutate(&keeper, "commitGoodsReceivedNote", step(&note)).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE");
    let void = house.mutate(&keeper, "voidGoodsReceivedNote", because(&note, "reason")).await;
    assert_eq!(void["goodsReceivedNote"]["status"], "VOIDED");
}

#[tokio::test]
async fn extra_costs_are_shared_exactly_and_land_in_the_unit_cost() {
    let house = House::open().await;
    let keeper = house.storekeeper();
    let order = house.sent("10").await;
    let line = &order["lines"][0]["id"];
    let input = json!({ "orderId": order["id"], "extraCosts": "10", "lines": [
        { "orderLineId": line, "deliveredQuantity": "3", "acceptedQuantity": "2", "rejectedQuantity": "1", "freeQuantity": "1" },
        { "orderLineId": line, "deliveredQuantity": "4", "acceptedQuantity": "4" }] });
    let note = house.mutate(&keeper, "createGoodsReceivedNote", input).await["goodsReceivedNote"].clone();
    let note =
        house.mutate(&keeper, "receiveGoodsReceivedNote", step(&note)).await["goodsReceivedNote"].clone();
    assert_eq!(note["number"], "GRN-2026-001");
    let lines = note["lines"].as_array().unwrap();
    assert_eq!(
        (&lines[0]["extraCost"]["amount"], &lines[1]["extraCost"]["amount"]),
        (&json!("3.33"), &json!("6.67"))
    );
    // 2 × 30 + 3.33 over three, 4 × 30 + 6.67 over four.
    assert_eq!(lines[0]["unitCost"]["amount"], "21.11");
    assert_eq!(lines[1]["unitCost"]["amount"], "31.6675");
}

#[tokio::test]
async fn what_comes_to_a_place_of_another_currency_costs_something_there() {
    let house = House::open().await;
    let (rice, keeper) = (house.product("30"), house.storekeeper());
    let line =
        json!({ "productId": rice, "quantity": "10", "unit": "kg", "deliverTo": house.place_in("SGD") });
    let draft = house.draft(json!([line])).await;
    let refused = house.mutate(&house.chef, "submitPurchaseRequest", step(&draft)).await;
    let no_rate = [("VALIDATION_ERROR".to_owned(), "lines.0.deliverTo".to_owned())];
    assert_eq!(House::refusals(&refused), no_rate, "what could never be taken in is not ordered");
    house.rate("SGD", "24");
    let (_, ids) = house.approved(json!([line])).await;
    let order = house.sent_line(&ids[0]).await;
    let note = house.counted(&order, "10").await;
    let note = house.mutate(&keeper, "commitGoodsReceivedNote", step(&note)).await;
    assert_eq!(note["goodsReceivedNote"]["status"], "COMMITTED", "{note}");
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let told = &events.iter().find(|event| event.kind == "grn.committed").unwrap().payload;
    let cost = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
    let costs = json!([cost("30", "THB"), cost("30", "THB"), cost("1.25", "SGD")]);
    assert_eq!(told["lines"][0]["unitCosts"], costs);
}

#[tokio::test]
async fn deliveries_are_counted_together_up_to_the_tolerance() {
    let house = House::open().await;
    let keeper = house.storekeeper();
    let order = house.sent("100").await;
    // Both drafts are there before either is committed.
    let (first, second) = (house.counted(&order, "60").await, house.counted(&order, "60").await);
    let done = house.mutate(&keeper, "commitGoodsReceivedNote", step(&first)).await;
    assert_eq!(done["goodsReceivedNote"]["status"], "COMMITTED", "{done}");
    let refused = house.mutate(&keeper, "commitGoodsReceivedNote", step(&second)).await;
    assert_eq!(
        House::refusals(&refused),
        [("OVER_RECEIPT".to_owned(), "lines.0.acceptedQuantity".to_owned())]
    );
    assert_eq!(refused["userErrors"][0]["meta"]["maxAllowed"], "45");
    let query = "query($id: ID!) { receivable(orderId: $id) { outstanding { value } maximum { value } line { id } } }";
    let open = house.data_as(&keeper, query, json!({ "id": order["id"] })).await;
    assert_eq!(open["receivable"][0]["outstanding"]["value"], "40");
    assert_eq!(open["receivable"][0]["maximum"]["value"], "45");
    let rest = house.counted(&order, "45").await;
    house.mutate(&keeper, "commitGoodsReceivedNote", step(&rest)).await;
    let now = house.order_now(&order).await;
    assert_eq!(
        (&now["status"], &now["lines"][0]["receivedQuantity"]["value"]),
        (&json!("RECEIVED"), &json!("105"))
    );
}

#[tokio::test]
async fn lines_of_one_order_line_are_counted_together() {
    let house = House::open().await;
    let (keeper, order) = (house.storekeeper(), house.sent("100").await);
    let line = json!({ "orderLineId": order["lines"][0]["id"], "deliveredQuantity": "60", "acceptedQuantity": "60" });
    let input = json!({ "orderId": order["id"], "lines": [line, line] });
    let note = house.mutate(&keeper, "createGoodsReceivedNote", input).await["goodsReceivedNote"].clone();
    let note =
        house.mutate(&keeper, "receiveGoodsReceivedNote", step(&note)).await["goodsReceivedNote"].clone();
    let refused = house.mutate(&keeper, "commitGoodsReceivedNote", step(&note)).await;
    let at = ("OVER_RECEIPT".to_owned(), "lines.1.acceptedQuantity".to_owned());
    assert_eq!(House::refusals(&refused), [at]);
    assert_eq!(refused["userErrors"][0]["meta"]["maxAllowed"], "45");
    assert_eq!(house.order_now(&order).await["lines"][0]["receivedQuantity"]["value"], "0");
    house.prove().await;
}

#[tokio::test]
async fn what_does_not_come_goes_back_to_the_request() {
    let house = House::open().await;
    let keeper = house.storekeeper();
    let order = house.sent("100").await;
    let part = house.counted(&order, "60").await;
    house.mutate(&keeper, "commitGoodsReceivedNote", step(&part)).await;
    let now = house.order_now(&order).await;
    assert_eq!(now["status"], "PARTIALLY_RECEIVED");
    let buyer = house.buyer();
    let cancelled = house.mutate(&buyer, "cancelPurchaseOrder", because(&now, "reason")).await;
    assert_eq!(House::refusal(&cancelled), "INVALID_STATE", "something came");
    let closed = house.mutate(&buyer, "closePurchaseOrder", because(&now, "reason")).await;
    assert_eq!(closed["purchaseOrder"]["status"], "CLOSED", "{closed}");
    let query = "{ purchaseRequests { nodes { status lines { orderedQuantity { value } } } } }";
    let requests = house.data_as(&house.chef, query, Value::Null).await;
    let expected =
        json!({ "status": "PARTIALLY_ORDERED", "lines": [{ "orderedQuantity": { "value": "60" } }] });
    assert_eq!(requests["purchaseRequests"]["nodes"][0], expected);
    let late = house.counted(&order, "1").await;
    let refused = house.mutate(&keeper, "commitGoodsReceivedNote", step(&late)).await;
    assert_eq!(House::refusals(&refused)[0].0, "OVER_RECEIPT", "{refused}");
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_deliveries_committed_at_once_never_more_than_the_tolerance_counts() {
    let house = House::open().await;
    let keeper = house.storekeeper();
    for _ in 0..ROUNDS {
        let order = house.sent("100").await;
        let mut notes = Vec::new();
        for quantity in ["60", "60", "45"] {
            notes.push(house.counted(&order, quantity).await);
        }
        // Each is clicked twice.
        let clicks = notes.iter().flat_map(|note| [note, note]);
        let clicks = clicks.map(|note| house.mutate(&keeper, "commitGoodsReceivedNote", step(note)));
        let answers = join_all(clicks).await;
        let received = house.order_now(&order).await["lines"][0]["receivedQuantity"]["value"].clone();
        let won: Vec<bool> = answers.iter().map(|answer| answer["userErrors"] == json!([])).collect();
        let quantities = [60, 60, 60, 60, 45, 45];
        let counted: i32 =
            won.iter().zip(quantities).filter(|(won, _)| **won).map(|(_, quantity)| quantity).sum();
        assert!((60..=105).contains(&counted), "{answers:#?}");
        assert_eq!(received, json!(counted.to_string()));
        house.prove().await;
    }
}

/// Says something as the inventory service would, and waits until the note is in this state.
async fn inventory_says(house: &House, kind: &'static str, note: &Value, wanted: (&str, &str)) -> Value {
    let inventory = TestDatabase::new::<subgraph_procurement::Migrator>().await;
    house.kit.bus().attach("inventory", inventory.db());
    let id: primitives::GoodsReceivedNoteId = note["id"].as_str().unwrap().parse().unwrap();
    let version = note["version"].as_i64().unwrap().try_into().unwrap();
    let at = house.kit.clock().now();
    let say = |tx: chassis::Tx| async move {
        tx.publish(Event {
            tenant: andaman(),
            kind,
            version: 1,
            aggregate: id.as_uuid(),
            aggregate_version: version,
            occurred_at: at,
            actor: None,
            causation: None,
            payload: json!({ "goodsReceivedNoteId": id, "reason": "the location is not known" }),
        });
        Ok(())
    };
    inventory.db().write(say).await.unwrap();
    let query = "query($id: ID!) { goodsReceivedNote(id: $id) { id version status statusReason postedAt } }";
    for _ in 0..200 {
        let now = house.data_as(&house.storekeeper(), query, json!({ "id": note["id"] })).await["goodsReceivedNote"].clone();
        if now["status"] == wanted.0 && !now[wanted.1].is_null() {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the note did not become {wanted:?}");
}

#[tokio::test]
async fn what_inventory_took_in_is_posted() {
    let house = House::open().await;
    let order = house.sent("10").await;
    let note = house.counted(&order, "10").await;
    let note =
        house.mutate(&house.storekeeper(), "commitGoodsReceivedNote", step(&note)).await["goodsReceivedNote"]
            .clone();
    inventory_says(&house, "delivery.posted", &note, ("COMMITTED", "postedAt")).await;
    assert_eq!(house.order_now(&order).await["status"], "RECEIVED");
}

#[tokio::test]
async fn what_inventory_refuses_is_taken_back_and_can_be_tried_again() {
    let house = House::open().await;
    let order = house.sent("10").await;
    let note = house.counted(&order, "10").await;
    let keeper = house.storekeeper();
    let note =
        house.mutate(&keeper, "commitGoodsReceivedNote", step(&note)).await["goodsReceivedNote"].clone();
    let failed = inventory_says(&house, "delivery.refused", &note, ("POSTING_FAILED", "statusReason")).await;
    assert_eq!(failed["statusReason"], "the location is not known");
    let now = house.order_now(&order).await;
    assert_eq!(
        (&now["status"], &now["lines"][0]["receivedQuantity"]["value"]),
        (&json!("SENT"), &json!("0"))
    );
    let again = house.mutate(&keeper, "commitGoodsReceivedNote", step(&failed)).await;
    assert_eq!(again["goodsReceivedNote"]["status"], "COMMITTED", "{again}");
    house.prove().await;
    assert_eq!(house.order_now(&order).await["status"], "RECEIVED");
}
