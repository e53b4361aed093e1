//! Who did what, as an auditor sees it from outside.

use carmen_tests::{Carmen, first_code};
use serde_json::{Value, json};

const ADJUST: &str =
    "mutation($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_tells_who_did_what_and_from_where() {
    let carmen = Carmen::start().await;
    let (admin, partner) = (carmen.sign_in("admin").await, carmen.sign_in("partner").await);
    let items = admin
        .data("{ inventoryItems(first: 1) { nodes { product { id } location { id } } } }", json!({}))
        .await;
    let item = &items["inventoryItems"]["nodes"][0];
    let (product, location) = (&item["product"]["id"], &item["location"]["id"]);
    let line = json!({ "productId": product, "locationId": location, "quantity": "1", "reason": "FOUND" });
    let input = json!({ "lines": [line], "note": "found behind the shelf" });
    let answer = admin.data(ADJUST, json!({ "input": input })).await;
    assert_eq!(answer["adjustStock"]["userErrors"], json!([]));
    assert_eq!(first_code(&partner.ask(ADJUST, json!({ "input": input })).await), "FORBIDDEN");
    let query = "{ inventoryAuditEntries(first: 2) { nodes { seq operation outcome codes actorId address client input } } }";
    let log = admin.data(query, json!({})).await;
    let nodes = &log["inventoryAuditEntries"]["nodes"];
    assert_eq!((&nodes[0]["outcome"], &nodes[0]["codes"]), (&json!("FAILED"), &json!(["FORBIDDEN"])));
    assert_eq!((&nodes[1]["outcome"], &nodes[1]["codes"]), (&json!("DONE"), &json!([])));
    assert_ne!(nodes[0]["actorId"], nodes[1]["actorId"]);
    for entry in nodes.as_array().unwrap() {
        assert_eq!((&entry["operation"], &entry["address"]), (&json!("adjustStock"), &json!("127.0.0.1")));
        let noted: Value = serde_json::from_str(entry["input"].as_str().unwrap()).unwrap();
        assert_eq!(noted, json!({ "input": input }));
    }
    carmen.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_is_for_auditors_and_secrets_are_not_in_it() {
    let carmen = Carmen::start().await;
    let (admin, partner) = (carmen.sign_in("admin").await, carmen.sign_in("partner").await);
    let query = "{ identityAuditEntries { nodes { operation input actorId } } }";
    assert_eq!(first_code(&partner.ask(query, json!({})).await), "FORBIDDEN");
    let login = "mutation { login(username: \"buyer\", password: \"guess guess guess\") { expiresAt } }";
    assert_eq!(first_code(&admin.ask(login, json!({})).await), "UNAUTHENTICATED");
    let log = admin.data(query, json!({})).await;
    let tried = &log["identityAuditEntries"]["nodes"][0];
    assert_eq!(tried["operation"], "login");
    let input = tried["input"].as_str().unwrap();
    assert!(input.contains("[redacted]") && !input.contains("guess"), "{input}");
}
