//! The demo house: deterministic, resumable and sound.

use primitives::{Decimal, ProductId, Unit};
use serde_json::{Value, json};
use subgraph_inventory::demo::{DemoProduct, House as Demo, Plan, Size, seed};
use subgraph_inventory::prove;

use crate::house::House;

fn products() -> Vec<DemoProduct> {
    let units = ["kg", "l", "ea"];
    (0..40_u8)
        .map(|n| DemoProduct {
            id: ProductId::from_parts(1_780_000_000_000, [n; 10]),
            code: format!("P{n:03}"),
            base_unit: units[usize::from(n) % 3].parse::<Unit>().unwrap(),
            base_price: Decimal::from_whole(10 + i32::from(n)),
            is_kept_by_lots: n % 4 == 0,
        })
        .collect()
}

/// Counts and sums that say what was filled in.
async fn manifest(house: &House) -> Value {
    let query = "{ movements { totalCount } locations(first: 20) { nodes { code currency } }
        inventoryItems(first: 100, sort: LARGEST_VALUE) { totalCount nodes { product { id } onHand { value } totalValue { amount } } } }";
    house.data(query, json!({})).await
}

#[tokio::test]
async fn three_months_of_demo_stock_follow_from_their_ledger() {
    let (house, products) = (House::open().await, products());
    let plan = Plan { house: Demo::Andaman, size: Size::S, products: &products };
    let environment = house.kit.environment();
    let written = seed(&environment, &house.keeper, &plan, |_| {}).await.unwrap();
    assert!(written > 150, "{written}");
    let report = prove(&environment).await.unwrap();
    assert!(report.is_sound(), "{report}");
    assert!((200..2_000).contains(&report.movements), "{report}");
    let filled = manifest(&house).await;
    assert_eq!(filled["locations"]["nodes"].as_array().unwrap().len(), 9);
    // A second run finds everything there.
    assert_eq!(seed(&environment, &house.keeper, &plan, |_| {}).await.unwrap(), 0);
    assert_eq!(manifest(&house).await, filled);
}

#[tokio::test]
async fn the_same_plan_fills_two_houses_alike() {
    let products = products();
    let plan = Plan { house: Demo::Andaman, size: Size::S, products: &products };
    let (one, other) = (House::open().await, House::open().await);
    for house in [&one, &other] {
        seed(&house.kit.environment(), &house.keeper, &plan, |_| {}).await.unwrap();
    }
    assert_eq!(manifest(&one).await, manifest(&other).await);
}
