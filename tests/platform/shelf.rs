//! What the stories find on the shelves of the demo.

use carmen_tests::Person;
use serde_json::{Value, json};

/// A product with a store that has it.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) product: String,
    pub(crate) location: String,
}

/// Products that lie in the resort's main store and are not kept by lots.
pub(crate) async fn shelves(person: &Person, count: usize) -> Vec<Shelf> {
    let locations = person.data("{ locations(first: 100) { nodes { id code } } }", json!({})).await;
    let nodes = locations["locations"]["nodes"].as_array().unwrap();
    let store = nodes.iter().find(|node| node["code"] == "P1-STORE").unwrap()["id"].clone();
    let query =
        "query($at: [ID!], $first: Int) { inventoryItems(where: { locationIds: $at }, first: $first) {
        nodes { isKeptByLots product { id baseUnit { decimalPlaces } } } } }";
    let items = person.data(query, json!({ "at": [store], "first": 100 })).await;
    let items = items["inventoryItems"]["nodes"].as_array().unwrap();
    let items: Vec<&Value> = items.iter().filter(|item| item["isKeptByLots"] == false).collect();
    assert!(items.len() >= count, "only {} products lie in the store", items.len());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items
        .iter()
        .take(count)
        .map(|item| Shelf { product: text(&item["product"]["id"]), location: text(&store) })
        .collect()
}

/// Takes everything off the shelf that nobody was promised.
pub(crate) async fn clear(person: &Person, shelf: &Shelf) {
    let at = json!({ "at": { "productIds": [shelf.product], "locationIds": [shelf.location] } });
    let query =
        "query($at: InventoryItemWhere) { inventoryItems(where: $at) { nodes { available { value } } } }";
    let seen = person.data(query, at).await;
    let available = &seen["inventoryItems"]["nodes"][0]["available"]["value"];
    let line = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": available });
    let query =
        "mutation($input: IssueStockInput!) { issueStock(input: $input) { userErrors { code message } } }";
    let issued = person.data(query, json!({ "input": { "lines": [line] } })).await;
    assert_eq!(issued["issueStock"]["userErrors"], json!([]));
}

/// Takes one of everything in, as one document.
pub(crate) async fn receive(person: &Person, lines: &[(&Shelf, &str)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(shelf, quantity)| {
            json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": quantity, "unitCost": "10" })
        })
        .collect();
    let query = "mutation($input: ReceiveStockInput!) { receiveStock(input: $input) { userErrors { code field message } } }";
    person.data(query, json!({ "input": { "lines": lines } })).await["receiveStock"]["userErrors"].clone()
}
