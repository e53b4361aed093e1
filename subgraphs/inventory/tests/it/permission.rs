//! Who may do what: every root field against every permission.

use chassis::testkit::first_code;
use serde_json::{Value, json};

use crate::house::{House, andaman};

/// A root field as a query, and the one permission it needs.
const QUERIES: [(&str, &str); 22] = [
    ("{ locations { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { location(id: $id) { id } }", "inventory:view"),
    ("{ inventoryItems { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { inventoryItem(id: $id) { id } }", "inventory:view"),
    ("{ movements { nodes { id } } }", "inventory:view"),
    ("{ reservations { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { reservation(id: $id) { id } }", "inventory:view"),
    ("{ lots { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { lot(id: $id) { id } }", "inventory:view"),
    ("{ stockCounts { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { stockCount(id: $id) { id } }", "inventory:view"),
    ("{ stockTransfers { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { stockTransfer(id: $id) { id } }", "inventory:view"),
    ("{ stockPeriods { nodes { id } } }", "inventory:view"),
    ("{ stockPeriod(month: \"2026-07\") { id } }", "inventory:view"),
    ("{ valuation(asOf: \"2026-07-31\") { asOf items { nodes { onHand { value } } } } }", "inventory:view"),
    ("{ storeRequisitions { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { storeRequisition(id: $id) { id } }", "inventory:view"),
    ("{ stockAdjustments { nodes { id } } }", "inventory:view"),
    ("query($id: ID!) { stockAdjustment(id: $id) { id } }", "inventory:view"),
    ("{ adjustmentLimits { amount } }", "inventory:view"),
    ("{ stockCursor }", "inventory:view"),
];

/// Everything somebody may be allowed to do here.
const PERMISSIONS: [&str; 10] = [
    "inventory:view",
    "inventory:receive",
    "inventory:issue",
    "inventory:adjust",
    "inventory:transfer",
    "inventory:reserve",
    "inventory:count",
    "inventory:approve",
    "inventory:manage",
    "inventory:period-close",
];

#[tokio::test]
async fn every_query_needs_its_permission() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let stranger = house.kit.caller(andaman(), &["inventory:receive", "products:view"]);
    for (query, permission) in QUERIES {
        let response = house.ask_as(&stranger, query, json!({ "id": store })).await;
        assert_eq!(first_code(&response), "FORBIDDEN", "{query}");
        assert_eq!(response["errors"][0]["extensions"]["permission"], permission, "{query}");
        let holder = house.kit.caller(andaman(), &[permission]);
        let response = house.ask_as(&holder, query, json!({ "id": store })).await;
        assert!(response.get("errors").is_none(), "{query}: {response}");
    }
}

/// A mutation, an input for it, and the one permission it needs.
type Case = (&'static str, Value, &'static str);

/// Mutations of balances, lots, months and places.
fn stock_cases(rice: &str, store: &str, item: &Value) -> Vec<Case> {
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1" });
    let waste = json!({ "productId": rice, "locationId": store, "quantity": "-1", "reason": "WASTE" });
    let moved = json!({ "productId": rice, "fromLocationId": store, "toLocationId": store, "quantity": "1" });
    let place = json!({ "code": "X", "name": "X", "type": "INVENTORY", "currency": "THB" });
    let because = json!({ "id": item, "expectedVersion": 9, "reason": "nobody needs it" });
    let month = json!({ "month": "2026-07", "expectedVersion": 9 });
    let mut reopened = month.clone();
    reopened["reason"] = json!("a delivery was forgotten");
    vec![
        ("receiveStock", json!({ "lines": [line] }), "inventory:receive"),
        ("issueStock", json!({ "lines": [line] }), "inventory:issue"),
        ("adjustStock", json!({ "lines": [waste] }), "inventory:adjust"),
        ("transferStock", json!({ "lines": [moved] }), "inventory:transfer"),
        ("reserveStock", json!({ "lines": [line] }), "inventory:reserve"),
        ("releaseReservation", json!({ "reservationId": item }), "inventory:reserve"),
        ("createLocation", place, "inventory:manage"),
        ("updateLocation", json!({ "id": store, "expectedVersion": 9 }), "inventory:manage"),
        ("setPolicy", json!({ "id": item, "expectedVersion": 9 }), "inventory:manage"),
        ("holdLot", because.clone(), "inventory:adjust"),
        ("releaseLot", because.clone(), "inventory:approve"),
        ("recallLot", because, "inventory:approve"),
        ("closeStockPeriod", month.clone(), "inventory:period-close"),
        ("reopenStockPeriod", reopened, "inventory:period-close"),
        ("lockStockPeriod", month, "inventory:period-close"),
    ]
}

