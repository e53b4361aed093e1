//! One purchase, from what a kitchen needs to its end: ordered and delivered, closed short, served by the store, or given up.

use serde_json::{Value, json};

use crate::client::Client;
use crate::{WHOLE, hundred_thousandths, text};

/// How long a store may take to say what it keeps, through all that dies.
const ANSWER: std::time::Duration = std::time::Duration::from_secs(120);

/// A product and the shelf it is bought for.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) product: String,
    pub(crate) location: String,
    unit: String,
    department: String,
    vendor: String,
}

/// How the house deals with a request once it is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// All that is short comes at once.
    Whole,
    /// It comes in two deliveries.
    InTwo,
    /// A part comes, and the order is closed.
    Short,
    /// It is given up before the store can have said anything.
    GivenUpAtOnce,
    /// It is given up when the store keeps something for it.
    GivenUpLater,
}

/// How a purchase ended. Quantities are in hundred-thousandths of the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// What was short was ordered and came.
    Delivered { order: String, notes: Vec<String>, received: i64 },
    /// A part of it came, and the rest will not.
    ClosedShort { order: String, note: String, received: i64 },
    /// The store had all of it and handed it out: there was nothing to order.
    HandedOut { issued: i64 },
    /// It was given up.
    GivenUp,
}

impl End {
    /// A word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Delivered { notes, .. } if notes.len() > 1 => "delivered in two parts",
            Self::Delivered { .. } => "delivered",
            Self::ClosedShort { .. } => "closed short",
            Self::HandedOut { .. } => "handed out by the store",
            Self::GivenUp => "given up",
        }
    }
}

/// A purchase of which every step was acknowledged.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) place: Place,
    pub(crate) request: String,
    /// What the store keeps for it, as the request was told.
    pub(crate) reserved: i64,
    pub(crate) end: End,
}

