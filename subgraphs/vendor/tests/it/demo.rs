//! The demo's vendors.

use chassis::testkit::caller;
use primitives::{Decimal, ProductId, Unit};
use serde_json::json;
use subgraph_vendor::demo::{DemoProduct, House as DemoHouse, seed};

use crate::house::{House, andaman};

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
    let first = seed(&environment, &by, (DemoHouse::Andaman, &products), |_| {}).await.unwrap();
    assert_eq!(first, 25);
    let again = seed(&environment, &by, (DemoHouse::Andaman, &products), |_| {}).await.unwrap();
    assert_eq!(again, 0);
    let keys: Vec<_> =
        products.iter().map(|product| json!({ "__typename": "Product", "id": product.id })).collect();
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product {
        offers(quantity: \"10\") { vendor { code } } bestOffer(quantity: \"10\") { vendor { code } } } } }";
    let found = house.data(query, json!({ "keys": keys })).await;
    for entity in found["_entities"].as_array().unwrap() {
        assert!(entity["bestOffer"].is_object(), "{entity}");
        assert!((2..=16).contains(&entity["offers"].as_array().unwrap().len()), "{entity}");
    }
}
