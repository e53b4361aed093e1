//! One purchase, from what a kitchen needs to the goods that came.

use serde_json::{Value, json};

use crate::client::Client;
use crate::text;

/// A product and the shelf it is bought for.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) product: String,
    pub(crate) location: String,
    unit: String,
    department: String,
    vendor: String,
}

/// A purchase of which every step was acknowledged.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) place: Place,
    pub(crate) quantity: i64,
    pub(crate) request: String,
    pub(crate) note: String,
}

/// What can be bought, and for where.
pub(crate) async fn places(client: &Client) -> Vec<Place> {
    let query = "{ departments { nodes { id code } } inventoryItems(first: 40) { nodes {
        location { id type } product { id baseUnit { code } bestOffer(quantity: \"2\") { vendor { id } } } } } }";
    let seen = client.read("admin", query, json!({})).await;
    let departments = seen["departments"]["nodes"].as_array().expect("a list");
    let kitchen = departments.iter().find(|it| it["code"] == "KITCHEN").expect("there is a kitchen");
    let items = seen["inventoryItems"]["nodes"].as_array().expect("a list");
    let places: Vec<_> = items
        .iter()
        .filter(|item| item["location"]["type"] == "INVENTORY" && !item["product"]["bestOffer"].is_null())
        .map(|item| Place {
            product: text(&item["product"]["id"]),
            location: text(&item["location"]["id"]),
            unit: text(&item["product"]["baseUnit"]["code"]),
            department: text(&kitchen["id"]),
            vendor: text(&item["product"]["bestOffer"]["vendor"]["id"]),
        })
        .collect();
    assert!(!places.is_empty(), "something can be bought: {seen}");
    places
}

/// Goes the whole way, each step by whoever may take it.
pub(crate) async fn buy(client: &Client, place: &Place) -> Done {
    let quantity = rand::random_range(1..5_i64);
    let request = approved(client, place, quantity).await;
    let order = sent(client, &request).await;
    let note = committed(client, &order, quantity).await;
    Done { place: place.clone(), quantity, request: text(&request["id"]), note: text(&note["id"]) }
}

fn step(record: &Value) -> Value {
    json!({ "id": record["id"], "expectedVersion": record["version"] })
}

async fn approved(client: &Client, place: &Place, quantity: i64) -> Value {
    let fields = "id version status total { amount currency } approvals { level status submission approver { id } delegatedFrom { id } amountSeen { amount } } lines { id unitPrice { amount currency } amount { amount } }";
    let line = json!({
        "productId": place.product, "quantity": quantity.to_string(), "unit": place.unit, "deliverTo": place.location,
        // Cheap enough for one level of approval, whatever it is.
        "vendorId": place.vendor, "unitPrice": "10",
    });
    let input = json!({
        "departmentId": place.department, "justification": "through thick and thin", "lines": [line],
    });
    let create = ("createPurchaseRequest", "CreatePurchaseRequestInput", "purchaseRequest");
    let draft = client.change("chef", create, fields, input).await;
    let submit = ("submitPurchaseRequest", "PurchaseRequestTransitionInput", "purchaseRequest");
    let mut request = client.change("chef", submit, fields, step(&draft)).await;
    let approve = ("approvePurchaseRequest", "ApprovePurchaseRequestInput", "purchaseRequest");
    for approver in ["buyer", "admin"] {
        if request["status"] == "PENDING_APPROVAL" {
            request = client.change(approver, approve, fields, step(&request)).await;
        }
    }
    assert_eq!(request["status"], "APPROVED", "{request}");
    request
}

async fn sent(client: &Client, request: &Value) -> Value {
    let fields = "id version status lines { id }";
    let convert = ("convertToPurchaseOrders", "ConvertToPurchaseOrdersInput", "purchaseOrders");
    let wanted = json!({ "lines": [{ "lineId": request["lines"][0]["id"] }] });
    let mut order = client.change("buyer", convert, fields, wanted).await[0].take();
    for (who, mutation) in
        [("buyer", "submitPurchaseOrder"), ("admin", "approvePurchaseOrder"), ("buyer", "sendPurchaseOrder")]
    {
        let what = (mutation, "PurchaseOrderTransitionInput", "purchaseOrder");
        order = client.change(who, what, fields, step(&order)).await;
    }
    order
}

async fn committed(client: &Client, order: &Value, quantity: i64) -> Value {
    let fields = "id version status";
    let count = json!({
        "orderLineId": order["lines"][0]["id"],
        "deliveredQuantity": quantity.to_string(),
        "acceptedQuantity": quantity.to_string(),
        "lot": "L-1",
        "expiry": "2099-12-31",
    });
    let create = ("createGoodsReceivedNote", "CreateGoodsReceivedNoteInput", "goodsReceivedNote");
    let mut note =
        client.change("store", create, fields, json!({ "orderId": order["id"], "lines": [count] })).await;
    for mutation in ["receiveGoodsReceivedNote", "commitGoodsReceivedNote"] {
        let what = (mutation, "GoodsReceivedNoteTransitionInput", "goodsReceivedNote");
        note = client.change("store", what, fields, step(&note)).await;
    }
    note
}