/// A few products of each store that can be bought; so few that purchases meet at them.
pub(crate) async fn places(client: &Client) -> Vec<Place> {
    let query = "{ departments { nodes { id code } } inventoryItems(first: 100) { nodes {
        location { id type } product { id baseUnit { code } bestOffer(quantity: \"2\") { vendor { id } } } } } }";
    let seen = client.read("admin", query, json!({})).await;
    let departments = seen["departments"]["nodes"].as_array().expect("a list");
    let kitchen = departments.iter().find(|it| it["code"] == "KITCHEN").expect("there is a kitchen");
    let items = seen["inventoryItems"]["nodes"].as_array().expect("a list");
    let mut places: Vec<Place> = Vec::new();
    for item in items {
        let location = text(&item["location"]["id"]);
        let is_bought = item["location"]["type"] == "INVENTORY" && !item["product"]["bestOffer"].is_null();
        if is_bought && places.iter().filter(|place| place.location == location).count() < PLACES_PER_STORE {
            places.push(Place {
                product: text(&item["product"]["id"]),
                location,
                unit: text(&item["product"]["baseUnit"]["code"]),
                department: text(&kitchen["id"]),
                vendor: text(&item["product"]["bestOffer"]["vendor"]["id"]),
            });
        }
    }
    assert!(!places.is_empty(), "something can be bought: {seen}");
    places
}

/// Products of a store that are bought.
const PLACES_PER_STORE: usize = 3;

/// Takes everything off the shelves that nobody was promised, so that what is asked for is short at first.
pub(crate) async fn clear(client: &Client, places: &[Place]) {
    for place in places {
        let only = json!({ "where": { "productIds": [place.product], "locationIds": [place.location] } });
        let query = "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes { available { value } } } }";
        let seen = client.read("store", query, only).await;
        let available = &seen["inventoryItems"]["nodes"][0]["available"]["value"];
        if available != "0" {
            let line =
                json!({ "productId": place.product, "locationId": place.location, "quantity": available });
            issue(client, line).await;
        }
    }
}

async fn issue(client: &Client, line: Value) {
    let issue = ("issueStock", "IssueStockInput", "posting");
    client.change("store", issue, "id", json!({ "lines": [line] })).await;
}

/// Goes the whole way, each step by whoever may take it.
pub(crate) async fn buy(client: &Client, place: &Place) -> Done {
    let course = match rand::random_range(0..10) {
        0..4 => Course::Whole,
        4..6 => Course::InTwo,
        6..8 => Course::Short,
        8 => Course::GivenUpAtOnce,
        _ => Course::GivenUpLater,
    };
    let request = approved(client, place, rand::random_range(2..6_i64)).await;
    let id = text(&request["id"]);
    let done = |reserved, end| Done { place: place.clone(), request: id.clone(), reserved, end };
    if course == Course::GivenUpAtOnce {
        give_up(client, &request).await;
        return done(0, End::GivenUp);
    }
    let line = answered(client, &id).await;
    if course == Course::GivenUpLater {
        give_up(client, &request).await;
        return done(0, End::GivenUp);
    }
    let (reserved, short) = (value(&line, "reservedQuantity"), value(&line, "toOrderQuantity"));
    let end = match short {
        0 => handed_out(client, (place, &id), &line).await,
        _ => ordered(client, &line, (short, course)).await,
    };
    done(reserved, end)
}

fn step(record: &Value) -> Value {
    json!({ "id": record["id"], "expectedVersion": record["version"] })
}

fn because(record: &Value) -> Value {
    json!({ "id": record["id"], "expectedVersion": record["version"], "reason": "the weather has changed" })
}

fn value(line: &Value, field: &str) -> i64 {
    hundred_thousandths(&line[field]["value"])
}

/// As a client writes it.
fn decimal(raw: i64) -> String {
    format!("{}.{:05}", raw / WHOLE, raw % WHOLE)
}

async fn approved(client: &Client, place: &Place, quantity: i64) -> Value {
    let fields = "id version status approvals { level status amountSeen { amount } }";
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

async fn give_up(client: &Client, request: &Value) {
    let cancel = ("cancelPurchaseRequest", "StopPurchaseRequestInput", "purchaseRequest");
    let request = client.change("chef", cancel, "id status", because(request)).await;
    assert_eq!(request["status"], "CANCELLED", "{request}");
}

/// The request's line once the store has said what it keeps.
async fn answered(client: &Client, request: &str) -> Value {
    let query = "query($id: ID!) { purchaseRequest(id: $id) { number status reservedAt
        lines { id reservedQuantity { value } toOrderQuantity { value } } } }";
    let until = std::time::Instant::now() + ANSWER;
    loop {
        let mut seen = client.read("buyer", query, json!({ "id": request })).await["purchaseRequest"].take();
        if !seen["reservedAt"].is_null() {
            return seen["lines"][0].take();
        }
        assert!(std::time::Instant::now() < until, "no store says what it keeps for {seen}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Where the store has everything, nothing can be ordered; what was promised is handed out.
async fn handed_out(client: &Client, (place, request): (&Place, &str), line: &Value) -> End {
    let convert = ("convertToPurchaseOrders", "ConvertToPurchaseOrdersInput", "purchaseOrders");
    let wanted = json!({ "lines": [{ "lineId": line["id"] }] });
    let refused = client.refused("buyer", convert, wanted).await;
    assert_eq!(refused, "LIMIT_EXCEEDED", "there is nothing to order of {request}");
    let query = "query($id: ID!) { purchaseRequest(id: $id) { reservations { id quantityLeft { value } } } }";
    let seen = client.read("store", query, json!({ "id": request })).await;
    let promises = seen["purchaseRequest"]["reservations"].as_array().expect("there are promises");
    assert_eq!(promises.len(), 1, "one line has one promise: {seen}");
    let issued = hundred_thousandths(&promises[0]["quantityLeft"]["value"]);
    assert_eq!(issued, value(line, "reservedQuantity"), "the store promised what it said: {seen}");
    let line = json!({
        "productId": place.product, "locationId": place.location, "quantity": decimal(issued),
        "reservationId": promises[0]["id"],
    });
    issue(client, line).await;
    End::HandedOut { issued }
}

/// Orders what is short, and receives it.
async fn ordered(client: &Client, line: &Value, (short, course): (i64, Course)) -> End {
    let order = sent(client, line).await;
    let id = text(&order["id"]);
    let first = if course == Course::Whole || short <= WHOLE { short } else { WHOLE };
    let mut notes = vec![committed(client, &order, first).await];
    if first == short {
        return End::Delivered { order: id, notes, received: short };
    }
    if course == Course::InTwo {
        notes.push(committed(client, &order, short - first).await);
        return End::Delivered { order: id, notes, received: short };
    }
    let query = "query($id: ID!) { purchaseOrder(id: $id) { id version status } }";
    let seen = client.read("buyer", query, json!({ "id": id })).await;
    let close = ("closePurchaseOrder", "PurchaseOrderTransitionInput", "purchaseOrder");
    client.change("buyer", close, "id status", because(&seen["purchaseOrder"])).await;
    End::ClosedShort { order: id, note: notes.remove(0), received: first }
}

async fn sent(client: &Client, line: &Value) -> Value {
    let fields = "id version status lines { id }";
    let convert = ("convertToPurchaseOrders", "ConvertToPurchaseOrdersInput", "purchaseOrders");
    let wanted = json!({ "lines": [{ "lineId": line["id"] }] });
    let mut order = client.change("buyer", convert, fields, wanted).await[0].take();
    for (who, mutation) in
        [("buyer", "submitPurchaseOrder"), ("admin", "approvePurchaseOrder"), ("buyer", "sendPurchaseOrder")]
    {
        let what = (mutation, "PurchaseOrderTransitionInput", "purchaseOrder");
        order = client.change(who, what, fields, step(&order)).await;
    }
    order
}

/// The id of a note for so much of an order, committed.
async fn committed(client: &Client, order: &Value, quantity: i64) -> String {
    let fields = "id version status";
    let count = json!({
        "orderLineId": order["lines"][0]["id"],
        "deliveredQuantity": decimal(quantity),
        "acceptedQuantity": decimal(quantity),
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
    text(&note["id"])
}
