//! From what a kitchen needs to stock on the shelf: every hand it goes through, and every service it touches.

use std::time::Duration;

use crate::change::{self, step};
use crate::shelf::{Shelf, clear, shelves};
use carmen_tests::{Carmen, Person};
use chassis::testkit::RabbitServer;
use serde_json::{Value, json};

/// The record that a mutation answers, with what the next step needs.
async fn done(person: &Person, (mutation, kind, noun): (&str, &str, &str), input: Value) -> Value {
    let fields = match noun {
        "purchaseOrders" => "id version status lines { id }",
        "goodsReceivedNote" => "id version status number",
        "purchaseOrder" => "id version status number lines { id outstandingQuantity { value } }",
        _ => "id version status number lines { id }",
    };
    change::done(person, (mutation, kind, noun), fields, input).await
}

async fn request_step(person: &Person, mutation: &str, kind: &str, record: &Value) -> Value {
    done(person, (mutation, kind, "purchaseRequest"), step(record)).await
}

async fn order_step(person: &Person, mutation: &str, record: &Value) -> Value {
    done(person, (mutation, "PurchaseOrderTransitionInput", "purchaseOrder"), step(record)).await
}

async fn note_step(person: &Person, mutation: &str, record: &Value) -> Value {
    done(person, (mutation, "GoodsReceivedNoteTransitionInput", "goodsReceivedNote"), step(record)).await
}

/// How many lie there, in steps of a hundred-thousandth.
async fn on_hand(person: &Person, (product, location): (&str, &str)) -> i64 {
    let query =
        "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes { onHand { value } } } }";
    let only = json!({ "where": { "productIds": [product], "locationIds": [location] } });
    let items = person.data(query, only).await;
    let value = items["inventoryItems"]["nodes"][0]["onHand"]["value"].as_str().unwrap().to_owned();
    let (whole, fraction) = value.split_once('.').unwrap_or((&value, ""));
    format!("{whole}{fraction:0<5}").parse().unwrap()
}

/// The id of a department.
async fn department(person: &Person, code: &str) -> Value {
    let mut found = person.data("{ departments { nodes { id code } } }", json!({})).await;
    let nodes = found["departments"]["nodes"].as_array_mut().unwrap();
    nodes.iter_mut().find(|it| it["code"] == code).unwrap()["id"].take()
}

