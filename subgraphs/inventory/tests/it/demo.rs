//! The demo house: deterministic, resumable and sound.

use primitives::{Decimal, ProductId, Unit, UserId};
use serde_json::{Value, json};
use subgraph_inventory::demo::{Crew, DemoProduct, House as Demo, Plan, Size, seed};
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

fn crew() -> Crew {
    let person = |n: u8| UserId::from_parts(1_780_000_000_000, [n; 10]);
    Crew { keeper: person(1), cook: person(2), manager: person(3) }
}

/// Counts and sums that say what was filled in.
async fn manifest(house: &House) -> Value {
    let query = "{ movements { totalCount } locations(first: 20) { nodes { code currency } }
        inventoryItems(first: 100, sort: VALUE_DESC) { totalCount nodes { product { id } onHand { value } totalValue { amount } } } }";
    house.data(query, json!({})).await
}

#[tokio::test]
async fn three_months_of_demo_stock_follow_from_their_ledger() {
    let (house, products) = (House::open().await, products());
    let plan = Plan { house: Demo::Andaman, size: Size::S, crew: crew(), products: &products };
    let environment = house.kit.environment();
    let written = seed(&environment, &house.keeper, &plan, &|_| {}).await.unwrap();
    assert!(written > 150, "{written}");
    let report = prove(&environment).await.unwrap();
    assert!(report.is_sound(), "{report}");
    assert!((200..2_000).contains(&report.movements), "{report}");
    let filled = manifest(&house).await;
    assert_eq!(filled["locations"]["nodes"].as_array().unwrap().len(), 9);
    let query = "{ papers: storeRequisitions { totalCount }
        closed: storeRequisitions(where: { statuses: [CLOSED] }) { totalCount }
        transfers: stockTransfers { totalCount } received: stockTransfers(where: { statuses: [RECEIVED] }) { totalCount }
        counts: stockCounts { totalCount nodes { status mode varianceValue { amount } } }
        low: inventoryItems(where: { belowReorder: true }) { totalCount } }";
    let papers = house.data(query, json!({})).await;
    let count = |name: &str| papers[name]["totalCount"].as_i64().unwrap();
    assert!(count("papers") > 15 && count("closed") > 10, "{papers}");
    assert!(count("transfers") > 15 && count("received") > 10, "{papers}");
    assert!(count("counts") > 3, "two whole counts and one every four weeks: {papers}");
    let counts = papers["counts"]["nodes"].as_array().unwrap();
    assert!(counts.iter().all(|count| count["status"] == "POSTED"), "{papers}");
    assert!(counts.iter().any(|count| count["varianceValue"].is_object()), "{papers}");
    assert!(count("low") > 0, "{papers}");
    // A second run finds everything there.
    assert_eq!(seed(&environment, &house.keeper, &plan, &|_| {}).await.unwrap(), 0);
    assert_eq!(manifest(&house).await, filled);
}

#[tokio::test]
async fn a_demo_of_the_usual_size_has_papers_in_every_state() {
    let (house, products) = (House::open().await, products());
    let plan = Plan { house: Demo::Andaman, size: Size::M, crew: crew(), products: &products };
    let environment = house.kit.environment();
    seed(&environment, &house.keeper, &plan, &|_| {}).await.unwrap();
    let report = prove(&environment).await.unwrap();
    assert!(report.is_sound(), "{report}");
    let of = |list: &str, status: &str| format!("{list}(where: {{ statuses: [{status}] }}) {{ totalCount }}");
    let query = format!(
        "{{ papers: storeRequisitions {{ totalCount }} closed: {} cancelled: {} waiting: {}
            transfers: stockTransfers {{ totalCount }} shipped: {} lost: {} counts: {} }}",
        of("storeRequisitions", "CLOSED"),
        of("storeRequisitions", "CANCELLED"),
        of("storeRequisitions", "SUBMITTED"),
        of("stockTransfers", "SHIPPED"),
        of("stockTransfers", "CLOSED"),
        of("stockCounts", "POSTED"),
    );
    let found = house.data(&query, json!({})).await;
    let count = |name: &str| found[name]["totalCount"].as_i64().unwrap();
    assert!((400..=552).contains(&count("papers")), "{found}");
    assert!((85..=92).contains(&count("transfers")), "{found}");
    assert_eq!(count("counts"), 14, "{found}");
    for some in ["closed", "cancelled", "waiting", "shipped", "lost"] {
        assert!(count(some) > 0, "{some}: {found}");
    }
}

#[tokio::test]
async fn the_same_plan_fills_two_houses_alike() {
    let products = products();
    let plan = Plan { house: Demo::Andaman, size: Size::S, crew: crew(), products: &products };
    let (one, other) = (House::open().await, House::open().await);
    for house in [&one, &other] {
        seed(&house.kit.environment(), &house.keeper, &plan, &|_| {}).await.unwrap();
    }
    assert_eq!(manifest(&one).await, manifest(&other).await);
}
