//! What is wrong is said with its code and its field, all at once, and changes nothing.

use crate::shelf::shelves;
use carmen_tests::{Carmen, first_code};
use serde_json::{Value, json};

#[tokio::test]
async fn bad_operations_are_refused_with_their_code() {
    let carmen = Carmen::start().await;
    let buyer = carmen.sign_in("buyer").await;
    let deep = format!(
        "{{ products {{ nodes {{ category {{ {} id {} }} }} }} }}",
        "parent { ".repeat(14),
        "}".repeat(14)
    );
    let aliases: String =
        (0..40).map(|n| format!("a{n}: products(first: 1) {{ nodes {{ id }} }} ")).collect();
    let cases = [
        ("{ products(first: 1, last: 1) { nodes { id } } }".to_owned(), "VALIDATION_ERROR"),
        ("{ products(first: 101) { nodes { id } } }".to_owned(), "VALIDATION_ERROR"),
        ("{ products(after: \"nonsense\") { nodes { id } } }".to_owned(), "VALIDATION_ERROR"),
        ("{ products { nodes { nope } } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("{ products { nodes { ".to_owned(), "GRAPHQL_PARSE_FAILED"),
        (deep, "QUERY_TOO_COMPLEX"),
        (format!("{{ {aliases} }}"), "QUERY_TOO_COMPLEX"),
        ("{ products(first: 1) { nodes { bestOffer(quantity: \"1.000001\") { vendor { id } } } } }".to_owned(), "VALIDATION_ERROR"),
        ("{ products(first: 1) { nodes { bestOffer(quantity: 1.5) { vendor { id } } } } }".to_owned(), "VALIDATION_ERROR"),
        ("{ products(first: 1) { nodes { bestOffer(quantity: \"1\", unit: \"smoot\") { vendor { id } } } } }".to_owned(), "VALIDATION_ERROR"),
    ];
    for (query, code) in cases {
        let answer = buyer.ask(&query, json!({})).await;
        assert_eq!(first_code(&answer), code, "{query}: {answer}");
    }
    carmen.stop().await;
}

#[tokio::test]
async fn a_cursor_of_another_filter_is_refused() {
    let carmen = Carmen::start().await;
    let buyer = carmen.sign_in("buyer").await;
    let page = buyer.data("{ products(first: 1) { pageInfo { endCursor } } }", json!({})).await;
    let cursor = &page["products"]["pageInfo"]["endCursor"];
    let query =
        "query($after: String) { products(first: 1, after: $after, search: \"oil\") { nodes { id } } }";
    let answer = buyer.ask(query, json!({ "after": cursor })).await;
    assert_eq!(first_code(&answer), "VALIDATION_ERROR");
    assert_eq!(answer["errors"][0]["extensions"]["field"], json!(["after"]));
    carmen.stop().await;
}

#[tokio::test]
async fn every_line_says_what_is_wrong_and_nothing_is_posted() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelf = &shelves(&admin, 1).await[0];
    let count = "{ movements(first: 1) { totalCount } }";
    let before = admin.data(count, json!({})).await;
    let line = |quantity: &str, unit: Value| json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": quantity, "unit": unit, "unitCost": "1" });
    let lines = json!([line("5", Value::Null), line("-1", Value::Null), line("1", json!("smoot"))]);
    let receive = "mutation($input: ReceiveStockInput!) { receiveStock(input: $input) { posting { id } userErrors { code field } } }";
    let refused = admin.data(receive, json!({ "input": { "lines": lines } })).await;
    assert_eq!(refused["receiveStock"]["posting"], Value::Null);
    assert_eq!(
        refused["receiveStock"]["userErrors"],
        json!([
            { "code": "VALIDATION_ERROR", "field": ["lines", "1", "quantity"] },
            { "code": "VALIDATION_ERROR", "field": ["lines", "2", "unit"] },
        ])
    );
    let issue =
        "mutation($input: IssueStockInput!) { issueStock(input: $input) { userErrors { code field meta } } }";
    let too_much =
        json!([{ "productId": shelf.product, "locationId": shelf.location, "quantity": "999999" }]);
    let short = admin.data(issue, json!({ "input": { "lines": too_much } })).await;
    assert_eq!(short["issueStock"]["userErrors"][0]["code"], "INSUFFICIENT_STOCK", "{short}");
    assert_eq!(admin.data(count, json!({})).await, before);
    carmen.prove().await;
    carmen.stop().await;
}
