//! One question across product, vendor and inventory: what it answers and what it costs.

use carmen_tests::Carmen;
use serde_json::{Value, json};

pub(crate) const QUESTION: &str = include_str!("operations/products.graphql");

#[tokio::test]
async fn one_question_crosses_three_services_with_one_request_each() {
    let carmen = Carmen::start().await;
    let buyer = carmen.sign_in("buyer").await;
    carmen.count_statements();
    let answer = buyer.ask(QUESTION, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let nodes = answer["data"]["products"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 20);
    for node in nodes {
        assert!(node["category"]["name"].is_string(), "{node}");
        assert!(node["bestOffer"]["vendor"]["name"].is_string(), "{node}");
        assert!(node["bestOffer"]["unitPrice"]["amount"].is_string(), "{node}");
        assert!(!node["stock"].as_array().unwrap().is_empty(), "{node}");
        assert!(node["stock"][0]["onHand"]["unit"]["code"].is_string(), "{node}");
    }
    let traffic = answer["extensions"]["traffic"].as_array().unwrap();
    let mut calls: Vec<(&str, u64)> = traffic
        .iter()
        .map(|call| (call["subgraph"].as_str().unwrap(), call["representations"].as_u64().unwrap()))
        .collect();
    calls.sort_unstable();
    assert_eq!(calls, [("inventory", 20), ("product", 0), ("vendor", 20)]);
    let counted = [
        ("product", "product"),
        ("product", "category"),
        ("vendor", "price_line"),
        ("vendor", "vendor"),
        ("vendor", "vendor_product"),
        ("inventory", "inventory_item"),
        ("inventory", "location"),
    ]
    .map(|(service, table)| carmen.statements_on(service, table));
    assert_eq!(
        counted, [1; 7],
        "statements on product, category, price_line, vendor, vendor_product, inventory_item, location"
    );
    carmen.stop().await;
}

#[tokio::test]
async fn the_plan_is_one_fetch_and_then_two_side_by_side() {
    let carmen = Carmen::start().await;
    let buyer = carmen.sign_in("buyer").await;
    let answer = buyer.ask(QUESTION, json!({})).await;
    let plan = answer["extensions"]["plan"].as_str().unwrap();
    let skeleton: Vec<&str> = plan
        .lines()
        .map(str::trim)
        .filter(|line| ["Sequence", "Parallel", "Fetch", "Flatten"].iter().any(|word| line.starts_with(word)))
        .collect();
    let (first, mut beside) = (&skeleton[..3], skeleton[3..].to_vec());
    assert_eq!(first, ["Sequence {", "Fetch(service: \"product\") {", "Parallel {"]);
    beside.sort_unstable();
    let entities = "Flatten(path: \"products.nodes.@\") {";
    assert_eq!(
        beside,
        ["Fetch(service: \"inventory\") {", "Fetch(service: \"vendor\") {", entities, entities]
    );
    carmen.stop().await;
}

#[tokio::test]
async fn a_unit_is_named_without_another_hop_and_described_with_one() {
    let carmen = Carmen::start().await;
    let buyer = carmen.sign_in("buyer").await;
    let fetches = |answer: &Value| answer["extensions"]["traffic"].as_array().unwrap().len();
    let named =
        buyer.ask("{ inventoryItems(first: 5) { nodes { onHand { unit { code } } } } }", json!({})).await;
    assert_eq!(fetches(&named), 1, "{named}");
    let described = buyer
        .ask("{ inventoryItems(first: 5) { nodes { onHand { unit { code name } } } } }", json!({}))
        .await;
    assert_eq!(fetches(&described), 2);
    assert!(
        described["data"]["inventoryItems"]["nodes"][0]["onHand"]["unit"]["name"].is_string(),
        "{described}"
    );
    carmen.stop().await;
}