/// Mutations of counts, transfers and requisitions.
fn document_cases(rice: &str, store: &str, item: &Value) -> Vec<Case> {
    let step = json!({ "id": item, "expectedVersion": 9 });
    let waste = json!({ "productId": rice, "locationId": store, "quantity": "-1", "reason": "WASTE" });
    let because = json!({ "id": item, "expectedVersion": 9, "reason": "nobody needs it" });
    let lines = json!([{ "productId": rice, "quantity": "1" }]);
    let mut found = step.clone();
    found["lines"] = lines.clone();
    let wanted = json!({ "fromLocationId": store, "toLocationId": store, "lines": lines });
    let mut rewritten = wanted.clone();
    (rewritten["id"], rewritten["expectedVersion"]) = (item.clone(), json!(9));
    vec![
        ("planStockCount", json!({ "locationId": store }), "inventory:count"),
        ("startStockCount", step.clone(), "inventory:count"),
        ("recordStockCount", found, "inventory:count"),
        ("submitStockCount", step.clone(), "inventory:count"),
        ("reopenStockCount", because.clone(), "inventory:approve"),
        ("postStockCount", step.clone(), "inventory:approve"),
        ("cancelStockCount", because.clone(), "inventory:count"),
        ("createStoreRequisition", wanted.clone(), "inventory:reserve"),
        ("updateStoreRequisition", rewritten, "inventory:reserve"),
        ("submitStoreRequisition", step.clone(), "inventory:reserve"),
        ("approveStoreRequisition", step.clone(), "inventory:approve"),
        ("issueStoreRequisition", step.clone(), "inventory:issue"),
        ("closeStoreRequisition", step.clone(), "inventory:issue"),
        ("cancelStoreRequisition", because.clone(), "inventory:reserve"),
        ("createStockAdjustment", json!({ "lines": [waste] }), "inventory:adjust"),
        ("submitStockAdjustment", step.clone(), "inventory:adjust"),
        ("approveStockAdjustment", step.clone(), "inventory:approve"),
        ("rejectStockAdjustment", because.clone(), "inventory:approve"),
        ("reverseStockAdjustment", because.clone(), "inventory:approve"),
        ("cancelStockAdjustment", because.clone(), "inventory:adjust"),
        ("reverseMovement", json!({ "movementId": item, "reason": "a clerical error" }), "inventory:approve"),
        (
            "setAdjustmentLimit",
            json!({ "reason": "WASTE", "amount": "1", "expectedVersion": 9 }),
            "inventory:approve",
        ),
        ("createStockTransfer", wanted, "inventory:transfer"),
        ("approveStockTransfer", step.clone(), "inventory:approve"),
        ("shipStockTransfer", step.clone(), "inventory:transfer"),
        ("receiveStockTransfer", step.clone(), "inventory:transfer"),
        ("closeStockTransfer", step, "inventory:approve"),
        ("cancelStockTransfer", because, "inventory:transfer"),
    ]
}

#[tokio::test]
async fn every_mutation_needs_its_permission() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "10")]).await;
    let item = house.item(&rice, &store).await["id"].clone();
    let cases = [stock_cases(&rice, &store, &item), document_cases(&rice, &store, &item)];
    for (mutation, input, permission) in cases.concat() {
        let others: Vec<&str> = PERMISSIONS.into_iter().filter(|held| *held != permission).collect();
        let response = house.mutate_as(&house.kit.caller(andaman(), &others), mutation, input.clone()).await;
        assert_eq!(first_code(&response), "FORBIDDEN", "{mutation}");
        assert_eq!(response["errors"][0]["path"], json!([mutation]), "{mutation}");
        let holder = house.kit.caller(andaman(), &[permission, "inventory:view"]);
        let response = house.mutate_as(&holder, mutation, input).await;
        assert!(response.get("errors").is_none(), "{mutation}: {response}");
    }
    assert_eq!(house.item(&rice, &store).await["onHand"]["value"], "9");
    house.prove().await;
}

#[tokio::test]
async fn every_role_may_do_what_is_written_down() {
    let house = House::open().await;
    let crate_dir = env!("CARGO_MANIFEST_DIR");
    chassis::testkit::check_roles(crate_dir, &house.kit, &house.subgraph, andaman()).await;
}

#[tokio::test]
async fn money_is_hidden_from_who_may_not_see_prices() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.fifo_store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "10")]).await;
    let partner = house.kit.caller(andaman(), &["inventory:view"]);
    let query = "query($of: StockCardOf!) {
        inventoryItems { nodes { averageCost { amount } totalValue { amount } onHand { value }
            costLayers { unitCost { amount } valueLeft { amount } } } }
        movements { nodes { unitCost { amount } totalValue { amount } valueAfter { amount } } }
        stockCard(of: $of) { openingValue { amount } closingValue { amount } closingOnHand { value } } }";
    let of = json!({ "of": { "productId": rice, "locationId": store } });
    let hidden = house.ask_as(&partner, query, of.clone()).await;
    assert!(hidden.get("errors").is_none(), "{hidden}");
    assert!(!hidden.to_string().contains("amount"), "{hidden}");
    let item = &hidden["data"]["inventoryItems"]["nodes"][0];
    assert_eq!((&item["totalValue"], &item["onHand"]["value"]), (&Value::Null, &json!("10")));
    let shown = house.data(query, of).await;
    assert_eq!(shown["stockCard"]["closingValue"]["amount"], "100.00");
    assert_eq!(shown["movements"]["nodes"][0]["unitCost"]["amount"], "10.00");
    let sorted =
        house.ask_as(&partner, "{ inventoryItems(sort: VALUE_DESC) { nodes { id } } }", json!({})).await;
    assert_eq!(first_code(&sorted), "FORBIDDEN");
}
