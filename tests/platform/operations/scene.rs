//! What the demo does not hold by itself: a request that waits, a shelf that runs low, a count that waits to be posted.

use std::time::{Duration, Instant};

use carmen_tests::{Carmen, Person};
use serde_json::{Value, json};

use crate::change::{done, step};
use crate::shelf::{Shelf, shelves};

/// What the operations ask about.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) shelf: Shelf,
    pub(super) products: Vec<Value>,
    pub(super) code: Value,
    pub(super) request: Value,
    pub(super) order: Value,
    pub(super) count: Value,
}

impl Scene {
    pub(super) async fn set(carmen: &Carmen) -> Self {
        let (chef, store) = (carmen.sign_in("chef").await, carmen.sign_in("store").await);
        let admin = carmen.sign_in("admin").await;
        demo_is_heard(&admin).await;
        let shelf = shelves(&store, 1).await.remove(0);
        let about = "query($id: ID!) { product(id: $id) { code baseUnit { code } }
            products(first: 20) { nodes { id } } departments { nodes { id code } }
            purchaseOrders(where: { openOnly: true }, first: 1) { nodes { id } } }";
        let seen = admin.data(about, json!({ "id": shelf.product })).await;
        let nodes = |field: &str| seen[field]["nodes"].as_array().unwrap().clone();
        let kitchen = nodes("departments").into_iter().find(|it| it["code"] == "KITCHEN").unwrap();
        let unit = &seen["product"]["baseUnit"]["code"];
        Self {
            request: waiting_request(&chef, &kitchen["id"], (&shelf, unit)).await,
            count: waiting_count(&store, &shelf, &admin).await,
            products: nodes("products").into_iter().map(|mut it| it["id"].take()).collect(),
            code: seen["product"]["code"].clone(),
            order: nodes("purchaseOrders")[0]["id"].clone(),
            shelf,
        }
    }
}

/// Waits until the services have heard of each other what the demo tells: its campaign has come to its end, and inventory knows what
/// is on order.
async fn demo_is_heard(admin: &Person) {
    let query = "{ vendorSagas(where: { statuses: [RUNNING] }) { nodes { id } }
        purchaseOrders(where: { openOnly: true }, first: 100) { nodes { deliverTo { id } lines {
            outstandingQuantity { value } product { id } } } } }";
    let items = "query($ids: [ID!]) { inventoryItems(where: { productIds: $ids }, first: 100) { nodes {
        productId locationId onOrder { value } } } }";
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let seen = admin.data(query, json!({})).await;
        let orders = seen["purchaseOrders"]["nodes"].as_array().unwrap();
        let open = orders.iter().flat_map(|order| {
            let lines = order["lines"].as_array().unwrap().iter();
            let lines = lines.filter(|line| line["outstandingQuantity"]["value"] != "0");
            lines.map(|line| (&line["product"]["id"], &order["deliverTo"]["id"]))
        });
        let open: Vec<_> = open.collect();
        let ids: Vec<_> = open.iter().map(|(product, _)| product).collect();
        let held = admin.data(items, json!({ "ids": ids })).await;
        let is_unheard = |item: &Value| {
            item["onOrder"]["value"] == "0" && open.contains(&(&item["productId"], &item["locationId"]))
        };
        let unheard = held["inventoryItems"]["nodes"].as_array().unwrap().iter().any(is_unheard);
        let running = seen["vendorSagas"]["nodes"].as_array().unwrap();
        if running.is_empty() && !unheard && !open.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{seen} {held}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Takes a step; answers the record's id and version.
async fn taken(person: &Person, what: (&str, &str, &str), input: Value) -> Value {
    done(person, what, "id version", input).await
}

/// More than lies there, so that somebody has to decide whether to buy it.
async fn waiting_request(chef: &Person, department: &Value, (shelf, unit): (&Shelf, &Value)) -> Value {
    let line =
        json!({ "productId": shelf.product, "quantity": "40", "unit": unit, "deliverTo": shelf.location });
    let input =
        json!({ "departmentId": department, "justification": "the wedding on Saturday", "lines": [line] });
    let create = ("createPurchaseRequest", "CreatePurchaseRequestInput", "purchaseRequest");
    let draft = taken(chef, create, input).await;
    let submit = ("submitPurchaseRequest", "PurchaseRequestTransitionInput", "purchaseRequest");
    taken(chef, submit, step(&draft)).await["id"].take()
}

/// Makes the shelf run low by asking for more of it, and counts less than should be there.
async fn waiting_count(store: &Person, shelf: &Shelf, admin: &Person) -> Value {
    let query = "query($at: InventoryItemWhere) { inventoryItems(where: $at) { nodes { id version } } }";
    let at = json!({ "at": { "productIds": [shelf.product], "locationIds": [shelf.location] } });
    let seen = admin.data(query, at).await;
    let mut policy = step(&seen["inventoryItems"]["nodes"][0]);
    policy["reorderPoint"] = json!("100000");
    policy["par"] = json!("120000");
    taken(admin, ("setPolicy", "SetPolicyInput", "inventoryItem"), policy).await;

    let plan = json!({ "locationId": shelf.location, "mode": "LIVE", "productIds": [shelf.product], "tolerancePercent": "100" });
    let planned = taken(store, ("planStockCount", "PlanStockCountInput", "stockCount"), plan).await;
    let started =
        taken(store, ("startStockCount", "StockCountStepInput", "stockCount"), step(&planned)).await;
    let mut found = step(&started);
    found["lines"] = json!([{ "productId": shelf.product, "quantity": "2" }]);
    let counted = taken(store, ("recordStockCount", "RecordStockCountInput", "stockCount"), found).await;
    taken(store, ("submitStockCount", "StockCountStepInput", "stockCount"), step(&counted)).await["id"].take()
}
