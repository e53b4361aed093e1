//! Places: created once, changed with care.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, pairs};

#[tokio::test]
async fn everything_wrong_with_a_location_is_told_at_once() {
    let house = House::open().await;
    let input = json!({ "code": "no spaces", "name": " ", "type": "DIRECT", "currency": "THB", "allowNegative": true });
    assert_eq!(
        house.refused("createLocation", input).await,
        pairs(&[
            ("VALIDATION_ERROR", "code"),
            ("VALIDATION_ERROR", "name"),
            ("VALIDATION_ERROR", "allowNegative"),
        ])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_taken_once_even_by_ten_at_once() {
    let house = House::open().await;
    let input = json!({ "code": "MAIN", "name": "Main", "type": "INVENTORY", "currency": "THB" });
    let payloads = join_all((0..10).map(|_| house.mutate("createLocation", input.clone()))).await;
    let created = payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count();
    let duplicate = payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == "DUPLICATE").count();
    assert_eq!((created, duplicate), (1, 9));
}

#[tokio::test]
async fn the_cost_method_is_frozen_while_there_is_stock() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "5", "10")]).await;
    let change = json!({ "id": store, "expectedVersion": 1, "costMethod": "FIFO" });
    assert_eq!(
        house.refused("updateLocation", change.clone()).await,
        pairs(&[("INVALID_STATE", "costMethod")])
    );
    house.issue(&rice, &store, "5").await;
    let updated = house.mutate("updateLocation", change).await;
    assert_eq!(updated["location"]["costMethod"], "FIFO", "{updated}");
    house.receive(&[(&rice, &store, "2", "10")]).await;
    house.receive(&[(&rice, &store, "2", "20")]).await;
    let posting = house.issue(&rice, &store, "2").await;
    assert_eq!(posting["movements"][0]["totalValue"]["amount"], "-20.00");
    house.prove().await;
}

#[tokio::test]
async fn stock_below_zero_is_settled_before_it_is_forbidden() {
    let house = House::open().await;
    let (gin, bar) = (house.product(), house.location("BAR", json!({ "allowNegative": true })).await);
    house.issue(&gin, &bar, "3").await;
    let forbid = json!({ "id": bar, "expectedVersion": 1, "allowNegative": false });
    assert_eq!(
        house.refused("updateLocation", forbid.clone()).await,
        pairs(&[("INVALID_STATE", "allowNegative")])
    );
    house.receive(&[(&gin, &bar, "3", "100")]).await;
    let updated = house.mutate("updateLocation", forbid).await;
    assert_eq!(updated["location"]["allowNegative"], false, "{updated}");
    let line = json!({ "productId": gin, "locationId": bar, "quantity": "1" });
    let short = house.refused("issueStock", json!({ "lines": [line] })).await;
    assert_eq!(short, pairs(&[("INSUFFICIENT_STOCK", "lines.0.quantity")]));
    house.prove().await;
}

#[tokio::test]
async fn a_stale_change_conflicts_and_changes_nothing() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let rename = |name: &str| json!({ "id": store, "expectedVersion": 1, "name": name });
    let first = house.mutate("updateLocation", rename("Cellar")).await;
    assert_eq!(first["location"]["version"], 2);
    let stale = house.mutate("updateLocation", rename("Attic")).await;
    assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(stale["userErrors"][0]["meta"], json!({ "currentVersion": 2 }));
    let shown = house.data("query($id: ID!) { location(id: $id) { name } }", json!({ "id": store })).await;
    assert_eq!(shown["location"]["name"], "Cellar");
}

#[tokio::test]
async fn locations_are_searched_whatever_the_case_and_wildcards_are_letters() {
    let house = House::open().await;
    house.location("P1-MAIN", json!({ "name": "Main store" })).await;
    house.location("P1_COLD", json!({ "name": "Cold room", "type": "PRODUCTION" })).await;
    let query = "query($search: String, $where: LocationWhere) {
        locations(search: $search, where: $where) { nodes { code } } }";
    let codes = async |variables: Value| {
        let shown = house.data(query, variables).await;
        let nodes = shown["locations"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(json!({ "search": "main" })).await, ["P1-MAIN"]);
    assert_eq!(codes(json!({ "search": "1_" })).await, ["P1_COLD"]);
    assert_eq!(codes(json!({ "where": { "types": ["PRODUCTION"] } })).await, ["P1_COLD"]);
    assert_eq!(codes(json!({})).await, ["P1-MAIN", "P1_COLD"]);
}
