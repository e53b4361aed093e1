//! Who may do what, and what is said to those who may not.

use chassis::testkit::{data, first_code, first_error};
use serde_json::json;

use crate::house::{House, andaman};

const ID: &str = "0197c2f0-0000-7000-8000-000000000001";

/// Each root field with the permission it takes, as one table.
fn guarded() -> Vec<(&'static str, String)> {
    let transition =
        |verb: &str| format!("mutation {{ {verb}(input: {{ id: \"{ID}\" }}) {{ userErrors {{ code }} }} }}");
    vec![
        ("products:view", "{ products { totalCount } }".to_owned()),
        ("products:view", format!("{{ product(id: \"{ID}\") {{ id }} }}")),
        ("products:view", "{ productByCode(code: \"A\") { id } }".to_owned()),
        ("products:view", "{ categories { totalCount } }".to_owned()),
        ("products:view", format!("{{ category(id: \"{ID}\") {{ id }} }}")),
        ("products:view", format!("{{ convert(productId: \"{ID}\", quantity: \"1\", from: \"kg\", to: \"g\") {{ value }} }}")),
        ("products:create", "mutation { createProduct(input: { code: \"A\", name: \"A\", baseUnit: \"kg\" }) { userErrors { code } } }".to_owned()),
        ("products:create", "mutation { createCategory(input: { name: \"A\" }) { userErrors { code } } }".to_owned()),
        ("products:update", format!("mutation {{ updateProduct(input: {{ id: \"{ID}\", expectedVersion: 1 }}) {{ userErrors {{ code }} }} }}")),
        ("products:update", transition("activateProduct")),
        ("products:deactivate", transition("deactivateProduct")),
        ("products:deactivate", transition("discontinueProduct")),
        ("products:update", format!("mutation {{ addConversion(input: {{ productId: \"{ID}\", expectedVersion: 1, from: \"kg\", to: \"g\", fromQty: \"1\", toQty: \"1000\" }}) {{ userErrors {{ code }} }} }}")),
        ("products:update", format!("mutation {{ removeConversion(input: {{ productId: \"{ID}\", expectedVersion: 1, from: \"kg\", to: \"g\" }}) {{ userErrors {{ code }} }} }}")),
        ("products:update", format!("mutation {{ updateCategory(input: {{ id: \"{ID}\", expectedVersion: 1 }}) {{ userErrors {{ code }} }} }}")),
        ("products:update", format!("mutation {{ moveCategory(input: {{ id: \"{ID}\", expectedVersion: 1 }}) {{ userErrors {{ code }} }} }}")),
    ]
}

#[tokio::test]
async fn every_root_field_takes_its_permission_and_no_other() {
    let house = House::open().await;
    let all = ["products:view", "products:create", "products:update", "products:deactivate"];
    for (permission, query) in guarded() {
        let others: Vec<&str> = all.into_iter().filter(|other| *other != permission).collect();
        let answer = house.ask_as(&house.kit.caller(andaman(), &others), &query, json!(null)).await;
        let error = first_error(&answer);
        assert_eq!(first_code(&answer), "FORBIDDEN", "{query}");
        assert!(error["message"].as_str().unwrap().contains(permission), "{query}: {error}");
        assert!(error["path"].is_array(), "{query}");
        data(house.ask_as(&house.kit.caller(andaman(), &[permission]), &query, json!(null)).await);
    }
}

#[tokio::test]
async fn references_take_the_permission_to_view() {
    let house = House::open().await;
    let nobody = house.kit.caller(andaman(), &["inventory:view"]);
    let query = format!(
        "{{ _entities(representations: [{{ __typename: \"Product\", id: \"{ID}\" }}]) {{ ... on Product {{ id }} }} }}"
    );
    assert_eq!(first_code(&house.ask_as(&nobody, &query, json!(null)).await), "FORBIDDEN");
}

#[tokio::test]
async fn without_a_token_nothing_answers() {
    let house = House::open().await;
    for (_, query) in guarded().into_iter().chain([("", "{ units { code } }".to_owned())]) {
        let response = house.subgraph.execute(chassis::SubgraphRequest::new(&query)).await.json().unwrap();
        assert_eq!(first_code(&response), "UNAUTHENTICATED", "{query}");
    }
}

#[tokio::test]
async fn an_expired_token_is_no_token() {
    let house = House::open().await;
    house.kit.clock().advance(std::time::Duration::from_secs(3_600));
    let answer = house.ask("{ products { totalCount } }", json!(null)).await;
    assert_eq!(first_code(&answer), "UNAUTHENTICATED");
}

#[tokio::test]
async fn each_role_may_do_what_is_written_down() {
    let house = House::open().await;
    chassis::testkit::check_roles(env!("CARGO_MANIFEST_DIR"), &house.kit, &house.subgraph, andaman()).await;
}
