//! Lists of the catalogue's surroundings in the order, and as narrow, as is asked for.

use serde_json::{Value, json};
use std::time::Duration;

use crate::house::House;

/// What `field` of the nodes of a list says, asked for with `arguments`; as many are counted.
async fn listed(house: &House, (list, arguments): (&str, &str), field: &str) -> Vec<String> {
    let query = format!("{{ {list}{arguments} {{ totalCount nodes {{ {field} }} }} }}");
    let page = house.data(&query, Value::Null).await[list].take();
    let nodes = page["nodes"].as_array().unwrap();
    assert_eq!(page["totalCount"], nodes.len(), "{arguments}");
    nodes
        .iter()
        .map(|node| node[field].as_str().map_or_else(|| node[field].to_string(), str::to_owned))
        .collect()
}

fn minute(house: &House) {
    house.kit.clock().advance(Duration::from_secs(60));
}

#[tokio::test]
async fn categories() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    minute(&house);
    house.category("Fish", Some(&food)).await;
    minute(&house);
    house.category("Drinks", None).await;
    for (arguments, names) in [
        ("", ["Drinks", "Fish", "Food"]),
        ("(sort: NAME_DESC)", ["Food", "Fish", "Drinks"]),
        ("(sort: LEVEL_ASC)", ["Drinks", "Food", "Fish"]),
        ("(sort: UPDATED_AT_DESC)", ["Drinks", "Fish", "Food"]),
    ] {
        assert_eq!(listed(&house, ("categories", arguments), "name").await, names, "{arguments}");
    }
}

#[tokio::test]
async fn attribute_definitions() {
    let house = House::open().await;
    let define =
        "mutation($input: DefineAttributeInput!) { defineAttribute(input: $input) { userErrors { code } } }";
    for input in [
        json!({ "key": "fat", "name": "Share of fat", "type": "NUMBER" }),
        json!({ "key": "origin", "name": "Origin", "type": "CHOICE", "options": ["wild"], "required": true }),
        json!({ "key": "cut", "name": "Way of cutting", "type": "TEXT" }),
    ] {
        let defined = house.data(define, json!({ "input": input })).await;
        assert_eq!(defined["defineAttribute"]["userErrors"], json!([]));
        minute(&house);
    }
    for (arguments, keys) in [
        ("", ["cut", "fat", "origin"].as_slice()),
        ("(sort: KEY_DESC)", &["origin", "fat", "cut"]),
        ("(sort: NAME_ASC)", &["origin", "fat", "cut"]),
        ("(sort: UPDATED_AT_DESC)", &["cut", "origin", "fat"]),
        ("(where: { required: true })", &["origin"]),
        ("(where: { types: [NUMBER, TEXT], not: { keys: [\"fat\"] } })", &["cut"]),
        ("(where: { or: [{ keys: [\"fat\"] }, { required: true }] })", &["fat", "origin"]),
    ] {
        assert_eq!(listed(&house, ("attributeDefinitions", arguments), "key").await, keys, "{arguments}");
    }
}

#[tokio::test]
async fn imports() {
    let house = House::open().await;
    let query = "mutation($input: BulkImportInput!) { bulkImport(input: $input) { import { total } userErrors { code } } }";
    for total in 1..4 {
        let rows = (0..total).map(|row| format!("C{total}{row},Name,kg\n")).collect::<String>();
        let input = json!({ "csv": format!("code,name,baseUnit\n{rows}"), "policy": "CREATE" });
        let imported = house.data(query, json!({ "input": input })).await;
        assert_eq!(imported["bulkImport"]["import"]["total"], total, "{imported}");
        minute(&house);
    }
    let chef = house.chef.user;
    for (arguments, totals) in [
        (String::new(), ["3", "2", "1"].as_slice()),
        ("(sort: STARTED_AT_ASC)".to_owned(), &["1", "2", "3"]),
        ("(where: { from: \"2026-07-01T08:01:00Z\", before: \"2026-07-01T08:02:00Z\" })".to_owned(), &["2"]),
        ("(where: { running: true })".to_owned(), &[]),
        (format!("(where: {{ running: false, startedByIds: [\"{chef}\"] }})"), &["3", "2", "1"]),
        (format!("(where: {{ not: {{ startedByIds: [\"{chef}\"] }} }})"), &[]),
    ] {
        assert_eq!(listed(&house, ("productImports", &arguments), "total").await, totals, "{arguments}");
    }
}
