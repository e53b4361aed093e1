//! The demo's vendors.

use chassis::testkit::caller;
use primitives::{Decimal, ProductId, Unit};
use serde_json::json;
use subgraph_vendor::demo::{DemoProduct, House as DemoHouse, seed};

use crate::house::{House, andaman, lanna};

fn products(count: usize) -> Vec<DemoProduct> {
    let (kg, case) = (Unit::from_code("kg").unwrap(), Unit::from_code("case").unwrap());
    (0..count)
        .map(|number| DemoProduct {
            id: ProductId::generate(),
            code: format!("SHELF{}-{number:03}", number % 7),
            base_unit: kg,
            purchase_unit: if number % 2 == 0 { case } else { kg },
            purchase_factor: if number % 2 == 0 { Decimal::from_whole(12) } else { Decimal::ONE },
            base_price: Decimal::from_whole(80),
        })
        .collect()
}

#[tokio::test]
async fn every_product_has_a_best_offer_and_a_second_run_changes_nothing() {
    let house = House::open().await;
    let products = products(60);
    let by = caller(andaman(), &["*"]);
    let environment = house.kit.environment();
    let first = seed(&environment, &by, (DemoHouse::Andaman, &products), &|_| {}).await.unwrap();
    assert_eq!(first, 25);
    let again = seed(&environment, &by, (DemoHouse::Andaman, &products), &|_| {}).await.unwrap();
    assert_eq!(again, 0);
    let keys: Vec<_> =
        products.iter().map(|product| json!({ "__typename": "Product", "id": product.id })).collect();
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product {
        offers(quantity: \"10\", first: 50) { vendor { code } } bestOffer(quantity: \"10\") { vendor { code } }
        later: bestOffer(quantity: \"10\", date: \"2029-01-01\") { vendor { code } } } } }";
    let found = house.data(query, json!({ "keys": keys })).await;
    for entity in found["_entities"].as_array().unwrap() {
        assert!(entity["bestOffer"].is_object() && entity["later"].is_object(), "{entity}");
        assert!((2..=16).contains(&entity["offers"].as_array().unwrap().len()), "{entity}");
    }
}

#[tokio::test]
async fn what_currencies_are_worth_is_known_from_a_day_on_and_to_the_tenant_only() {
    let house = House::open().await;
    let by = caller(andaman(), &["*"]);
    seed(&house.kit.environment(), &by, (DemoHouse::Andaman, &products(7)), &|_| {}).await.unwrap();
    let query =
        "{ now: exchangeRate(currency: \"SGD\") before: exchangeRate(currency: \"SGD\", date: \"2025-12-31\")
        own: exchangeRate(currency: \"THB\") nobody: exchangeRate(currency: \"JPY\") }";
    let known = json!({ "now": "26.4", "before": null, "own": "1", "nobody": null });
    assert_eq!(house.data(query, json!({})).await, known);
    let other = house.kit.caller(lanna(), &["*"]);
    let hidden = house.ask_as(&other, query, json!({})).await;
    assert_eq!(hidden["data"]["now"], json!(null), "{hidden}");
    let nobody = house.kit.caller(andaman(), &["products:view"]);
    let refused = house.ask_as(&nobody, query, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
}

#[tokio::test]
async fn the_demo_shows_every_edge() {
    let house = House::open().await;
    let products = products(60);
    let by = caller(andaman(), &["*"]);
    seed(&house.kit.environment(), &by, (DemoHouse::Andaman, &products), &|_| {}).await.unwrap();
    let query = "{ expired: priceLists(where: { status: [EXPIRED] }) { totalCount }
        active: priceLists(where: { status: [ACTIVE], validOn: \"2026-07-01\" }) { totalCount }
        vendors(first: 100) { totalCount nodes { code status currency rating products(first: 1) { totalCount } } }
        shared: vendorByCode(code: \"DRYGOODS\") { priceLists { nodes { validFrom validTo status } } } }";
    let found = house.data(query, json!({})).await;
    assert_eq!(found["vendors"]["totalCount"], 25);
    // Seven shelves keep 23 of the vendors busy; each has last quarter's list and the present one. What the campaign brings for
    // later comes into force whenever its end is heard of.
    let counts = ["expired", "active"].map(|lists| found[lists]["totalCount"].as_i64());
    assert_eq!(counts, [Some(23), Some(23)]);
    let dollars: Vec<_> = found["vendors"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|vendor| vendor["currency"] == "USD")
        .collect();
    assert_eq!(dollars.len(), 1);
    let lists = &found["shared"]["priceLists"]["nodes"];
    assert_eq!((&lists[0]["validFrom"], &lists[1]["validTo"]), (&json!("2026-07-01"), &json!("2026-07-01")));
}

#[tokio::test]
async fn the_demo_agrees_on_contracts_and_asks_for_prices() {
    let house = House::open().await;
    let (products, by) = (products(60), caller(andaman(), &["*"]));
    let query = "{ contracts { totalCount nodes { status lines { totalCount } } }
        campaigns(first: 5) { nodes { status lines { totalCount } invitations { nodes { status } } } } }";
    let mut runs = Vec::new();
    for _ in 0..2 {
        seed(&house.kit.environment(), &by, (DemoHouse::Andaman, &products), &|_| {}).await.unwrap();
        runs.push(house.data(query, json!({})).await);
    }
    assert_eq!(runs[0], runs[1], "a second run changes nothing");
    let agreed = json!({ "status": "ACTIVE", "lines": { "totalCount": 6 } });
    assert_eq!(runs[0]["contracts"], json!({ "totalCount": 2, "nodes": [agreed, agreed] }));
    let asked = |status: &str, answers: [&str; 4]| {
        let answers = answers.map(|status| json!({ "status": status }));
        json!({ "status": status, "lines": { "totalCount": 6 }, "invitations": { "nodes": answers } })
    };
    let mut campaigns = runs[0]["campaigns"]["nodes"].as_array().unwrap().clone();
    campaigns.sort_by_key(|campaign| campaign["status"].as_str().unwrap().to_owned());
    assert_eq!(campaigns[0], asked("ACTIVE", ["APPROVED", "REJECTED", "IN_PROGRESS", "PENDING"]));
    assert_eq!(campaigns[1], asked("COMPLETED", ["APPROVED", "REJECTED", "EXPIRED", "EXPIRED"]));
}

#[tokio::test]
async fn the_same_products_get_the_same_prices_in_every_run() {
    let products = products(20);
    let keys: Vec<_> =
        products.iter().map(|product| json!({ "__typename": "Product", "id": product.id })).collect();
    let query = "query($keys: [_Any!]!) { vendors(first: 100) { nodes { id } } _entities(representations: $keys) {
        ... on Product { offers(quantity: \"120\") { vendor { id } unitPrice { amount } total { amount } } } } }";
    let mut runs = Vec::new();
    for _ in 0..2 {
        let house = House::open().await;
        let by = caller(andaman(), &["*"]);
        seed(&house.kit.environment(), &by, (DemoHouse::Andaman, &products), &|_| {}).await.unwrap();
        runs.push(house.data(query, json!({ "keys": keys })).await);
    }
    assert_eq!(runs[0], runs[1]);
}
