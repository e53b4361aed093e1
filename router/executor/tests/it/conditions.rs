//! `@skip` and `@include` decide what is in the answer and who is asked.

use crate::kit::{no_errors, products, shop};
use serde_json::json;

#[tokio::test]
async fn a_fetch_whose_condition_is_false_does_not_run() {
    let fleet = shop()
        .when("product", |_| json!({ "data": { "products": products(1) } }))
        .entities("vendor", |_| json!({ "rating": 4 }));
    let query = "query ($priced: Boolean!) { products { id ... @include(if: $priced) { rating } } }";
    let without = fleet.ask_with(query, json!({ "priced": false })).await;
    assert_eq!(no_errors(&without), &json!({ "products": [{ "id": "0" }] }));
    assert!(fleet.asked("vendor").is_empty());
    let with = fleet.ask_with(query, json!({ "priced": true })).await;
    assert_eq!(no_errors(&with), &json!({ "products": [{ "id": "0", "rating": 4 }] }));
}

#[tokio::test]
async fn a_default_decides_when_the_variable_is_not_given() {
    let fleet = shop().when("product", |_| json!({ "data": { "product": { "id": "1", "name": "salt" } } }));
    let response = fleet.ask("query ($s: Boolean = true) { product { id name @skip(if: $s) } }").await;
    assert_eq!(no_errors(&response), &json!({ "product": { "id": "1" } }));
}

#[tokio::test]
async fn conditions_of_the_same_field_add_up() {
    let fleet = shop().when("product", |_| json!({ "data": { "product": { "id": "1", "name": "salt" } } }));
    let query = "query ($a: Boolean!, $b: Boolean!) {
        product { id name @include(if: $a) ... @include(if: $b) { name } }
    }";
    for (a, b, is_shown) in [(true, false, true), (false, true, true), (false, false, false)] {
        let response = fleet.ask_with(query, json!({ "a": a, "b": b })).await;
        assert_eq!(no_errors(&response)["product"].get("name").is_some(), is_shown, "{a} {b}");
    }
}

#[tokio::test]
async fn nobody_is_asked_when_everything_is_skipped() {
    let fleet = shop();
    let response =
        fleet.ask_with("query ($s: Boolean!) { pieces @skip(if: $s) }", json!({ "s": true })).await;
    assert_eq!(no_errors(&response), &json!({}));
    assert!(response.traffic.requests.is_empty());
}
