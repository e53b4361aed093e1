//! What products cost, seen from the product.

use serde_json::{Value, json};

use crate::house::{House, lanna};

const BEST: &str = "query($keys: [_Any!]!, $quantity: Decimal!, $unit: String, $date: Date) {
    _entities(representations: $keys) { ... on Product { bestOffer(quantity: $quantity, unit: $unit, date: $date) {
        vendor { code name } unitPrice { amount currency } total { amount } reason explanation
        unit { code } quantity { value } priceList { number } runnersUp { vendor { code } } } } } }";

fn keys(products: &[String]) -> Value {
    json!(products.iter().map(|id| json!({ "__typename": "Product", "id": id })).collect::<Vec<_>>())
}

async fn best(house: &House, product: &str, quantity: &str, unit: Option<&str>) -> Value {
    let variables = json!({ "keys": keys(&[product.to_owned()]), "quantity": quantity, "unit": unit });
    house.data(BEST, variables).await["_entities"][0]["bestOffer"].take()
}

#[tokio::test]
async fn the_best_offer_names_its_reason_and_who_came_next() {
    let house = House::open().await;
    let product = house.product();
    let (dear, cheap) = (house.vendor("DEAR").await, house.vendor("CHEAP").await);
    house.active(&dear, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    let tiers = json!([
        { "productId": product, "unit": "kg", "price": "12" },
        { "productId": product, "unit": "case", "price": "126" },
    ]);
    house.active(&cheap, tiers).await;
    let small = best(&house, &product, "10", None).await;
    assert_eq!(small["vendor"]["code"], "DEAR");
    let large = best(&house, &product, "12", None).await;
    assert_eq!(large["vendor"]["code"], "CHEAP");
    assert_eq!(large["unitPrice"], json!({ "amount": "10.50", "currency": "THB" }));
    assert_eq!((&large["total"]["amount"], &large["reason"]), (&json!("126.00"), &json!("LOWEST_PRICE")));
    assert_eq!(large["runnersUp"], json!([{ "vendor": { "code": "DEAR" } }]));
    assert_eq!(large["explanation"], "Vendor CHEAP has the lowest price per kg, before Vendor DEAR");
    assert_eq!((&large["unit"]["code"], &large["quantity"]["value"]), (&json!("kg"), &json!("12")));
    assert_eq!(large["priceList"]["number"], "PL-2026-002");
    let cases = best(&house, &product, "2", Some("case")).await;
    assert_eq!(cases["total"]["amount"], "252.00");
}

#[tokio::test]
async fn nothing_is_offered_outside_the_window_or_by_a_blocked_vendor() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.vendor("FISH").await);
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    for (date, offered) in
        [("2026-06-30", false), ("2026-07-01", true), ("2026-07-31", true), ("2026-08-01", false)]
    {
        let variables =
            json!({ "keys": keys(std::slice::from_ref(&product)), "quantity": "1", "date": date });
        let found = house.data(BEST, variables).await;
        assert_eq!(found["_entities"][0]["bestOffer"].is_object(), offered, "{date}");
    }
    house.mutate("blockVendor", json!({ "id": vendor, "expectedVersion": 2, "reason": "late again" })).await;
    assert_eq!(best(&house, &product, "1", None).await, json!(null));
}

#[tokio::test]
async fn twenty_products_cost_one_statement_per_table() {
    let house = House::open().await;
    let products: Vec<String> = (0..20).map(|_| house.product()).collect();
    for code in ["A", "B"] {
        let vendor = house.vendor(code).await;
        let lines: Vec<Value> = products
            .iter()
            .map(
                |id| json!({ "productId": id, "unit": "kg", "price": if code == "A" { "10" } else { "11" } }),
            )
            .collect();
        house.active(&vendor, json!(lines)).await;
    }
    let statements = house.kit.db().statements();
    statements.start();
    let found = house.data(BEST, json!({ "keys": keys(&products), "quantity": "10" })).await;
    let entities = found["_entities"].as_array().unwrap();
    assert!(entities.iter().all(|entity| entity["bestOffer"]["vendor"]["code"] == "A"));
    let tables = ["price_line", "vendor", "vendor_product", "price_list", "product_ref", "exchange_rate"];
    let counts = tables.map(|table| statements.count_on(table));
    // Lines are read with their lists; the lists themselves once more, as the question names their numbers.
    assert_eq!(counts, [1, 1, 1, 2, 0, 0]);
    statements.stop();
}

