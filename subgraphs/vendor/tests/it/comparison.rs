//! Many products' prices side by side.

use serde_json::{Value, json};

use crate::house::{House, andaman, lanna};

const COMPARE: &str = "query($ids: [ID!]!, $quantity: Decimal, $unit: String, $date: Date) {
    comparePrices(productIds: $ids, quantity: $quantity, unit: $unit, date: $date) { product { id } prices {
        rank whyNot vendor { code } unitPrice { amount } comparablePrice { amount } total { amount } leadTimeDays
        priceListNumber packUnit { code } } } }";

async fn compared(house: &House, variables: Value) -> Value {
    house.data(COMPARE, variables).await["comparePrices"].take()
}

/// `vendor rank` or `vendor REASON` of each price of a product.
fn places(comparison: &Value) -> Vec<String> {
    let prices = comparison["prices"].as_array().unwrap().iter();
    let place = |price: &Value| price["rank"].as_i64().map(|rank| rank.to_string());
    prices
        .map(|price| {
            let place = place(price).unwrap_or_else(|| price["whyNot"].as_str().unwrap().to_owned());
            format!("{} {place}", price["vendor"]["code"].as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn every_price_has_its_place_or_the_reason_why_not() {
    let house = House::open().await;
    let (product, unsold) = (house.product(), house.product());
    let (dear, cheap, late) =
        (house.vendor("DEAR").await, house.vendor("CHEAP").await, house.vendor("LATE").await);
    house
        .active(&dear, json!([{ "productId": product, "unit": "kg", "price": "11", "leadTimeDays": 4 }]))
        .await;
    let tiers = json!([
        { "productId": product, "unit": "case", "price": "120" },
        { "productId": product, "unit": "kg", "price": "9", "minQuantity": "50" },
    ]);
    house.active(&cheap, tiers).await;
    let lines = json!([{ "productId": product, "unit": "kg", "price": "1" }]);
    let later = house.submitted(&late, ("2026-08-01", "2026-08-31"), lines).await;
    house.mutate("approvePriceList", json!({ "id": later, "expectedVersion": 2 })).await;
    let found = compared(&house, json!({ "ids": [product, unsold], "quantity": "24" })).await;
    assert_eq!(places(&found[0]), ["CHEAP 1", "DEAR 2", "CHEAP BELOW_MINIMUM", "LATE NOT_IN_FORCE"]);
    assert_eq!((&found[1]["product"]["id"], &found[1]["prices"]), (&json!(unsold), &json!([])));
    let best = &found[0]["prices"][0];
    let prices = (&best["unitPrice"]["amount"], &best["comparablePrice"]["amount"], &best["total"]["amount"]);
    assert_eq!(prices, (&json!("10.00"), &json!("10.00"), &json!("240.00")));
    assert_eq!((&best["packUnit"]["code"], &best["leadTimeDays"]), (&json!("case"), &json!(1)));
    assert_eq!(found[0]["prices"][1]["leadTimeDays"], 4);
    let passed_over = &found[0]["prices"][2];
    assert_eq!((&passed_over["unitPrice"]["amount"], &passed_over["total"]), (&json!("9.00"), &json!(null)));
    house.mutate("blockVendor", json!({ "id": dear, "expectedVersion": 2, "reason": "late again" })).await;
    let found =
        compared(&house, json!({ "ids": [product], "quantity": "5", "unit": "case", "date": "2026-08-02" }))
            .await;
    assert_eq!(places(&found[0])[..1], ["LATE 1"]);
    assert!(places(&found[0]).contains(&"DEAR VENDOR_NOT_ACTIVE".to_owned()), "{found}");
    assert!(places(&found[0]).contains(&"CHEAP NOT_IN_FORCE".to_owned()), "{found}");
}

#[tokio::test]
async fn fifty_products_cost_one_statement_per_table() {
    let house = House::open().await;
    let products: Vec<String> = (0..50).map(|_| house.product()).collect();
    for code in ["A", "B", "C"] {
        let vendor = house.vendor(code).await;
        let lines = products.iter().map(|id| json!({ "productId": id, "unit": "kg", "price": "10" }));
        house.active(&vendor, lines.collect()).await;
    }
    let statements = house.kit.db().statements();
    statements.start();
    let found = compared(&house, json!({ "ids": products, "quantity": "2", "unit": "case" })).await;
    let counts = ["price_line", "vendor", "vendor_product", "product_ref", "exchange_rate"]
        .map(|table| statements.count_on(table));
    statements.stop();
    assert_eq!(counts, [1, 1, 1, 1, 0]);
    let lengths: Vec<usize> =
        found.as_array().unwrap().iter().map(|each| each["prices"].as_array().unwrap().len()).collect();
    assert_eq!(lengths, [3; 50]);
}

#[tokio::test]
async fn a_comparison_is_bounded_and_keeps_to_its_tenant() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.vendor("FISH").await);
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    let many: Vec<String> = (0..51).map(|_| primitives::ProductId::generate().to_string()).collect();
    let refused = house.ask_as(&house.buyer, COMPARE, json!({ "ids": many })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{refused}");
    for (quantity, unit) in [("0", None), ("1000000000", None), ("1", Some("smoot"))] {
        let variables = json!({ "ids": [product], "quantity": quantity, "unit": unit });
        let refused = house.ask_as(&house.buyer, COMPARE, variables).await;
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "VALIDATION_ERROR",
            "{quantity} {unit:?}: {refused}"
        );
    }
    let other = house.kit.caller(lanna(), &["*"]);
    let hidden = house.ask_as(&other, COMPARE, json!({ "ids": [product] })).await;
    assert_eq!(hidden["data"]["comparePrices"][0]["prices"], json!([]), "{hidden}");
    let nobody = house.kit.caller(andaman(), &["products:view"]);
    let refused = house.ask_as(&nobody, COMPARE, json!({ "ids": [product] })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let cook = house.kit.caller(andaman(), &["vendors:view"]);
    let masked = house.ask_as(&cook, COMPARE, json!({ "ids": [product] })).await;
    let price = &masked["data"]["comparePrices"][0]["prices"][0];
    assert_eq!(
        (&price["rank"], &price["unitPrice"], &price["total"]),
        (&json!(1), &json!(null), &json!(null))
    );
    // A unit without a way is said of each price: the other products are compared all the same.
    let lost = compared(&house, json!({ "ids": [product], "unit": "tray" })).await;
    assert_eq!(places(&lost[0]), ["FISH NO_CONVERSION"]);
}
