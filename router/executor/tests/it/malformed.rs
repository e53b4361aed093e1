//! Subgraphs that answer nonsense are told apart from those that answer, and never bring the executor down.

use crate::kit::{Fleet, Reply, data, errors, no_errors, products, shop};
use proptest::prelude::*;
use router_executor::{CallOutcome, TransportFault};
use serde_json::{Map, Value, json};

#[tokio::test]
async fn nonsense_at_the_root_is_one_clear_error() {
    for nonsense in [
        "<html>",
        "",
        "[]",
        "{}",
        "null",
        r#"{"data":[]}"#,
        r#"{"data":{},"errors":{}}"#,
        r#"{"data":null}"#,
        r#"{"data":{"pieces":1}} trailing"#,
    ] {
        let fleet = shop().when("inventory", move |_| nonsense);
        let response = fleet.ask("{ pieces }").await;
        assert_eq!(errors(&response), ["SUBGRAPH_RESPONSE_MALFORMED pieces"], "{nonsense}");
        assert_eq!(data(&response), &json!({ "pieces": null }));
        assert_eq!(response.traffic.requests[0].outcome, CallOutcome::Failed(TransportFault::Malformed));
    }
}

#[tokio::test]
async fn nonsense_for_entities_is_one_clear_error() {
    for nonsense in [
        json!({ "data": { "_entities": [{ "offer": null }] } }),
        json!({ "data": { "_entities": { "0": {} } } }),
        json!({ "data": { "_entities": [1, 2] } }),
        json!({ "data": {} }),
    ] {
        let fleet = shop()
            .when("product", |_| json!({ "data": { "products": products(2) } }))
            .when("vendor", move |_| nonsense.clone());
        let response = fleet.ask("{ products { id offer { price } } }").await;
        assert_eq!(errors(&response), ["SUBGRAPH_RESPONSE_MALFORMED products.0.offer"]);
        assert_eq!(data(&response)["products"][1], json!({ "id": "1", "offer": null }));
    }
}

#[tokio::test]
async fn an_answer_over_the_size_bound_is_refused() {
    let fleet = shop()
        .limited(|limits| limits.response_bytes = 100)
        .when("inventory", |_| json!({ "data": { "pieces": 1 }, "padding": "x".repeat(100) }));
    assert_eq!(errors(&fleet.ask("{ pieces }").await), ["SUBGRAPH_RESPONSE_MALFORMED pieces"]);
}

#[tokio::test]
async fn strange_errors_beside_good_data_do_no_harm() {
    let fleet = shop().when("inventory", |_| {
        json!({ "data": { "pieces": 1 }, "errors": [
            {}, { "message": 3, "path": "x", "extensions": [] }, { "message": "m", "path": [-1, {}] },
            { "message": "n", "path": ["nowhere", 99999, "to", "be", "found"] }, { "message": "o", "path": ["not a name"] },
        ] })
    });
    let response = fleet.ask("{ pieces }").await;
    assert_eq!(data(&response), &json!({ "pieces": 1 }));
    assert_eq!(response.errors.len(), 4, "two of them are alike: {:?}", response.errors);
}

/// JSON made of the words that mean something to the executor, so that it gets past the first check.
fn json_value() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "data",
        "errors",
        "_entities",
        "products",
        "id",
        "offer",
        "price",
        "vendor",
        "name",
        "stock",
        "onHand",
        "__typename",
        "path",
        "message",
        "extensions",
        "alert",
        "rating",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2i64..3).prop_map(Value::from),
        prop::sample::select(vec!["Product", "Vendor", "_entities", "products", "offer", ""])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|fields| {
                Value::Object(
                    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>(),
                )
            }),
        ]
    })
}

/// A response that is a little more likely to be taken seriously.
fn response() -> impl Strategy<Value = Value> {
    let errors = prop::collection::vec(
        (json_value(), prop::collection::vec(json_value(), 0..4))
            .prop_map(|(message, path)| json!({ "message": message, "path": path })),
        0..3,
    );
    let product = (json_value(), json_value(), json_value()).prop_map(|(offer, name, stock)| {
        json!({ "__typename": "Product", "id": "1", "name": name, "offer": offer, "stock": stock, "rating": offer })
    });
    let items = prop::collection::vec(prop_oneof![product, json_value()], 0..3);
    let data = (items.clone(), items)
        .prop_map(|(products, entities)| json!({ "products": products, "_entities": entities }));
    prop_oneof![
        json_value(),
        (prop_oneof![3 => data, 1 => json_value()], errors)
            .prop_map(|(data, errors)| json!({ "data": data, "errors": errors })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    /// Whatever the subgraphs say: no panic, no hanging, and an answer that fits the schema.
    #[test]
    fn random_answers_never_bring_the_executor_down(product in response(), vendor in response(), inventory in response()) {
        let fleet = fleet_answering([("product", product), ("vendor", vendor), ("inventory", inventory)]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let response = runtime.block_on(fleet.ask(
            "{ products { id name offer { price vendor { name } } stock { onHand } alert twin { rating tags } } }",
        ));
        prop_assert!(fits(data(&response)), "{}", data(&response));
        prop_assert!(!data(&response).is_null() || !response.errors.is_empty());
    }
}

fn fleet_answering(answers: [(&str, Value); 3]) -> Fleet {
    answers
        .into_iter()
        .fold(shop(), |fleet, (service, answer)| fleet.when(service, move |_| Reply::from(answer.clone())))
}

/// Whether the non-null fields of the query above are not null.
fn fits(data: &Value) -> bool {
    let Some(products) = data.get("products") else { return data.is_null() };
    products.as_array().is_some_and(|products| {
        products.iter().all(|product| {
            let offer = &product["offer"];
            let twin = &product["twin"];
            !product["id"].is_null()
                && (offer.is_null() || !offer["price"].is_null() && !offer["vendor"]["name"].is_null())
                && (twin.is_null() || !twin["rating"].is_null() && twin["tags"].is_array())
                && product["stock"]
                    .as_array()
                    .is_none_or(|stock| stock.iter().all(|line| !line["onHand"].is_null()))
        })
    })
}

#[tokio::test]
async fn merged_lists_of_different_lengths_keep_the_first_ones() {
    let fleet = Fleet::of(&[
        ("a", "type Query @shareable { menu: [Dish] } type Dish @shareable { name: String } "),
        ("b", "type Query @shareable { menu: [Dish] } type Dish { name: String @shareable price: Int }"),
    ])
    .when("a", |_| json!({ "data": { "menu": [{ "name": "soup" }] } }))
    .when("b", |_| json!({ "data": { "menu": [{ "name": "soup", "price": 3 }] } }));
    let response = fleet.ask("{ menu { name price } }").await;
    assert_eq!(no_errors(&response), &json!({ "menu": [{ "name": "soup", "price": 3 }] }));
}
