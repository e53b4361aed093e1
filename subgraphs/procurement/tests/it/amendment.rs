//! Orders that the vendor has are changed, and those that were closed opened again.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

impl House {
    /// An order for 100 kg at 30 of an approved line of 200 kg.
    async fn half_ordered(&self) -> Value {
        let product = self.product("30");
        let (_, ids) = self.approved(json!([self.line(&product, ("200", "kg"))])).await;
        let input = json!({ "lines": [{ "lineId": ids[0], "quantity": "100" }] });
        let made = self.mutate(&self.buyer(), "convertToPurchaseOrders", input).await;
        self.sent_out(&made["purchaseOrders"][0]).await
    }

    /// The order, let out and sent.
    async fn sent_out(&self, order: &Value) -> Value {
        let buyer = self.buyer();
        let order = self.mutate(&buyer, "submitPurchaseOrder", step(order)).await["purchaseOrder"].clone();
        let boss = self.approver("900000");
        let order = self.mutate(&boss, "approvePurchaseOrder", step(&order)).await["purchaseOrder"].clone();
        self.mutate(&buyer, "sendPurchaseOrder", step(&order)).await["purchaseOrder"].clone()
    }

    fn amendment(&self, order: &Value, (quantity, price): (Value, Value)) -> Value {
        let mut input = step(order);
        input["reason"] = "the vendor has other crates".into();
        input["lines"] =
            json!([{ "orderLineId": order["lines"][0]["id"], "quantity": quantity, "unitPrice": price }]);
        input
    }

    async fn order_seen(&self, order: &Value) -> Value {
        let query = "query($id: ID!) { purchaseOrder(id: $id) { id version status revision total { amount }
            amendments { status revision } lines { id orderedQuantity { value } outstandingQuantity { value }
            cancelledQuantity { value } unitPrice { amount } request { lines { orderedQuantity { value } } } } } }";
        self.data_as(&self.buyer(), query, json!({ "id": order["id"] })).await["purchaseOrder"].clone()
    }
}

#[tokio::test]
async fn a_small_change_takes_effect_at_once_and_small_steps_add_up() {
    let house = House::open().await;
    let order = house.half_ordered().await;
    let buyer = house.buyer();
    let small = house.amendment(&order, ("105".into(), Value::Null));
    let done = house.mutate(&buyer, "amendPurchaseOrder", small).await;
    assert_eq!(done["amendment"]["status"], "APPLIED", "{done}");
    let now = house.order_seen(&order).await;
    assert_eq!((&now["revision"], &now["total"]["amount"]), (&json!(2), &json!("3150.00")));
    assert_eq!(now["lines"][0]["request"]["lines"][0]["orderedQuantity"]["value"], "105");
    let mut later = step(&now);
    (later["deliveryDate"], later["reason"]) = ("2026-07-09".into(), "the truck is late".into());
    house.mutate(&buyer, "amendPurchaseOrder", later).await;
    let now = house.order_seen(&order).await;
    let step_more = house.amendment(&now, ("111".into(), Value::Null));
    let waits = house.mutate(&buyer, "amendPurchaseOrder", step_more).await["amendment"].clone();
    assert_eq!(waits["status"], "PENDING_APPROVAL", "3,330 are more than 3,000 and a tenth");
    let now = house.order_seen(&order).await;
    assert_eq!((&now["revision"], &now["lines"][0]["orderedQuantity"]["value"]), (&json!(3), &json!("105")));
    let another = house.amendment(&now, ("120".into(), Value::Null));
    let refused = house.mutate(&buyer, "amendPurchaseOrder", another).await;
    assert_eq!(House::refusal(&refused), "INVALID_STATE", "one at a time");
    let small = house.mutate(&house.approver("3329.99"), "approvePurchaseOrderAmendment", step(&waits)).await;
    assert_eq!(House::refusal(&small), "LIMIT_EXCEEDED");
    let boss = house.approver("3330");
    let done = house.mutate(&boss, "approvePurchaseOrderAmendment", step(&waits)).await;
    assert_eq!(done["amendment"]["status"], "APPLIED", "{done}");
    let now = house.order_seen(&order).await;
    assert_eq!((&now["revision"], &now["total"]["amount"]), (&json!(4), &json!("3330.00")));
    house.prove().await;
}

