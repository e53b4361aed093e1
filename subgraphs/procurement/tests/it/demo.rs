//! The demo: three months of buying that agree with each other, the same ones every time.

use chassis::testkit::Kit;
use primitives::{Decimal, DepartmentId, LocationId, ProductId, PropertyId, Unit, UserId, VendorId};
use serde_json::{Value, json};
use subgraph_procurement::demo::{DemoProduct, Plan, Size, seed};

use crate::house::andaman;

fn id(kind: u128, number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + (kind << 32) + number)
}

fn products() -> Vec<DemoProduct> {
    let product = |number: u128| DemoProduct {
        id: ProductId::from_uuid(id(1, number)),
        category: None,
        base_unit: Unit::from_code("kg").unwrap(),
        purchase_unit: Unit::from_code(if number.is_multiple_of(2) { "case" } else { "kg" }).unwrap(),
        purchase_factor: if number.is_multiple_of(2) { Decimal::from_whole(10) } else { Decimal::ONE },
        base_price: Decimal::from_raw(3_456_789 * (1 + i64::try_from(number).unwrap())),
        vendor: VendorId::from_uuid(id(2, number % 4)),
    };
    (0..40).map(product).collect()
}

fn plan(products: &[DemoProduct], size: Size) -> Plan<'_> {
    let user = |number| UserId::from_uuid(id(3, number));
    Plan {
        house: "andaman",
        size,
        property: PropertyId::from_uuid(id(4, 1)),
        time_zone: "Asia/Bangkok",
        departments: (0..7).map(|number| DepartmentId::from_uuid(id(5, number))).collect(),
        requesters: (6..14).map(user).collect(),
        approvers: [user(1), user(2), user(3)],
        buyer: user(4),
        storekeeper: user(5),
        stores: (0..3).map(|number| LocationId::from_uuid(id(6, number))).collect(),
        products,
    }
}

/// A house that is filled; answers what its documents come to.
async fn filled(size: Size) -> Value {
    let kit = Kit::new::<subgraph_procurement::Migrator>().await;
    let (products, caller) = (products(), kit.caller(andaman(), &["*"]));
    let environment = kit.environment();
    let made = seed(&environment, &caller, &plan(&products, size), &|_| {}).await.unwrap();
    assert_eq!(made, size.requests());
    let again = seed(&environment, &caller, &plan(&products, size), &|_| {}).await.unwrap();
    assert_eq!(again, 0, "what is there stays");
    let report = subgraph_procurement::prove(&environment).await.unwrap();
    assert!(report.is_sound(), "{report}");
    let subgraph = subgraph_procurement::start(environment).await.unwrap();
    let query = "{ requests: purchaseRequests { totalCount nodes { id number } }
        orders: purchaseOrders { totalCount nodes { id } } open: purchaseOrders(where: { openOnly: true }) { totalCount }
        notes: goodsReceivedNotes { totalCount nodes { id } } invoices { totalCount }
        differing: invoices(where: { status: [VARIANCE] }) { totalCount }
        paid: invoices(where: { status: [PAID] }) { totalCount } credits: creditNotes { totalCount }
        budgets { totalCount } spend(groupBy: MONTH) { month total { amount } deliveries } }";
    chassis::testkit::data(kit.ask_with(&subgraph, &caller, query, json!({})).await)
}

#[tokio::test]
async fn the_demo_is_sound_and_the_same_every_time() {
    let (first, second) = (filled(Size::S).await, filled(Size::S).await);
    assert_eq!(first, second);
    assert_eq!(first["requests"]["totalCount"], 30);
    assert_eq!(first["spend"].as_array().unwrap().len(), 3, "three months: {first}");
}

#[tokio::test]
async fn a_demo_of_the_usual_size_has_something_of_everything() {
    let all = filled(Size::M).await;
    let count = |name: &str| all[name]["totalCount"].as_i64().unwrap();
    assert_eq!((count("requests"), count("budgets")), (450, 21));
    assert!((500..1_800).contains(&count("orders")), "{all}");
    assert!(count("notes") >= count("orders") - count("open") - 60, "{all}");
    for some in ["open", "differing", "paid", "credits"] {
        assert!(count(some) > 5, "{some}: {all}");
    }
}
