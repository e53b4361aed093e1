//! Values that objects further up give to fields as arguments.

use crate::kit::{Fleet, data, errors, no_errors, representations};
use serde_json::{Value, json};

/// Customers with baskets, and prices in the customer's currency.
fn prices(customers: Value) -> Fleet {
    let people = r#"type Query { customers: [Customer!]! }
        type Customer @key(fields: "id") { id: ID! currency: String! @shareable basket: [Item!]! }
        type Item @key(fields: "id", resolvable: false) { id: ID! }"#;
    let prices = r#"type Customer @key(fields: "id") @context(name: "customer") { id: ID! currency: String! @shareable }
        type Item @key(fields: "id") { id: ID! price(currency: String! @fromContext(field: "$customer { currency }")): String }"#;
    Fleet::of(&[("people", people), ("prices", prices)])
        .when("people", move |_| json!({ "data": { "customers": customers } }))
        .when("prices", |request| {
            let price = |item: &Value| {
                let (id, currency) = (item["id"].as_str(), request.variables["context0_customer"].as_str());
                json!({ "price": format!("{} {}", id.unwrap_or("?"), currency.unwrap_or("?")) })
            };
            let entities: Vec<Value> = representations(request).iter().map(price).collect();
            json!({ "data": { "_entities": entities } })
        })
}

fn customer(currency: Value, items: &[&str]) -> Value {
    let item = |id: &&str| json!({ "__typename": "Item", "id": id });
    let basket: Vec<Value> = items.iter().map(item).collect();
    json!({ "__typename": "Customer", "id": "c", "currency": currency, "basket": basket })
}

#[tokio::test]
async fn objects_with_equal_values_share_a_request_and_others_do_not() {
    let (euro, baht) = (json!("EUR"), json!("THB"));
    let customers =
        [customer(euro.clone(), &["1", "2"]), customer(baht, &["1"]), customer(euro, &["1", "3"])];
    let fleet = prices(json!(customers));
    let response = fleet.ask("{ customers { basket { price } } }").await;
    let baskets: Vec<Value> = no_errors(&response)["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|customer| {
            customer["basket"].as_array().unwrap().iter().map(|item| item["price"].clone()).collect()
        })
        .collect();
    assert_eq!(json!(baskets), json!([["1 EUR", "2 EUR"], ["1 THB"], ["1 EUR", "3 EUR"]]));
    let mut sent: Vec<(String, usize)> = fleet
        .asked("prices")
        .iter()
        .map(|request| (request.variables["context0_customer"].to_string(), representations(request).len()))
        .collect();
    sent.sort();
    assert_eq!(sent, [("\"EUR\"".to_owned(), 3), ("\"THB\"".to_owned(), 1)]);
}

#[tokio::test]
async fn an_object_without_a_value_that_must_be_there_is_not_asked_about() {
    let fleet = prices(json!([customer(Value::Null, &["1"]), customer(json!("EUR"), &["1"])]));
    let response = fleet.ask("{ customers { basket { price } } }").await;
    assert_eq!(errors(&response), Vec::<String>::new());
    let prices = |at: usize| &data(&response)["customers"][at]["basket"][0]["price"];
    assert_eq!((prices(0), prices(1)), (&Value::Null, &json!("1 EUR")));
    assert_eq!(fleet.asked("prices").len(), 1);
}

#[tokio::test]
async fn the_bound_on_a_fetch_counts_all_its_requests() {
    let customers = json!([customer(json!("EUR"), &["1", "2"]), customer(json!("THB"), &["1", "2"])]);
    let fleet = prices(customers).limited(|limits| limits.representations_per_fetch = 3);
    let response = fleet.ask("{ customers { basket { price } } }").await;
    assert_eq!(errors(&response), ["LIMIT_EXCEEDED customers.0.basket.0.price"]);
    assert!(fleet.asked("prices").is_empty());
}
