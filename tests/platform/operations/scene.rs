//! What the demo does not hold by itself: a request that waits, a shelf that runs low, a count that waits to be posted.

use carmen_tests::{Carmen, Person};
use serde_json::{Value, json};

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

/// Takes a step that must not be refused; answers the record's id and version.
async fn step(person: &Person, (mutation, kind, noun): (&str, &str, &str), input: Value) -> Value {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {noun} {{ id version }} userErrors {{ code field message }} }} }}"
    );
    let mut answer = person.data(&query, json!({ "input": input })).await;
    assert_eq!(answer[mutation]["userErrors"], json!([]), "{mutation}");
    answer[mutation][noun].take()
}

fn of(record: &Value) -> Value {
    json!({ "id": record["id"], "expectedVersion": record["version"] })
}

/// More than lies there, so that somebody has to decide whether to buy it.
async fn waiting_request(chef: &Person, department: &Value, (shelf, unit): (&Shelf, &Value)) -> Value {
    let line =
        json!({ "productId": shelf.product, "quantity": "40", "unit": unit, "deliverTo": shelf.location });
    let input =
        json!({ "departmentId": department, "justification": "the wedding on Saturday", "lines": [line] });
    let create = ("createPurchaseRequest", "CreatePurchaseRequestInput", "purchaseRequest");
    let draft = step(chef, create, input).await;
    let submit = ("submitPurchaseRequest", "PurchaseRequestTransitionInput", "purchaseRequest");
    step(chef, submit, of(&draft)).await["id"].take()
}

/// Makes the shelf run low by asking for more of it, and counts less than should be there.
async fn waiting_count(store: &Person, shelf: &Shelf, admin: &Person) -> Value {
    let query = "query($at: InventoryItemWhere) { inventoryItems(where: $at) { nodes { id version } } }";
    let at = json!({ "at": { "productIds": [shelf.product], "locationIds": [shelf.location] } });
    let seen = admin.data(query, at).await;
    let mut policy = of(&seen["inventoryItems"]["nodes"][0]);
    policy["reorderPoint"] = json!("100000");
    policy["par"] = json!("120000");
    step(admin, ("setPolicy", "SetPolicyInput", "inventoryItem"), policy).await;

    let plan = json!({ "locationId": shelf.location, "mode": "LIVE", "productIds": [shelf.product], "tolerancePercent": "100" });
    let planned = step(store, ("planStockCount", "PlanStockCountInput", "stockCount"), plan).await;
    let started = step(store, ("startStockCount", "StockCountStepInput", "stockCount"), of(&planned)).await;
    let mut found = of(&started);
    found["lines"] = json!([{ "productId": shelf.product, "quantity": "2" }]);
    let counted = step(store, ("recordStockCount", "RecordStockCountInput", "stockCount"), found).await;
    step(store, ("submitStockCount", "StockCountStepInput", "stockCount"), of(&counted)).await["id"].take()
}
