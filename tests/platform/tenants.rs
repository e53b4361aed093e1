//! Two tenants on one graph: neither sees the other's things, whichever way it asks.

use carmen_tests::Carmen;
use serde_json::{Value, json};

async fn ids(person: &carmen_tests::Person) -> Value {
    let query =
        "{ products(first: 1) { nodes { id code category { id } } } vendors(first: 1) { nodes { id } }
        priceLists(first: 1) { nodes { id } } locations(first: 1) { nodes { id } }
        inventoryItems(first: 1) { nodes { id } } }";
    person.data(query, json!({})).await
}

#[tokio::test]
async fn another_tenants_ids_lead_nowhere() {
    let carmen = Carmen::start().await;
    let (andaman, lanna) = (carmen.sign_in("admin").await, carmen.sign_in("admin@lanna.example").await);
    let theirs = ids(&andaman).await;
    let id = |kind: &str| theirs[kind]["nodes"][0]["id"].clone();
    let looks = [
        ("product(id: $id) { id }", id("products")),
        ("category(id: $id) { id }", theirs["products"]["nodes"][0]["category"]["id"].clone()),
        ("vendor(id: $id) { id }", id("vendors")),
        ("priceList(id: $id) { id }", id("priceLists")),
        ("location(id: $id) { id }", id("locations")),
        ("inventoryItem(id: $id) { id }", id("inventoryItems")),
    ];
    for (field, id) in looks {
        let query = format!("query($id: ID!) {{ found: {field} }}");
        let seen = lanna.ask(&query, json!({ "id": id })).await;
        assert_eq!(seen["data"]["found"], Value::Null, "{field}: {seen}");
        let own = andaman.data(&query, json!({ "id": id })).await;
        assert_eq!(own["found"]["id"], id, "{field}");
    }
    let receive =
        "mutation($input: ReceiveStockInput!) { receiveStock(input: $input) { userErrors { code field } } }";
    let line = json!({ "productId": id("products"), "locationId": id("locations"), "quantity": "1", "unitCost": "1" });
    let refused = lanna.data(receive, json!({ "input": { "lines": [line] } })).await;
    let errors = refused["receiveStock"]["userErrors"].as_array().unwrap();
    assert!(!errors.is_empty() && errors.iter().all(|error| error["code"] == "NOT_FOUND"), "{refused}");
    carmen.stop().await;
}

#[tokio::test]
async fn lists_of_one_tenant_never_hold_anything_of_the_other() {
    let carmen = Carmen::start().await;
    let (andaman, lanna) = (carmen.sign_in("admin").await, carmen.sign_in("admin@lanna.example").await);
    let count = "{ products { totalCount } vendors { totalCount } locations { totalCount } inventoryItems { totalCount } }";
    let (theirs, ours) = tokio::join!(andaman.data(count, json!({})), lanna.data(count, json!({})));
    let shown = ["products", "vendors", "locations", "inventoryItems"].map(|kind| {
        (theirs[kind]["totalCount"].as_u64().unwrap(), ours[kind]["totalCount"].as_u64().unwrap())
    });
    assert_eq!((shown[0], shown[1], shown[2]), ((40, 10), (25, 2), (9, 1)));
    assert_eq!(shown[3].1, 10);
    carmen.stop().await;
}