#[tokio::test]
async fn a_change_is_checked_as_a_whole() {
    let house = House::open().await;
    let order = house.half_ordered().await;
    house.deliver(&order, "60").await;
    let now = house.order_seen(&order).await;
    let buyer = house.buyer();
    let line = &order["lines"][0]["id"];
    let mut input = step(&now);
    (input["reason"], input["lines"]) = (
        "no".into(),
        json!([
            { "orderLineId": line, "quantity": "59", "unitPrice": "-1" },
            { "orderLineId": house.place, "quantity": "1" },
            { "orderLineId": line, "quantity": "201" },
        ]),
    );
    let refused = house.mutate(&buyer, "amendPurchaseOrder", input).await;
    let expected = [
        ("VALIDATION_ERROR", "reason"),
        ("VALIDATION_ERROR", "lines.0.quantity"),
        ("VALIDATION_ERROR", "lines.0.unitPrice"),
        ("NOT_FOUND", "lines.1.orderLineId"),
        ("DUPLICATE", "lines.2.orderLineId"),
        ("LIMIT_EXCEEDED", "lines.2.quantity"),
    ];
    let expected: Vec<_> = expected.map(|(code, field)| (code.to_owned(), field.to_owned())).into();
    assert_eq!(House::refusals(&refused), expected);
    let mut nothing = step(&now);
    nothing["reason"] = "just to be sure of it".into();
    let refused = house.mutate(&buyer, "amendPurchaseOrder", nothing).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "lines".to_owned())]);
    let down = house.amendment(&now, ("60".into(), Value::Null));
    house.mutate(&buyer, "amendPurchaseOrder", down).await;
    let now = house.order_seen(&order).await;
    assert_eq!(now["status"], "RECEIVED", "what came is all that is ordered");
    let late =
        house.mutate(&buyer, "amendPurchaseOrder", house.amendment(&now, ("61".into(), Value::Null))).await;
    assert_eq!(House::refusals(&late)[0].0, "INVALID_STATE");
    house.prove().await;
}

#[tokio::test]
async fn a_new_price_matches_the_invoice_that_said_so() {
    let house = House::open().await;
    let order = house.half_ordered().await;
    house.deliver(&order, "100").await;
    let order = house.half_ordered().await;
    house.deliver(&order, "99").await;
    let clerk = house.accountant("9000");
    let invoice = house.recorded(&clerk, house.invoice("A-1", &order, ("99", "32"))).await;
    assert_eq!(invoice["status"], "VARIANCE");
    let now = house.order_seen(&order).await;
    let dearer = house.amendment(&now, (Value::Null, "32".into()));
    let done = house.mutate(&house.buyer(), "amendPurchaseOrder", dearer).await;
    assert_eq!(done["amendment"]["status"], "APPLIED", "{done}");
    let query = "query($id: ID!) { invoice(id: $id) { status } }";
    let seen = house.data_as(&clerk, query, json!({ "id": invoice["id"] })).await;
    assert_eq!(seen["invoice"]["status"], "MATCHED");
    house.prove().await;
}

#[tokio::test]
async fn who_wants_a_change_does_not_approve_it_and_it_can_be_refused_or_given_up() {
    let house = House::open().await;
    let order = house.half_ordered().await;
    let both = house.person(&["procurement:*", "prices:view"], "90000");
    let big = house.amendment(&order, ("150".into(), Value::Null));
    let waits = house.mutate(&both, "amendPurchaseOrder", big.clone()).await["amendment"].clone();
    let own = house.mutate(&both, "approvePurchaseOrderAmendment", step(&waits)).await;
    assert_eq!(House::refusal(&own), "SOD_VIOLATION");
    let boss = house.approver("0");
    let mute = house.mutate(&boss, "rejectPurchaseOrderAmendment", step(&waits)).await;
    assert_eq!(House::refusals(&mute), [("VALIDATION_ERROR".to_owned(), "comment".to_owned())]);
    let no = house.mutate(&boss, "rejectPurchaseOrderAmendment", because(&waits, "comment")).await;
    assert_eq!(no["amendment"]["status"], "REJECTED", "{no}");
    let waits = house.mutate(&both, "amendPurchaseOrder", big).await["amendment"].clone();
    let gone = house.mutate(&both, "withdrawPurchaseOrderAmendment", step(&waits)).await;
    assert_eq!(gone["amendment"]["status"], "WITHDRAWN", "{gone}");
    let query = "{ purchaseOrderAmendments(where: { not: { status: [REJECTED] } }) { totalCount nodes {
        order { number } lines { quantityAfter { value } priceAfter { amount } } } } }";
    let found = house.data_as(&both, query, Value::Null).await["purchaseOrderAmendments"].clone();
    let line = json!({ "quantityAfter": { "value": "150" }, "priceAfter": { "amount": "30.00" } });
    assert_eq!(
        found,
        json!({ "totalCount": 1, "nodes": [{ "order": { "number": "PO-2026-001" }, "lines": [line] }] })
    );
    assert_eq!(house.order_seen(&order).await["revision"], 1);
    house.prove().await;
}

