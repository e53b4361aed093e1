//! Variables are checked before anybody is asked, and each subgraph gets those that it needs.

use crate::kit::{client, no_errors, shop};
use router_executor::{ClientRequest, VALIDATION_ERROR};
use router_protocol::AUTHORIZATION;
use serde_json::{Map, json};

const QUERY: &str =
    "query ($id: ID!, $show: Boolean! = true) { product(id: $id) { id @include(if: $show) } }";

#[tokio::test]
async fn a_subgraph_gets_coerced_values_and_no_others() {
    let fleet = shop().when("product", |_| json!({ "data": { "product": { "id": "7" } } }));
    let response = fleet.ask_with(QUERY, json!({ "id": 7, "surplus": 1 })).await;
    assert_eq!(no_errors(&response), &json!({ "product": { "id": "7" } }));
    let sent = &fleet.asked("product")[0].variables;
    assert!(!sent.contains_key("surplus") && sent.contains_key("id"), "{sent:?}");
}

#[tokio::test]
async fn every_variable_that_does_not_fit_is_named_and_nobody_is_asked() {
    let fleet = shop();
    let response = fleet.ask_with(QUERY, json!({ "show": "yes" })).await;
    assert!(response.is_refused());
    let named: Vec<_> = response.errors.iter().map(|error| error.extensions["field"].clone()).collect();
    assert_eq!(named, [json!(["id"]), json!(["show"])]);
    assert!(response.errors.iter().all(|error| error.code() == Some(VALIDATION_ERROR)));
    assert_eq!(response.errors[0].locations.len(), 1);
    assert!(fleet.asked("product").is_empty());
    let text = String::from_utf8(response.to_json()).unwrap();
    assert!(text.starts_with(r#"{"errors":["#) && !text.contains("\"data\""), "{text}");
}

#[tokio::test]
async fn an_unknown_operation_name_is_refused() {
    let fleet = shop();
    let mut prepared = fleet.prepare("query A { pieces }");
    prepared.operation_name = Some("B".to_owned());
    let response = fleet.executor().execute(&prepared, client(json!({}))).await;
    assert!(response.is_refused());
    assert_eq!(response.errors[0].code(), Some(VALIDATION_ERROR));
}

#[tokio::test]
async fn only_the_agreed_headers_travel_on() {
    let fleet = shop().when("inventory", |_| json!({ "data": { "pieces": 1 } }));
    let mut headers = http::HeaderMap::new();
    headers.insert(AUTHORIZATION, "Bearer t".parse().unwrap());
    headers.insert(http::header::COOKIE, "a=b".parse().unwrap());
    let request = ClientRequest::forwarding(Map::new(), &headers);
    let response = fleet.executor().execute(&fleet.prepare("{ pieces }"), request).await;
    no_errors(&response);
    let sent = &fleet.asked("inventory")[0];
    assert_eq!(sent.token(), Some("t"));
    assert_eq!(sent.headers.len(), 1);
}
