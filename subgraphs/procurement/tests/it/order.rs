//! From approved lines to the vendor.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

impl House {
    /// An approved request for these lines; answers the ids of its lines.
    pub(crate) async fn approved(&self, lines: Value) -> (Value, Vec<Value>) {
        let draft = self.draft(lines).await;
        let mut request =
            self.mutate(&self.chef, "submitPurchaseRequest", step(&draft)).await["purchaseRequest"].clone();
        while request["status"] == "PENDING_APPROVAL" {
            let boss = self.approver("900000");
            request =
                self.mutate(&boss, "approvePurchaseRequest", step(&request)).await["purchaseRequest"].clone();
        }
        assert_eq!(request["status"], "APPROVED");
        let ids = request["lines"].as_array().unwrap().iter().map(|line| line["id"].clone()).collect();
        (request, ids)
    }

    /// Somebody who orders.
    pub(crate) fn buyer(&self) -> chassis::Caller {
        let permissions = [
            "procurement:view",
            "procurement:view-all",
            "procurement:convert",
            "procurement:send",
            "prices:view",
        ];
        self.kit.caller(andaman(), &permissions)
    }

    /// An order that the vendor has, for so many kg of rice at 30.
    pub(crate) async fn sent(&self, quantity: &str) -> Value {
        let product = self.product("30");
        let (_, ids) = self.approved(json!([self.line(&product, (quantity, "kg"))])).await;
        self.sent_line(&ids[0]).await
    }

    /// An order for an approved line, sent.
    pub(crate) async fn sent_line(&self, line: &Value) -> Value {
        self.sent_as(json!({ "lineId": line })).await
    }

    /// An order for an approved line as somebody wants it, sent.
    pub(crate) async fn sent_as(&self, wanted: Value) -> Value {
        let buyer = self.buyer();
        let made = self.mutate(&buyer, "convertToPurchaseOrders", json!({ "lines": [wanted] })).await;
        let order = made["purchaseOrders"][0].clone();
        let order = self.mutate(&buyer, "submitPurchaseOrder", step(&order)).await["purchaseOrder"].clone();
        let boss = self.approver("900000");
        let order = self.mutate(&boss, "approvePurchaseOrder", step(&order)).await["purchaseOrder"].clone();
        let order = self.mutate(&buyer, "sendPurchaseOrder", step(&order)).await["purchaseOrder"].clone();
        assert_eq!(order["status"], "SENT", "{order}");
        order
    }

    /// Where a request stands.
    pub(crate) async fn status(&self, request: &Value) -> Value {
        let query =
            "query($id: ID!) { purchaseRequest(id: $id) { status lines { orderedQuantity { value } } } }";
        self.data_as(&self.chef, query, json!({ "id": request["id"] })).await["purchaseRequest"].clone()
    }
}

#[tokio::test]
async fn lines_are_grouped_by_vendor_and_a_line_without_one_needs_one() {
    let house = House::open().await;
    let (rice, oil) = (house.product("30"), house.product("80"));
    let mut manual = house.line(&oil, ("2", "kg"));
    manual["unitPrice"] = "75".into();
    let (request, ids) = house.approved(json!([house.line(&rice, ("10", "kg")), manual])).await;
    let buyer = house.buyer();
    let lines =
        |vendor: Value| json!({ "lines": [{ "lineId": ids[0] }, { "lineId": ids[1], "vendorId": vendor }] });
    let refused = house.mutate(&buyer, "convertToPurchaseOrders", lines(Value::Null)).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "lines.1.vendorId".to_owned())]);
    let blocked =
        house.mutate(&buyer, "convertToPurchaseOrders", lines(house.vendor_in("BLOCKED").into())).await;
    assert_eq!(House::refusals(&blocked), [("INVALID_STATE".to_owned(), "lines.1.vendorId".to_owned())]);
    let made = house.mutate(&buyer, "convertToPurchaseOrders", lines(house.vendor_in("ACTIVE").into())).await;
    let orders = made["purchaseOrders"].as_array().unwrap();
    let mut totals: Vec<_> = orders.iter().map(|order| order["total"]["amount"].as_str().unwrap()).collect();
    totals.sort_unstable();
    assert_eq!(totals, ["150.00", "300.00"]);
    let mut numbers: Vec<_> = orders.iter().map(|order| order["number"].as_str().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["PO-2026-001", "PO-2026-002"]);
    assert_eq!(house.status(&request).await["status"], "ORDERED");
}

