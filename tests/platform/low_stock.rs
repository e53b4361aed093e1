//! A store runs low, and somebody has a draft to hand in.

use std::time::Duration;

use crate::change::{self, step};
use crate::shelf::{Shelf, clear, receive, shelves};
use carmen_tests::{Carmen, Person};
use serde_json::{Value, json};

/// The chef buys for the store when it runs low.
async fn rule(admin: &Person, chef: &Person, shelf: &Shelf) {
    let seen = chef.data("{ me { id } departments { nodes { id code } } }", json!({})).await;
    let departments = seen["departments"]["nodes"].as_array().unwrap();
    let kitchen = departments.iter().find(|department| department["code"] == "KITCHEN").unwrap();
    let rule = json!({ "locationId": shelf.location, "departmentId": kitchen["id"], "requestedById": seen["me"]["id"] });
    let set = ("setReplenishmentRule", "SetReplenishmentRuleInput", "replenishmentRule");
    let fields = "location { code } requestedBy { displayName }";
    let rule = change::done(admin, set, fields, rule).await;
    let expected =
        json!({ "location": { "code": "P1-STORE" }, "requestedBy": { "displayName": "Chai Chef" } });
    assert_eq!(rule, expected);
}

/// Lets five of ten be the point at which the store buys again: twenty more than are on order. Answers how many that is.
async fn policy(admin: &Person, shelf: &Shelf) -> i32 {
    let at = json!({ "at": { "productIds": [shelf.product], "locationIds": [shelf.location] } });
    let query = "query($at: InventoryItemWhere) { inventoryItems(where: $at) { nodes { id version onOrder { value } } } }";
    let item = admin.data(query, at).await["inventoryItems"]["nodes"][0].take();
    let on_order = item["onOrder"]["value"].as_str().unwrap().split('.').next().unwrap();
    let wanted = on_order.parse::<i32>().unwrap() + 20;
    let policy = json!({ "id": item["id"], "expectedVersion": item["version"], "reorderPoint": "5",
        "reorderQuantity": wanted.to_string() });
    change::done(admin, ("setPolicy", "SetPolicyInput", "inventoryItem"), "id", policy).await;
    wanted
}

/// The draft that the store's running low began.
async fn drafted(chef: &Person, shelf: &Shelf) -> Value {
    let query = "query($at: [ID!]) { purchaseRequests(where: { replenishesLocationIds: $at, status: [DRAFT] }) { nodes { id version
        replenishes { name } lines { product { id name } quantity { value } } } } }";
    for _ in 0..400 {
        let seen = chef.data(query, json!({ "at": [shelf.location] })).await;
        if let Some(draft) = seen["purchaseRequests"]["nodes"].get(0) {
            return draft.clone();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing was drafted");
}

/// Once it is approved, all of it is to be ordered: the four that are left are no part of what the store needs.
async fn is_ordered_whole(carmen: &Carmen, mut request: Value, wanted: &Value) {
    let (buyer, admin) = (carmen.sign_in("buyer").await, carmen.sign_in("admin").await);
    for approver in [&buyer, &admin] {
        if request["status"] == "PENDING_APPROVAL" {
            let approve = ("approvePurchaseRequest", "ApprovePurchaseRequestInput", "purchaseRequest");
            request = change::done(approver, approve, "id version status", step(&request)).await;
        }
    }
    let query =
        "query($id: ID!) { purchaseRequest(id: $id) { reservedAt lines { toOrderQuantity { value } } } }";
    for _ in 0..400 {
        let seen = admin.data(query, json!({ "id": request["id"] })).await["purchaseRequest"].take();
        if seen["reservedAt"].is_string() {
            return assert_eq!(&seen["lines"][0]["toOrderQuantity"]["value"], wanted, "{seen}");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("inventory says nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_store_runs_low_of_is_drafted_handed_in_and_ordered() {
    let carmen = Carmen::start().await;
    let (admin, chef, store) =
        (carmen.sign_in("admin").await, carmen.sign_in("chef").await, carmen.sign_in("store").await);
    let shelf = shelves(&store, 1).await.remove(0);
    clear(&store, &shelf).await;
    assert_eq!(receive(&store, &[(&shelf, "10")]).await, json!([]));
    rule(&admin, &chef, &shelf).await;
    let most = policy(&admin, &shelf).await;
    let line = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": "6" });
    change::done(&store, ("issueStock", "IssueStockInput", "posting"), "id", json!({ "lines": [line] }))
        .await;
    let draft = drafted(&chef, &shelf).await;
    let lines = draft["lines"].as_array().unwrap();
    assert_eq!((lines.len(), &lines[0]["product"]["id"]), (1, &json!(shelf.product)));
    let wanted = &lines[0]["quantity"]["value"];
    let number: f64 = wanted.as_str().unwrap().parse().unwrap();
    assert!(number > 0.0 && number <= f64::from(most), "{draft}");
    assert!(draft["replenishes"]["name"].is_string() && lines[0]["product"]["name"].is_string(), "{draft}");
    let submit = ("submitPurchaseRequest", "PurchaseRequestTransitionInput", "purchaseRequest");
    let fields = "id version status approvals { dueAt isOverdue }";
    let request = change::done(&chef, submit, fields, step(&draft)).await;
    let first = &request["approvals"][0];
    assert_eq!((&request["status"], &first["isOverdue"]), (&json!("PENDING_APPROVAL"), &json!(false)));
    assert!(first["dueAt"].is_string(), "{request}");
    is_ordered_whole(&carmen, request, wanted).await;
    let remove = "mutation($input: RemoveReplenishmentRuleInput!) { removeReplenishmentRule(input: $input) {
        userErrors { code } } }";
    let refused =
        chef.ask(remove, json!({ "input": { "locationId": shelf.location, "expectedVersion": 1 } })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    carmen.prove().await;
    carmen.stop().await;
}
