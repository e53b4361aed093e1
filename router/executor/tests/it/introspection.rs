//! The schema answers questions about itself, beside data and without asking anybody.

use crate::kit::{no_errors, shop};
use serde_json::json;

#[tokio::test]
async fn introspection_mixes_with_data_in_the_clients_order() {
    let fleet = shop().when("inventory", |_| json!({ "data": { "pieces": 1 } }));
    let response = fleet
        .ask("{ t: __type(name: \"Kind\") { enumValues { name } } pieces __schema { queryType { name } } }")
        .await;
    assert_eq!(
        no_errors(&response).to_string(),
        r#"{"t":{"enumValues":[{"name":"IN"},{"name":"OUT"}]},"pieces":1,"__schema":{"queryType":{"name":"Query"}}}"#
    );
}

#[tokio::test]
async fn introspection_alone_asks_nobody() {
    let fleet = shop();
    let response =
        fleet.ask_with("query ($n: String!) { __type(name: $n) { kind } }", json!({ "n": "Kind" })).await;
    assert_eq!(no_errors(&response), &json!({ "__type": { "kind": "ENUM" } }));
    assert!(response.traffic.requests.is_empty());
}

#[tokio::test]
async fn the_machinery_of_federation_is_not_in_the_schema() {
    let response = shop().ask("{ __schema { types { name } } }").await;
    let text = no_errors(&response).to_string();
    assert!(text.contains("\"Product\"") && !text.contains("_Entity") && !text.contains("join__"), "{text}");
}

#[tokio::test]
async fn bottomless_introspection_is_refused() {
    let fields = "fields { type { ".repeat(6);
    let response =
        shop().ask(&format!("{{ __schema {{ types {{ {fields} name {} }} }} }}", "} }".repeat(6))).await;
    assert!(response.is_refused());
    assert_eq!(response.errors.len(), 1);
}
