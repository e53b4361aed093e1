//! Nulls propagate over the client's shape, whichever subgraph they come from.

use crate::kit::{Fleet, data, error, errors, no_errors, products, representations, shop};
use serde_json::{Value, json};

fn rated(rating: impl Fn(&str) -> Value + Send + Sync + 'static) -> Fleet {
    shop()
        .when("product", |_| {
            let [a, b] = ["a", "b"].map(|id| json!({ "__typename": "Product", "id": id }));
            json!({ "data": { "products": [a, b], "product": b, "shelves": [[a], [a, b], null] } })
        })
        .entities("vendor", move |product| rating(product["id"].as_str().unwrap()))
}

fn b_unrated(id: &str) -> Value {
    if id == "a" { json!({ "rating": 3 }) } else { json!({}) }
}

#[tokio::test]
async fn a_missing_non_null_field_makes_its_nullable_parent_null() {
    let response = rated(b_unrated).ask("{ product { id rating } }").await;
    assert_eq!(data(&response), &json!({ "product": null }));
    assert_eq!(errors(&response), ["NULL_IN_NON_NULL_FIELD product.rating"]);
}

#[tokio::test]
async fn non_null_items_pass_the_null_on_to_the_root() {
    let response = rated(b_unrated).ask("{ products { rating } }").await;
    assert_eq!(data(&response), &Value::Null);
    assert_eq!(errors(&response), ["NULL_IN_NON_NULL_FIELD products.1.rating"]);
}

#[tokio::test]
async fn nullable_items_of_nested_lists_stop_the_null() {
    let response = rated(b_unrated).ask("{ shelves { rating } }").await;
    let rated = json!({ "rating": 3 });
    assert_eq!(data(&response), &json!({ "shelves": [[rated], [rated, null], null] }));
    assert_eq!(errors(&response), ["NULL_IN_NON_NULL_FIELD shelves.1.1.rating"]);
}

#[tokio::test]
async fn a_null_in_a_list_of_non_null_scalars_makes_the_list_null_and_goes_on() {
    let response = rated(|_| json!({ "tags": ["dry", null] })).ask("{ product { tags } }").await;
    assert_eq!(data(&response), &json!({ "product": null }));
    assert_eq!(errors(&response), ["NULL_IN_NON_NULL_FIELD product.tags.1"]);
}

#[tokio::test]
async fn a_null_that_a_subgraph_explained_gets_no_second_error() {
    let fleet = rated(b_unrated).when("vendor", |request| {
        assert_eq!(representations(request).len(), 1);
        json!({ "data": { "_entities": [null] }, "errors": [error("gone", json!(["_entities", 0, "rating"]))] })
    });
    let response = fleet.ask("{ product { rating } }").await;
    assert_eq!(data(&response), &json!({ "product": null }));
    assert_eq!(errors(&response), ["GONE product.rating"]);
}