#[tokio::test]
async fn never_more_is_on_order_than_was_approved() {
    let house = House::open().await;
    let rice = house.product("30");
    let (request, ids) = house.approved(json!([house.line(&rice, ("100", "kg"))])).await;
    let buyer = house.buyer();
    let some = |quantity: &str| json!({ "lines": [{ "lineId": ids[0], "quantity": quantity }] });
    let twice =
        json!({ "lines": [{ "lineId": ids[0], "quantity": "60" }, { "lineId": ids[0], "quantity": "41" }] });
    let refused = house.mutate(&buyer, "convertToPurchaseOrders", twice).await;
    assert_eq!(House::refusals(&refused), [("LIMIT_EXCEEDED".to_owned(), "lines.1.quantity".to_owned())]);
    assert_eq!(refused["userErrors"][0]["meta"]["open"], "40");
    let first =
        house.mutate(&buyer, "convertToPurchaseOrders", some("60")).await["purchaseOrders"][0].clone();
    let half = house.status(&request).await;
    assert_eq!(
        half,
        json!({ "status": "PARTIALLY_ORDERED", "lines": [{ "orderedQuantity": { "value": "60" } }] })
    );
    let refused = house.mutate(&buyer, "convertToPurchaseOrders", some("40.00001")).await;
    assert_eq!(House::refusal(&refused), "LIMIT_EXCEEDED");
    house.mutate(&buyer, "convertToPurchaseOrders", some("40")).await;
    let mut refused = step(&request);
    refused["expectedVersion"] = 6.into();
    refused["reason"] = "not needed any more".into();
    let refused = house.mutate(&house.chef, "cancelPurchaseRequest", refused).await;
    assert_eq!(House::refusal(&refused), "INVALID_STATE", "{refused}");
    let cancelled = house.mutate(&buyer, "cancelPurchaseOrder", because(&first, "reason")).await;
    assert_eq!(cancelled["purchaseOrder"]["status"], "CANCELLED", "{cancelled}");
    let half = house.status(&request).await;
    assert_eq!(
        half,
        json!({ "status": "PARTIALLY_ORDERED", "lines": [{ "orderedQuantity": { "value": "40" } }] })
    );
}

#[tokio::test]
async fn an_order_goes_out_by_two_people() {
    let house = House::open().await;
    let rice = house.product("30");
    let (_, ids) = house.approved(json!([house.line(&rice, ("10", "kg"))])).await;
    let buyer = house.kit.caller(andaman(), &["procurement:*", "prices:view"]);
    let made =
        house.mutate(&buyer, "convertToPurchaseOrders", json!({ "lines": [{ "lineId": ids[0] }] })).await;
    let order =
        house.mutate(&buyer, "submitPurchaseOrder", step(&made["purchaseOrders"][0])).await["purchaseOrder"]
            .clone();
    let own = house.mutate(&buyer, "approvePurchaseOrder", step(&order)).await;
    assert_eq!(House::refusal(&own), "SOD_VIOLATION");
    let small = house.mutate(&house.approver("299.99"), "approvePurchaseOrder", step(&order)).await;
    assert_eq!(House::refusal(&small), "LIMIT_EXCEEDED");
    let early = house.mutate(&buyer, "sendPurchaseOrder", step(&order)).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE");
    let approved =
        house.mutate(&house.approver("300"), "approvePurchaseOrder", step(&order)).await["purchaseOrder"]
            .clone();
    let sent = house.mutate(&buyer, "sendPurchaseOrder", step(&approved)).await["purchaseOrder"].clone();
    let mut said = step(&sent);
    said["vendorReference"] = "A-77".into();
    said["deliveryDate"] = "2026-07-03".into();
    let done = house.mutate(&buyer, "acknowledgePurchaseOrder", said).await["purchaseOrder"].clone();
    let known = (&done["status"], &done["vendorReference"], &done["deliveryDate"]);
    assert_eq!(known, (&json!("ACKNOWLEDGED"), &json!("A-77"), &json!("2026-07-03")));
    let query = "query($where: PurchaseOrderFilter) { purchaseOrders(where: $where) { nodes { number } } }";
    let count = async |filter: Value| {
        let found = house.data_as(&buyer, query, json!({ "where": filter })).await;
        found["purchaseOrders"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(count(json!({ "openOnly": true, "dueBefore": "2026-07-04" })).await, 1);
    assert_eq!(count(json!({ "openOnly": true, "dueBefore": "2026-07-03" })).await, 0);
    assert_eq!(count(json!({ "status": ["DRAFT"] })).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_buyers_who_order_the_same_line_at_once_only_as_many_win_as_it_holds() {
    let house = House::open().await;
    let rice = house.product("30");
    let buyers = [house.buyer(), house.buyer(), house.buyer(), house.buyer()];
    for _ in 0..ROUNDS {
        let (request, ids) = house.approved(json!([house.line(&rice, ("100", "kg"))])).await;
        let input = json!({ "lines": [{ "lineId": ids[0], "quantity": "40" }] });
        let tries = buyers.iter().map(|buyer| house.mutate(buyer, "convertToPurchaseOrders", input.clone()));
        let answers = join_all(tries).await;
        let won = answers.iter().filter(|answer| answer["userErrors"] == json!([])).count();
        assert_eq!(won, 2, "{answers:#?}");
        assert_eq!(house.status(&request).await["lines"][0]["orderedQuantity"]["value"], "80");
        house.prove().await;
    }
}

#[tokio::test]
async fn products_and_vendors_know_what_is_on_order() {
    let house = House::open().await;
    let order = house.sent("12").await;
    let product = order["lines"][0]["product"]["id"].clone();
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) {
        ... on Product { openOrders { outstandingQuantity { value unit { code } } order { number } } }
        ... on Vendor { purchaseOrders(openOnly: true) { nodes { number } } } } }";
    let keys =
        json!([{ "__typename": "Product", "id": product }, { "__typename": "Vendor", "id": house.vendor }]);
    let seen = house.data_as(&house.buyer(), query, json!({ "keys": keys })).await;
    let expected = json!([
        { "openOrders": [{ "outstandingQuantity": { "value": "12", "unit": { "code": "kg" } }, "order": { "number": "PO-2026-001" } }] },
        { "purchaseOrders": { "nodes": [{ "number": "PO-2026-001" }] } },
    ]);
    assert_eq!(seen["_entities"], expected);
}
