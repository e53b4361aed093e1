//! The demo catalogue in a database.

use chassis::testkit::data;
use serde_json::json;
use subgraph_product::demo::{self, Size};

use crate::house::{House, lanna};

#[tokio::test]
async fn a_house_is_filled_once_and_reads_like_any_other() {
    let house = House::open().await;
    let environment = house.kit.environment();
    let plan = demo::andaman(Size::M);
    assert_eq!(demo::seed(&environment, &house.chef, &plan, &|_| ()).await.unwrap(), 400);
    assert_eq!(demo::seed(&environment, &house.chef, &plan, &|_| ()).await.unwrap(), 0);
    let query = "{ products(first: 2, sort: CODE_ASC) { totalCount nodes { id code name localName status category { path }
        baseUnit { code } factorToBase(unit: \"case\") barcodes } } categories { totalCount } }";
    let read = house.data(query, json!(null)).await;
    assert_eq!(read["products"]["totalCount"], 400);
    let id = plan.products.iter().find(|product| product.code == "AMEN-001").unwrap().id;
    assert_eq!(
        read["products"]["nodes"][0],
        json!({
            "id": id, "code": "AMEN-001", "name": "Shampoo 30 ml", "localName": "แชมพู", "status": "ACTIVE",
            "category": { "path": ["Non-food", "Rooms", "Guest amenities"] }, "baseUnit": { "code": "ea" },
            "factorToBase": null, "barcodes": ["8850003300018"],
        })
    );
    assert_eq!(house.events().await.len(), 800);
}

#[tokio::test]
async fn two_houses_live_side_by_side() {
    let house = House::open().await;
    let environment = house.kit.environment();
    let other = house.kit.caller(lanna(), &["*"]);
    demo::seed(&environment, &house.chef, &demo::andaman(Size::S), &|_| ()).await.unwrap();
    demo::seed(&environment, &other, &demo::lanna(), &|_| ()).await.unwrap();
    let count = "{ products { totalCount } }";
    assert_eq!(house.data(count, json!(null)).await["products"]["totalCount"], 40);
    assert_eq!(data(house.ask_as(&other, count, json!(null)).await)["products"]["totalCount"], 10);
}

#[tokio::test]
async fn an_interrupted_run_is_taken_up_where_it_ended() {
    let house = House::open().await;
    let environment = house.kit.environment();
    let done = std::sync::atomic::AtomicUsize::new(0);
    assert_eq!(demo::seed(&environment, &house.chef, &demo::andaman(Size::S), &|_| ()).await.unwrap(), 40);
    let count = |more| {
        done.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    };
    assert_eq!(demo::seed(&environment, &house.chef, &demo::andaman(Size::M), &count).await.unwrap(), 360);
    assert_eq!(done.into_inner(), 400);
}
