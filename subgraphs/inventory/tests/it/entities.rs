//! What other services ask for: references, many at once, in one statement.

use serde_json::{Value, json};

use crate::house::{House, andaman, lanna};

/// What the acceptance query of the platform asks of inventory.
const STOCK: &str = "query($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Product { id totalOnHand { value } stock { location { name } onHand { value unit { code } } available { value } } } } }";

fn products(ids: &[String]) -> Value {
    let references: Vec<Value> = ids.iter().map(|id| json!({ "__typename": "Product", "id": id })).collect();
    json!({ "representations": references })
}

#[tokio::test]
async fn the_stock_of_a_hundred_products_costs_one_statement_per_table() {
    let house = House::open().await;
    let (main, cold) = (house.store("MAIN").await, house.fifo_store("COLD").await);
    let ids: Vec<String> = (0..100).map(|_| house.product()).collect();
    let lines: Vec<_> = ids
        .iter()
        .flat_map(|id| [(id.as_str(), main.as_str(), "3", "10"), (id.as_str(), cold.as_str(), "2", "10")])
        .collect();
    house.receive(&lines).await;
    let log = house.kit.db().statements();
    log.start();
    let answer = house.data(STOCK, products(&ids)).await;
    assert_eq!((log.count_on("inventory_item"), log.count_on("location"), log.count()), (1, 1, 2));
    log.stop();
    let entities = answer["_entities"].as_array().unwrap();
    assert_eq!(entities.len(), 100);
    for entity in entities {
        assert_eq!(entity["totalOnHand"]["value"], "5");
        let names: Vec<_> =
            entity["stock"].as_array().unwrap().iter().map(|item| item["location"]["name"].clone()).collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains(&json!("Store MAIN")) && names.contains(&json!("Store COLD")), "{entity}");
    }
}

#[tokio::test]
async fn stock_can_be_asked_for_at_one_location() {
    let house = House::open().await;
    let (main, cold) = (house.store("MAIN").await, house.store("COLD").await);
    let rice = house.product();
    house.receive(&[(&rice, &main, "3", "10"), (&rice, &cold, "2", "10")]).await;
    let query = "query($representations: [_Any!]!, $at: ID) { _entities(representations: $representations) {
        ... on Product { stock(locationId: $at) { location { code } } } } }";
    let mut variables = products(&[rice]);
    variables["at"] = json!(cold);
    let answer = house.data(query, variables).await;
    assert_eq!(answer["_entities"][0]["stock"], json!([{ "location": { "code": "COLD" } }]));
}

#[tokio::test]
async fn a_product_that_never_moved_has_no_stock() {
    let house = House::open().await;
    let answer = house.data(STOCK, products(&[house.product()])).await;
    assert_eq!(
        (&answer["_entities"][0]["stock"], &answer["_entities"][0]["totalOnHand"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn every_kind_of_reference_is_one_statement_and_a_missing_one_is_null() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let posting = house.receive(&[(&rice, &store, "3", "10")]).await;
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1" });
    let promised = house.mutate("reserveStock", json!({ "lines": [line] })).await;
    let (item, movement) = (&posting["items"][0]["id"], &posting["movements"][0]["id"]);
    let reservation = &promised["reservations"][0]["id"];
    let missing = primitives::LocationId::generate().to_string();
    let references = json!([
        { "__typename": "InventoryItem", "id": item },
        { "__typename": "InventoryItem", "productId": rice, "locationId": store },
        { "__typename": "InventoryItem", "productId": rice, "locationId": missing },
        { "__typename": "Location", "id": store },
        { "__typename": "Location", "id": missing },
        { "__typename": "Location", "id": "not an id" },
        { "__typename": "StockMovement", "id": movement },
        { "__typename": "Reservation", "id": reservation },
        { "__typename": "Reservation", "id": missing },
    ]);
    let query = "query($r: [_Any!]!) { _entities(representations: $r) {
        ... on InventoryItem { id } ... on Location { id } ... on StockMovement { id } ... on Reservation { id } } }";
    let log = house.kit.db().statements();
    log.start();
    let answer = house.data(query, json!({ "r": references })).await;
    assert_eq!(log.stop().len(), 5, "one by item id, one by place, one per other type");
    assert_eq!(
        answer["_entities"],
        json!([
            { "id": item }, { "id": item }, null,
            { "id": store }, null, null,
            { "id": movement },
            { "id": reservation }, null,
        ])
    );
}

#[tokio::test]
async fn another_tenants_references_are_null_and_its_products_empty() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let posting = house.receive(&[(&rice, &store, "3", "10")]).await;
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1" });
    let promised = house.mutate("reserveStock", json!({ "lines": [line] })).await;
    let neighbour = house.kit.caller(lanna(), &["*"]);
    let references = json!([
        { "__typename": "InventoryItem", "id": posting["items"][0]["id"] },
        { "__typename": "InventoryItem", "productId": rice, "locationId": store },
        { "__typename": "Location", "id": store },
        { "__typename": "StockMovement", "id": posting["movements"][0]["id"] },
        { "__typename": "Reservation", "id": promised["reservations"][0]["id"] },
        { "__typename": "Product", "id": rice },
    ]);
    let query = "query($r: [_Any!]!) { _entities(representations: $r) {
        ... on InventoryItem { id } ... on Location { id } ... on StockMovement { id } ... on Reservation { id }
        ... on Product { stock { id } totalOnHand { value } } } }";
    let answer = house.ask_as(&neighbour, query, json!({ "r": references })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(
        answer["data"]["_entities"],
        json!([null, null, null, null, null, { "stock": [], "totalOnHand": null }])
    );
    for (field, id) in [
        ("location", json!(store)),
        ("inventoryItem", posting["items"][0]["id"].clone()),
        ("reservation", promised["reservations"][0]["id"].clone()),
    ] {
        let query = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
        let answer = house.ask_as(&neighbour, &query, json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { field: null } }));
    }
    let lists = "{ locations { totalCount } inventoryItems { totalCount } movements { totalCount } reservations { totalCount } }";
    let answer = house.ask_as(&neighbour, lists, json!({})).await;
    for field in ["locations", "inventoryItems", "movements", "reservations"] {
        assert_eq!(answer["data"][field]["totalCount"], 0, "{field}");
    }
}

#[tokio::test]
async fn stock_without_permission_is_forbidden_and_leaves_the_product() {
    let house = House::open().await;
    let cook = house.kit.caller(andaman(), &["products:view"]);
    let answer = house.ask_as(&cook, STOCK, products(&[house.product()])).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(answer["data"]["_entities"][0]["id"].is_string(), "{answer}");
}
