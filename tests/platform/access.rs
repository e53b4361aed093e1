//! Who gets in: tokens, permissions, sign-in.

use carmen_tests::{Carmen, first_code, first_error};
use serde_json::json;
use std::time::Duration;

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

#[tokio::test]
async fn a_vendors_token_opens_the_portal_without_a_sign_in_and_nothing_else() {
    let carmen = Carmen::start().await;
    let buyer = carmen.sign_in("buyer").await;
    let seen = buyer.data("{ products(first: 1) { nodes { id baseUnit { code } } } vendors(first: 1, where: { status: [ACTIVE] }) { nodes { id } } }", json!({})).await;
    let (product, vendor) = (&seen["products"]["nodes"][0]["id"], &seen["vendors"]["nodes"][0]["id"]);
    let unit = &seen["products"]["nodes"][0]["baseUnit"]["code"];
    let now = chassis::Clock::system().now();
    let (hour, week) = (Duration::from_secs(3_600), Duration::from_secs(7 * 24 * 3_600));
    let create = "mutation($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } userErrors { message } } }";
    let input = json!({ "name": "Story", "startsAt": now - hour, "endsAt": now + week,
        "validFrom": "2040-01-01", "validTo": "2040-12-31", "lines": [{ "productId": product, "unit": unit }] });
    let created = buyer.data(create, json!({ "input": input })).await;
    let id = &created["createCampaign"]["campaign"]["id"];
    assert!(id.is_string(), "{created}");
    let invite =
        "mutation($input: InviteVendorsInput!) { inviteVendors(input: $input) { userErrors { message } } }";
    let guests = json!([{ "vendorId": vendor, "email": "sales@vendor.example" }]);
    buyer.data(invite, json!({ "input": { "id": id, "expectedVersion": 1, "vendors": guests } })).await;
    let launch = "mutation($input: CampaignTransitionInput!) { launchCampaign(input: $input) { tokens { token } userErrors { message } } }";
    let launched = buyer.data(launch, json!({ "input": { "id": id, "expectedVersion": 2 } })).await;
    let token = &launched["launchCampaign"]["tokens"][0]["token"];
    let stranger = carmen.stranger();
    let look = "query($token: String!) { portalInvitation(token: $token) { status lines { name } } }";
    let opened = stranger.ask(look, json!({ "token": token })).await;
    assert_eq!(opened["data"]["portalInvitation"]["status"], "OPENED", "{opened}");
    assert_eq!(first_code(&stranger.ask(look, json!({ "token": "nothing of the kind" })).await), "NOT_FOUND");
    assert_eq!(first_code(&stranger.ask("{ campaigns { totalCount } }", json!({})).await), "UNAUTHENTICATED");
    carmen.stop().await;
}
