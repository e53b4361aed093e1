//! Unit ratios of a product, and converting by them.

use chassis::testkit::{first_code, first_error};
use serde_json::{Value, json};

use crate::house::House;

/// Gin by the case of 12 bottles of 700 ml; answers its id.
async fn gin(house: &House) -> String {
    let drinks = house.category("Drinks", None).await;
    let input = json!({
        "code": "GIN", "name": "Gin", "categoryId": drinks, "baseUnit": "bottle", "purchaseUnits": ["case"],
        "recipeUnits": ["ml"],
        "conversions": [
            { "from": "case", "to": "bottle", "fromQty": "1", "toQty": "12" },
            { "from": "bottle", "to": "ml", "fromQty": "1", "toQty": "700" },
        ],
    });
    let product = house.must("createProduct", input).await;
    house.must("activateProduct", json!({ "id": product["id"] })).await["id"].as_str().unwrap().to_owned()
}

async fn convert(house: &House, id: &str, quantity: &str, from: &str, to: &str) -> Value {
    let query = "query($id: ID!, $quantity: Decimal!, $from: String!, $to: String!) {
        convert(productId: $id, quantity: $quantity, from: $from, to: $to) { value unit { code } } }";
    house.ask(query, json!({ "id": id, "quantity": quantity, "from": from, "to": to })).await
}

#[tokio::test]
async fn quantities_convert_along_the_products_ratios() {
    let house = House::open().await;
    let id = gin(&house).await;
    let litres = convert(&house, &id, "2", "case", "l").await;
    assert_eq!(litres["data"]["convert"], json!({ "value": "16.8", "unit": { "code": "l" } }));
    assert_eq!(convert(&house, &id, "30", "ml", "bottle").await["data"]["convert"]["value"], "0.04286");
    assert_eq!(first_code(&convert(&house, &id, "1", "case", "kg").await), "UNIT_CONVERSION_MISSING");
    assert_eq!(first_code(&convert(&house, &id, "1", "case", "firkin").await), "VALIDATION_ERROR");
    let negative = convert(&house, &id, "-1", "case", "l").await;
    assert_eq!(first_error(&negative)["extensions"]["code"], "VALIDATION_ERROR");
    let nobody = primitives::ProductId::generate().to_string();
    assert_eq!(convert(&house, &nobody, "1", "case", "l").await["data"]["convert"], json!(null));
}

#[tokio::test]
async fn many_conversions_are_tried_in_one_request() {
    let house = House::open().await;
    let id = gin(&house).await;
    let query = "query($id: ID!) {
        litres: tryConvert(productId: $id, quantity: \"1\", from: \"case\", to: \"l\") { value }
        kilograms: tryConvert(productId: $id, quantity: \"1\", from: \"case\", to: \"kg\") { value } }";
    let statements = house.kit.db().statements();
    statements.start();
    let tried = house.data(query, json!({ "id": id })).await;
    assert_eq!(tried, json!({ "litres": { "value": "8.4" }, "kilograms": null }));
    assert_eq!(statements.stop().len(), 2, "the product and its ratios, however many questions");
}

#[tokio::test]
async fn a_ratio_that_contradicts_the_others_names_what_was_expected() {
    let house = House::open().await;
    let id = gin(&house).await;
    let ratio = |to_qty: &str| json!({ "productId": id, "expectedVersion": 2, "from": "case", "to": "ml", "fromQty": "1", "toQty": to_qty });
    let payload = house.mutate("addConversion", ratio("9000")).await;
    assert_eq!(payload["userErrors"][0]["field"], json!(["toQty"]));
    assert_eq!(payload["userErrors"][0]["meta"], json!({ "expected": "8400" }));
    let added = house.must("addConversion", ratio("8400")).await;
    assert_eq!(added["version"], 3);
    assert_eq!(house.events().await.last().map(String::as_str), Some("unit_conversion.changed"));
}

#[tokio::test]
async fn a_second_ratio_of_a_pair_and_a_stale_version_are_refused() {
    let house = House::open().await;
    let id = gin(&house).await;
    let twin = json!({ "productId": id, "expectedVersion": 2, "from": "bottle", "to": "case", "fromQty": "12", "toQty": "1" });
    assert_eq!(house.refusals("addConversion", twin).await, ["DUPLICATE to"]);
    let stale = json!({ "productId": id, "expectedVersion": 1, "from": "tray", "to": "bottle", "fromQty": "1", "toQty": "6" });
    assert_eq!(house.refusals("addConversion", stale).await, ["CONFLICT expectedVersion"]);
    let nobody = json!({ "productId": primitives::ProductId::generate(), "expectedVersion": 1, "from": "tray", "to": "bottle", "fromQty": "1", "toQty": "6" });
    assert_eq!(house.refusals("addConversion", nobody).await, ["NOT_FOUND productId"]);
}

#[tokio::test]
async fn a_ratio_in_use_stays_and_an_idle_one_goes() {
    let house = House::open().await;
    let id = gin(&house).await;
    let needed = json!({ "productId": id, "expectedVersion": 2, "from": "bottle", "to": "case" });
    assert_eq!(house.refusals("removeConversion", needed).await, ["UNIT_CONVERSION_MISSING purchaseUnits.0"]);
    let idle = json!({ "productId": id, "expectedVersion": 2, "from": "tray", "to": "bottle", "fromQty": "1", "toQty": "6" });
    house.must("addConversion", idle).await;
    house
        .must(
            "removeConversion",
            json!({ "productId": id, "expectedVersion": 3, "from": "tray", "to": "bottle" }),
        )
        .await;
    let gone = json!({ "productId": id, "expectedVersion": 4, "from": "tray", "to": "bottle" });
    assert_eq!(house.refusals("removeConversion", gone).await, ["NOT_FOUND from"]);
}

#[tokio::test]
async fn the_catalogue_of_units_is_listed_by_dimension() {
    let house = House::open().await;
    let units = house
        .data("{ units(dimension: MASS) { code name dimension decimalPlaces isPack } }", json!(null))
        .await;
    assert_eq!(
        units["units"][4],
        json!({ "code": "kg", "name": "kilogram", "dimension": "MASS", "decimalPlaces": 5, "isPack": false })
    );
    let all = house.data("{ units { code } }", json!(null)).await;
    assert_eq!(all["units"].as_array().unwrap().len(), primitives::Unit::all().len());
}