#[tokio::test]
async fn bad_questions_are_refused_at_their_argument() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.vendor("FISH").await);
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    let cases = [
        (json!("-1"), json!(null), "VALIDATION_ERROR"),
        (json!("0"), json!(null), "VALIDATION_ERROR"),
        (json!("1.000001"), json!(null), "VALIDATION_ERROR"),
        (json!(1.5), json!(null), "VALIDATION_ERROR"),
        (json!("1"), json!("smoot"), "VALIDATION_ERROR"),
        (json!("1"), json!("tray"), "UNIT_CONVERSION_MISSING"),
    ];
    for (quantity, unit, code) in cases {
        let variables =
            json!({ "keys": keys(std::slice::from_ref(&product)), "quantity": quantity, "unit": unit });
        let refused = house.ask_as(&house.buyer, BEST, variables).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], code, "{quantity} {unit}: {refused}");
    }
}

#[tokio::test]
async fn a_wanted_pack_that_no_vendor_prices_is_understood_once_it_was_learned() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.vendor("FISH").await);
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    let variables = json!({ "keys": keys(std::slice::from_ref(&product)), "quantity": "2", "unit": "case" });
    let before = house.ask_as(&house.buyer, BEST, variables).await;
    assert_eq!(before["errors"][0]["extensions"]["code"], "UNIT_CONVERSION_MISSING", "{before}");
    let input = json!({ "vendorId": vendor, "productId": product, "unit": "case" });
    assert_eq!(house.mutate("setVendorProduct", input).await["userErrors"], json!([]));
    let asked = house.asked();
    let found = best(&house, &product, "2", Some("case")).await;
    assert_eq!(found["total"]["amount"], "264.00", "{found}");
    assert_eq!(house.asked(), asked, "a question asks no other service");
}

#[tokio::test]
async fn offers_are_listed_best_first_and_as_many_as_wanted() {
    let house = House::open().await;
    let product = house.product();
    for (code, price) in [("DEAR", "12"), ("CHEAP", "10"), ("MIDDLE", "11")] {
        let vendor = house.vendor(code).await;
        house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": price }])).await;
    }
    let query = "query($keys: [_Any!]!, $first: Int!) { _entities(representations: $keys) { ... on Product {
        offers(first: $first) { vendor { code } packUnit { code } packPrice { amount } priceList { number } } } } }";
    let variables = |first: i32| json!({ "keys": keys(std::slice::from_ref(&product)), "first": first });
    let found = house.data(query, variables(2)).await;
    let expected = json!([
        { "vendor": { "code": "CHEAP" }, "packUnit": { "code": "kg" }, "packPrice": { "amount": "10.00" },
          "priceList": { "number": "PL-2026-002" } },
        { "vendor": { "code": "MIDDLE" }, "packUnit": { "code": "kg" }, "packPrice": { "amount": "11.00" },
          "priceList": { "number": "PL-2026-003" } },
    ]);
    assert_eq!(found["_entities"][0]["offers"], expected);
    let refused = house.ask_as(&house.buyer, query, variables(51)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{refused}");
}

#[tokio::test]
async fn another_tenant_sees_no_offer_of_this_one() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.vendor("FISH").await);
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    let other = house.kit.caller(lanna(), &["*"]);
    let variables = json!({ "keys": keys(&[product]), "quantity": "1" });
    let found = house.ask_as(&other, BEST, variables).await;
    assert_eq!(found["data"]["_entities"][0]["bestOffer"], json!(null), "{found}");
}