#[tokio::test]
async fn a_closed_order_is_opened_again_by_a_manager_as_far_as_the_request_allows() {
    let house = House::open().await;
    let order = house.half_ordered().await;
    house.deliver(&order, "40").await;
    let buyer = house.buyer();
    let now = house.order_seen(&order).await;
    house.mutate(&buyer, "closePurchaseOrder", because(&now, "reason")).await;
    let now = house.order_seen(&order).await;
    assert_eq!(now["lines"][0]["cancelledQuantity"]["value"], "60");
    // 160 are open; 130 of them go to another order, so 30 may be expected again.
    let query = "query($id: ID!) { purchaseOrder(id: $id) { lines { request { lines { id } } } } }";
    let seen = house.data_as(&buyer, query, json!({ "id": order["id"] })).await;
    let line = &seen["purchaseOrder"]["lines"][0]["request"]["lines"][0]["id"];
    let other = json!({ "lines": [{ "lineId": line, "quantity": "130" }] });
    house.mutate(&buyer, "convertToPurchaseOrders", other).await;
    let refused = house.respond(&buyer, "reopenPurchaseOrder", because(&now, "reason")).await;
    assert_eq!(refused["errors"][0]["extensions"]["permission"], "procurement:approve");
    let manager = house.approver("0");
    let open = house.mutate(&manager, "reopenPurchaseOrder", because(&now, "reason")).await;
    assert_eq!(open["purchaseOrder"]["status"], "PARTIALLY_RECEIVED", "{open}");
    let now = house.order_seen(&order).await;
    assert_eq!(now["lines"][0]["outstandingQuantity"]["value"], "30");
    house.deliver(&order, "30").await;
    let now = house.order_seen(&order).await;
    assert_eq!(now["status"], "RECEIVED");
    house.mutate(&buyer, "closePurchaseOrder", step(&now)).await;
    house.kit.clock().advance(Duration::from_secs(31 * 86_400));
    let now = house.order_seen(&order).await;
    let late = house.approver("0");
    let refused = house.mutate(&late, "reopenPurchaseOrder", because(&now, "reason")).await;
    assert_eq!(House::refusal(&refused), "INVALID_STATE");
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_amendments_orders_and_deliveries_at_once_nothing_is_ordered_twice() {
    let house = House::open().await;
    let (buyer, keeper) = (house.buyer(), house.storekeeper());
    for _ in 0..ROUNDS {
        let order = house.half_ordered().await;
        let note = house.counted(&order, "60").await;
        let query = "query($id: ID!) { purchaseOrder(id: $id) { lines { request { id lines { id } } } } }";
        let seen = house.data_as(&buyer, query, json!({ "id": order["id"] })).await;
        let request = seen["purchaseOrder"]["lines"][0]["request"].clone();
        let more = json!({ "lines": [{ "lineId": request["lines"][0]["id"], "quantity": "95" }] });
        let amend = |quantity: &str| house.amendment(&order, (quantity.into(), Value::Null));
        let tries = [
            ("amendPurchaseOrder", &buyer, amend("110")),
            ("amendPurchaseOrder", &buyer, amend("70")),
            ("amendPurchaseOrder", &buyer, amend("50")),
            ("convertToPurchaseOrders", &buyer, more),
            ("commitGoodsReceivedNote", &keeper, step(&note)),
        ];
        let answers =
            join_all(tries.into_iter().map(|(name, who, input)| house.mutate(who, name, input))).await;
        let amended = answers[..3].iter().filter(|answer| answer["userErrors"] == json!([])).count();
        assert!(amended <= 1, "{answers:#?}");
        let now = house.order_seen(&order).await;
        let read = |value: &Value| value["value"].as_str().unwrap().parse::<i32>().unwrap();
        let ordered = read(&now["lines"][0]["request"]["lines"][0]["orderedQuantity"]);
        assert!(ordered <= 200, "{now}");
        house.prove().await;
    }
}
