//! Two hundred people want one each of a stock of one hundred; and what was promised to a request is wanted elsewhere.

use std::time::Duration;

use crate::change::{self, step};
use crate::shelf::{Shelf, clear, receive, shelves};
use carmen_tests::{Carmen, Person};
use futures::future::join_all;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hundred_reservations_on_a_stock_of_one_hundred_exactly_one_hundred_succeed() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelf = &shelves(&admin, 1).await[0];
    // Brings the stock to exactly one hundred available.
    let query = "query($id: ID!) { product(id: $id) { stock { location { id } available { value } } } }";
    let stock = admin.data(query, json!({ "id": shelf.product })).await;
    let here = stock["product"]["stock"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["location"]["id"] == *shelf.location);
    let available = hundred_thousandths(here.unwrap()["available"]["value"].as_str().unwrap());
    if available < WANTED {
        let missing = decimal(WANTED - available);
        assert_eq!(receive(&admin, &[(shelf, &missing)]).await, json!([]));
    } else if available > WANTED {
        let issue =
            "mutation($input: IssueStockInput!) { issueStock(input: $input) { userErrors { code } } }";
        let line = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": decimal(available - WANTED) });
        let issued = admin.data(issue, json!({ "input": { "lines": [line] } })).await;
        assert_eq!(issued["issueStock"]["userErrors"], json!([]));
    }
    let reserve = "mutation($input: ReserveStockInput!) { reserveStock(input: $input) {
        reservations { id } userErrors { code meta } } }";
    let line = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": "1" });
    let input = &json!({ "input": { "lines": [line] } });
    let answers = join_all((0..200).map(|_| admin.data(reserve, input.clone()))).await;
    let succeeded = answers.iter().filter(|answer| answer["reserveStock"]["userErrors"] == json!([])).count();
    let refused: Vec<&Value> = answers
        .iter()
        .filter_map(|answer| answer["reserveStock"]["userErrors"].get(0))
        .filter(|error| error["code"] != "INSUFFICIENT_STOCK")
        .collect();
    assert_eq!((succeeded, refused.len()), (100, 0), "{refused:?}");
    carmen.prove().await;
    carmen.stop().await;
}

/// One hundred.
const WANTED: i64 = 10_000_000;

/// A decimal in units of its fifth place: floats would not hold it.
fn hundred_thousandths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<5}").parse().unwrap()
}

fn decimal(raw: i64) -> String {
    format!("{}.{:05}", raw / 100_000, raw % 100_000)
}

/// The chef's request for so many of what lies on a shelf, approved by whoever has to.
async fn approved(carmen: &Carmen, shelf: &Shelf, quantity: &str) -> Value {
    let (chef, buyer, admin) =
        (carmen.sign_in("chef").await, carmen.sign_in("buyer").await, carmen.sign_in("admin").await);
    let asked =
        "query($id: ID!) { product(id: $id) { baseUnit { code } } departments { nodes { id code } } }";
    let seen = chef.data(asked, json!({ "id": shelf.product })).await;
    let departments = seen["departments"]["nodes"].as_array().unwrap();
    let kitchen = departments.iter().find(|department| department["code"] == "KITCHEN").unwrap();
    let line = json!({ "productId": shelf.product, "quantity": quantity, "deliverTo": shelf.location,
        "unit": seen["product"]["baseUnit"]["code"] });
    let input =
        json!({ "departmentId": kitchen["id"], "justification": "the wedding on Saturday", "lines": [line] });
    let take = async |person: &Person, (mutation, kind): (&str, &str), input: Value| {
        change::done(person, (mutation, kind, "purchaseRequest"), "id version status lines { id }", input)
            .await
    };
    let draft = take(&chef, ("createPurchaseRequest", "CreatePurchaseRequestInput"), input).await;
    let submit = ("submitPurchaseRequest", "PurchaseRequestTransitionInput");
    let mut request = take(&chef, submit, step(&draft)).await;
    for approver in [&buyer, &admin] {
        if request["status"] == "PENDING_APPROVAL" {
            let approve = ("approvePurchaseRequest", "ApprovePurchaseRequestInput");
            request = take(approver, approve, step(&request)).await;
        }
    }
    assert_eq!(request["status"], "APPROVED", "{request}");
    request
}

/// Waits until so much of a request's only line is kept, and the rest is to be ordered.
async fn kept(buyer: &Person, request: &Value, (kept, to_order): (&str, &str)) {
    let query = "query($id: ID!) { purchaseRequest(id: $id) { reservedAt
        lines { reservedQuantity { value } toOrderQuantity { value } } } }";
    let mut seen = Value::Null;
    for _ in 0..400 {
        seen = buyer.data(query, json!({ "id": request["id"] })).await["purchaseRequest"].take();
        let line = &seen["lines"][0];
        let values = (&line["reservedQuantity"]["value"], &line["toOrderQuantity"]["value"]);
        if seen["reservedAt"].is_string() && values == (&json!(kept), &json!(to_order)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_store_keeps_no_longer_for_a_request_is_ordered() {
    let carmen = Carmen::start().await;
    let (buyer, store) = (carmen.sign_in("buyer").await, carmen.sign_in("store").await);
    let shelf = shelves(&store, 1).await.remove(0);
    clear(&store, &shelf).await;
    assert_eq!(receive(&store, &[(&shelf, "5")]).await, json!([]));
    let request = approved(&carmen, &shelf, "8").await;
    kept(&buyer, &request, ("5", "3")).await;
    let query = "query($id: ID!) { purchaseRequest(id: $id) { reservations { id } } }";
    let seen = store.data(query, json!({ "id": request["id"] })).await;
    let promise = &seen["purchaseRequest"]["reservations"][0]["id"];
    // The kitchen fetched two before the store needed the rest for somebody else.
    let issue = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": "2",
        "reservationId": promise });
    let issued = ("issueStock", "IssueStockInput", "posting");
    change::done(&store, issued, "id", json!({ "lines": [issue] })).await;
    let release = ("releaseReservation", "ReleaseReservationInput", "reservation");
    let released = change::done(&store, release, "status", json!({ "reservationId": promise })).await;
    assert_eq!(released["status"], "RELEASED");
    kept(&buyer, &request, ("2", "6")).await;
    let convert = ("convertToPurchaseOrders", "ConvertToPurchaseOrdersInput", "purchaseOrders");
    let wanted = json!({ "lines": [{ "lineId": request["lines"][0]["id"] }] });
    let orders = change::done(&buyer, convert, "lines { orderedQuantity { value } }", wanted).await;
    assert_eq!(orders[0]["lines"][0]["orderedQuantity"]["value"], "6");
    carmen.prove().await;
    carmen.stop().await;
}
