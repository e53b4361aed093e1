//! Who gets in: tokens, permissions, sign-in.

use carmen_tests::{Carmen, first_code, first_error};
use serde_json::json;

const LIST: &str = "{ products(first: 1) { nodes { id } } }";

#[tokio::test]
async fn without_a_valid_token_nothing_is_answered() {
    let carmen = Carmen::start().await;
    let stranger = carmen.stranger();
    let answer = stranger.ask(LIST, json!({})).await;
    assert_eq!(
        (first_code(&answer), &first_error(&answer)["path"]),
        ("UNAUTHENTICATED", &json!(["products"]))
    );
    let good = carmen.sign_in("buyer").await.token.unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let symmetric = format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{}.{}", parts[1], parts[2]);
    let mut other: Vec<char> = parts[1].chars().collect();
    other[20] = if other[20] == 'A' { 'B' } else { 'A' };
    let tampered = format!("{}.{}.{}", parts[0], other.into_iter().collect::<String>(), parts[2]);
    for token in [unsigned.as_str(), &symmetric, &tampered, "nonsense", &good[..good.len() - 4]] {
        let answer = stranger.with_token(token).ask(LIST, json!({})).await;
        assert_eq!(first_code(&answer), "UNAUTHENTICATED", "{token}");
        assert!(answer["data"].is_null());
    }
    carmen.stop().await;
}

#[tokio::test]
async fn a_missing_permission_names_the_field() {
    let carmen = Carmen::start().await;
    let partner = carmen.sign_in("partner").await;
    let create = "mutation { createProduct(input: { code: \"X\", name: \"X\", baseUnit: \"kg\" }) { product { id } } }";
    let answer = partner.ask(create, json!({})).await;
    assert_eq!(
        (first_code(&answer), &first_error(&answer)["path"]),
        ("FORBIDDEN", &json!(["createProduct"]))
    );
    let stock = "{ products(first: 2) { nodes { name totalOnHand { value } } } }";
    assert!(partner.data(stock, json!({})).await["products"]["nodes"][0]["name"].is_string());
    let vendors = partner
        .ask(
            "{ products(first: 1) { nodes { name bestOffer(quantity: \"1\") { vendor { name } } } } }",
            json!({}),
        )
        .await;
    assert_eq!(first_code(&vendors), "FORBIDDEN");
    assert_eq!(first_error(&vendors)["path"], json!(["products", "nodes", 0, "bestOffer"]));
    assert!(vendors["data"]["products"]["nodes"][0]["name"].is_string(), "{vendors}");
    carmen.stop().await;
}

#[tokio::test]
async fn signing_in_needs_no_token_and_wrong_passwords_tell_nothing() {
    let carmen = Carmen::start().await;
    let login = "mutation($user: String!) { login(username: $user, password: \"wrong wrong wrong\") { accessToken } }";
    let stranger = carmen.stranger();
    let known = stranger.ask(login, json!({ "user": "buyer@andaman.example" })).await;
    let unknown = stranger.ask(login, json!({ "user": "nobody@andaman.example" })).await;
    assert_eq!(first_code(&known), "UNAUTHENTICATED");
    assert_eq!(first_error(&known)["message"], first_error(&unknown)["message"]);
    carmen.stop().await;
}