/// The note once its goods are on the shelf: they go there by event, and the note hears of it by event.
async fn posted(person: &Person, note: &Value) -> Value {
    let query = "query($id: ID!) { goodsReceivedNote(id: $id) { number status postedAt deliverTo { name } vendor { name }
        order { number status orderedBy { displayName } lines { product { name totalOnHand { value } } } } } }";
    for _ in 0..200 {
        let mut seen = person.data(query, json!({ "id": note["id"] })).await;
        let seen = seen["goodsReceivedNote"].take();
        if !seen["postedAt"].is_null() {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the goods of {note} do not come to the shelf");
}

/// Waits until everything that a document set in motion in other services is done.
async fn completed(person: &Person, document: &Value) {
    let query = "query($ids: [ID!]) { sagas(where: { subjectIds: $ids }) { nodes { id status steps { name status error } } } }";
    let mut seen = Value::Null;
    for _ in 0..200 {
        seen = person.data(query, json!({ "ids": [document["id"]] })).await["sagas"]["nodes"].take();
        if seen[0]["status"] == "COMPLETED" {
            let one = "query($id: ID!) { saga(id: $id) { kind steps { name status attempts error } } }";
            let saga = person.data(one, json!({ "id": seen[0]["id"] })).await;
            assert!(saga["saga"]["steps"][0]["attempts"].is_number(), "{saga}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_kitchen_needs_comes_to_the_shelf() {
    let carmen = Carmen::start().await;
    from_need_to_shelf(&carmen).await;
    carmen.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a rabbitmq-server: cargo test -p carmen-tests --test platform -- --ignored"]
async fn what_the_kitchen_needs_comes_to_the_shelf_by_rabbitmq_too() {
    let server = RabbitServer::start();
    let carmen = Carmen::start_over(server.url()).await;
    from_need_to_shelf(&carmen).await;
    for queue in ["carmen.events.procurement.inventory", "carmen.events.inventory.procurement"] {
        assert_eq!(server.queue_length(queue).await, 0, "{queue} was read");
    }
    carmen.stop().await;
}

async fn from_need_to_shelf(carmen: &Carmen) {
    let (chef, buyer) = (carmen.sign_in("chef").await, carmen.sign_in("buyer").await);
    let (admin, store) = (carmen.sign_in("admin").await, carmen.sign_in("store").await);
    let shelf = shelves(&store, 1).await.remove(0);
    let kitchen = department(&chef, "KITCHEN").await;
    let unit = chef
        .data("query($id: ID!) { product(id: $id) { baseUnit { code } } }", json!({ "id": shelf.product }))
        .await;
    // What the store holds is promised to an approved request, and only the rest is ordered.
    clear(&store, &shelf).await;
    let before = on_hand(&store, (&shelf.product, &shelf.location)).await;

    let line = json!({
        "productId": shelf.product, "quantity": "2", "unit": unit["product"]["baseUnit"]["code"], "deliverTo": shelf.location,
    });
    let input = json!({
        "departmentId": kitchen, "justification": "the wedding on Saturday", "lines": [line],
    });
    let created = ("createPurchaseRequest", "CreatePurchaseRequestInput", "purchaseRequest");
    let draft = done(&chef, created, input).await;
    let mut request =
        request_step(&chef, "submitPurchaseRequest", "PurchaseRequestTransitionInput", &draft).await;
    for approver in [&buyer, &admin] {
        if request["status"] == "PENDING_APPROVAL" {
            let waiting = approver.data("{ myApprovals { nodes { id } } }", json!({})).await;
            assert_eq!(waiting["myApprovals"]["nodes"][0]["id"], request["id"], "{waiting}");
            request =
                request_step(approver, "approvePurchaseRequest", "ApprovePurchaseRequestInput", &request)
                    .await;
        }
    }
    assert_eq!(request["status"], "APPROVED", "{request}");

    let converted = ("convertToPurchaseOrders", "ConvertToPurchaseOrdersInput", "purchaseOrders");
    let wanted = json!({ "lines": [{ "lineId": request["lines"][0]["id"] }] });
    let order = done(&buyer, converted, wanted).await[0].clone();
    let order = order_step(&buyer, "submitPurchaseOrder", &order).await;
    let order = order_step(&admin, "approvePurchaseOrder", &order).await;
    let order = order_step(&buyer, "sendPurchaseOrder", &order).await;

    let count = json!({
        "orderLineId": order["lines"][0]["id"], "deliveredQuantity": "2", "acceptedQuantity": "2",
        "lot": "L-1", "expiry": "2099-12-31",
    });
    let counted = ("createGoodsReceivedNote", "CreateGoodsReceivedNoteInput", "goodsReceivedNote");
    let note = done(&store, counted, json!({ "orderId": order["id"], "lines": [count] })).await;
    let note = note_step(&store, "receiveGoodsReceivedNote", &note).await;
    let note = note_step(&store, "commitGoodsReceivedNote", &note).await;

    let seen = posted(&store, &note).await;
    assert_eq!((&seen["order"]["status"], &seen["status"]), (&json!("RECEIVED"), &json!("COMMITTED")));
    assert_eq!(seen["order"]["orderedBy"]["displayName"], "Boon Buyer");
    assert!(seen["vendor"]["name"].is_string() && seen["deliverTo"]["name"].is_string(), "{seen}");
    let after = on_hand(&store, (&shelf.product, &shelf.location)).await;
    assert_eq!(after - before, 200_000);
    for document in [&request, &order, &note] {
        completed(&buyer, document).await;
    }
    credited(carmen, &note, &shelf).await;
    carmen.prove().await;
}

/// What everything there is worth together, in hundredths.
async fn worth(person: &Person, shelf: &Shelf) -> i64 {
    let query = "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes { totalValue { amount } } } }";
    let only = json!({ "where": { "productIds": [shelf.product], "locationIds": [shelf.location] } });
    let items = person.data(query, only).await;
    let value = items["inventoryItems"]["nodes"][0]["totalValue"]["amount"].as_str().unwrap().to_owned();
    value.replace('.', "").parse().unwrap()
}

/// The vendor gives some of the price back, and what is on the shelf is worth that much less.
async fn credited(carmen: &Carmen, note: &Value, shelf: &Shelf) {
    let (buyer, admin) = (carmen.sign_in("buyer").await, carmen.sign_in("admin").await);
    let before = worth(&admin, shelf).await;
    let query = "query($id: ID!) { goodsReceivedNote(id: $id) { lines { id } } }";
    let line =
        buyer.data(query, json!({ "id": note["id"] })).await["goodsReceivedNote"]["lines"][0]["id"].take();
    let input = json!({ "noteId": note["id"], "type": "AMOUNT", "reason": "the price was agreed otherwise",
        "lines": [{ "noteLineId": line, "amount": "1.07" }] });
    let drafted = ("createCreditNote", "CreateCreditNoteInput", "creditNote");
    let mut credit = done(&buyer, drafted, input).await;
    for (person, mutation) in
        [(&buyer, "submitCreditNote"), (&admin, "approveCreditNote"), (&buyer, "postCreditNote")]
    {
        credit = done(person, (mutation, "CreditNoteTransitionInput", "creditNote"), step(&credit)).await;
    }
    completed(&buyer, &credit).await;
    let query = "{ movements(sort: SEQ_DESC, first: 1) { nodes { reason quantity { value } totalValue { amount } product { id } } } }";
    let line = admin.data(query, json!({})).await["movements"]["nodes"][0].take();
    assert_eq!((&line["reason"], &line["product"]["id"]), (&json!("VENDOR_CREDIT"), &json!(shelf.product)));
    let less: i64 = line["totalValue"]["amount"].as_str().unwrap().replace('.', "").parse().unwrap();
    // Tax is the house's to get back, so stock is worth at most the whole credit less.
    assert!((-107..0).contains(&less), "{line}");
    assert_eq!(worth(&admin, shelf).await, before + less);
}