#[tokio::test]
async fn a_field_that_is_left_out_is_null() {
    let fleet = shop().when("product", |_| {
        json!({ "data": { "product": { "id": "1" } }, "errors": [error("failed", json!(["product", "name"]))] })
    });
    let response = fleet.ask("{ product { name id } }").await;
    assert_eq!(data(&response).to_string(), r#"{"product":{"name":null,"id":"1"}}"#);
    assert_eq!(errors(&response), ["FAILED product.name"]);
}

#[tokio::test]
async fn the_answer_has_the_clients_order_and_nothing_else() {
    let fleet = shop()
        .when("product", |_| {
            json!({ "data": { "product": { "surplus": 1, "id": "1", "name": "salt", "__typename": "Product" } } })
        })
        .entities("vendor", |_| json!({ "rating": 5, "surplus": 1 }));
    let response = fleet.ask("{ product { rating kind: __typename name id } __typename }").await;
    assert_eq!(
        no_errors(&response).to_string(),
        r#"{"product":{"rating":5,"kind":"Product","name":"salt","id":"1"},"__typename":"Query"}"#
    );
}

#[tokio::test]
async fn a_value_outside_the_enum_that_clients_see_is_null_with_an_error() {
    for (value, shown, faults) in [
        (json!("IN"), json!("IN"), vec![]),
        (json!("LOST"), Value::Null, vec!["INVALID_VALUE products.0.kind"]),
        (json!(3), Value::Null, vec!["INVALID_VALUE products.0.kind"]),
    ] {
        let fleet = shop()
            .when("product", |_| json!({ "data": { "products": products(1) } }))
            .entities("inventory", move |_| json!({ "kind": value }));
        let response = fleet.ask("{ products { kind } }").await;
        assert_eq!(data(&response), &json!({ "products": [{ "kind": shown }] }));
        assert_eq!(errors(&response), faults);
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_null_with_an_error() {
    let fleet = shop().when("product", |_| json!({ "data": { "product": 3, "shelves": "no" } }));
    let response = fleet.ask("{ product { id } shelves { id } }").await;
    assert_eq!(data(&response), &json!({ "product": null, "shelves": null }));
    assert_eq!(errors(&response), ["INVALID_VALUE product", "INVALID_VALUE shelves"]);
}

#[tokio::test]
async fn a_scalar_is_what_its_type_says_or_null_with_an_error() {
    let answer =
        json!({ "cat": { "lives": "9", "name": ["Tom"], "id": 7, "tame": 1, "weight": 4, "any": ["x"] } });
    let fleet = Fleet::of(&[(
        "zoo",
        "type Query { cat: Cat } scalar Any
         type Cat { lives: Int name: String id: ID tame: Boolean weight: Float any: Any }",
    )])
    .when("zoo", move |_| json!({ "data": answer }));
    let response = fleet.ask("{ cat { lives name id tame weight any } }").await;
    assert_eq!(
        data(&response).to_string(),
        r#"{"cat":{"lives":null,"name":null,"id":"7","tame":null,"weight":4,"any":["x"]}}"#
    );
    assert_eq!(
        errors(&response),
        ["INVALID_VALUE cat.lives", "INVALID_VALUE cat.name", "INVALID_VALUE cat.tame"]
    );
}

fn zoo(animals: Value) -> Fleet {
    Fleet::of(&[(
        "zoo",
        "type Query { animals: [Animal] }
         union Animal = Cat | Dog | Hidden
         type Cat { name: String! lives: Int } type Dog { name: String tail: Boolean! }
         type Hidden @inaccessible { name: String }",
    )])
    .when("zoo", move |_| json!({ "data": { "animals": animals } }))
}

const ANIMALS: &str = "{ animals { ... on Cat { lives } ... on Dog { tail } } }";

#[tokio::test]
async fn fields_of_other_types_do_not_apply() {
    let animals = json!([{ "__typename": "Dog", "tail": true }, { "__typename": "Cat", "lives": 9 }]);
    let response = zoo(animals).ask(ANIMALS).await;
    assert_eq!(no_errors(&response), &json!({ "animals": [{ "tail": true }, { "lives": 9 }] }));
}

#[tokio::test]
async fn an_object_that_hides_its_type_or_has_none_of_the_graphs_is_null() {
    let animals = json!([{ "lives": 9 }, { "__typename": "Unicorn" }, { "__typename": "Hidden" }, { "__typename": "Cat" }]);
    let response = zoo(animals).ask(ANIMALS).await;
    assert_eq!(data(&response), &json!({ "animals": [null, null, null, { "lives": null }] }));
    assert_eq!(
        errors(&response),
        ["INVALID_VALUE animals.0", "INVALID_VALUE animals.1", "INVALID_VALUE animals.2"]
    );
}

#[tokio::test]
async fn a_failed_fetch_explains_nulls_in_lists_of_several_types() {
    let fleet = Fleet::of(&[
        (
            "zoo",
            "type Query { animals: [Animal] }
             union Animal = Cat | Dog
             type Cat { lives: Int } type Dog @key(fields: \"id\") { id: ID! }",
        ),
        ("vet", "type Dog @key(fields: \"id\") { id: ID! weight: Int! }"),
    ])
    .when("zoo", |_| {
        let dog = json!({ "__typename": "Dog", "id": "1" });
        json!({ "data": { "animals": [{ "__typename": "Cat", "lives": 9 }, dog, dog] } })
    });
    let response = fleet.ask("{ animals { ... on Cat { lives } ... on Dog { weight } } }").await;
    assert_eq!(errors(&response), ["UPSTREAM_UNAVAILABLE animals.1.weight"]);
    assert_eq!(data(&response), &json!({ "animals": [{ "lives": 9 }, null, null] }));
}
