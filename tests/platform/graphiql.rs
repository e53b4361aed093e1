//! What surrounds the graph: the page, health, metrics, keys.

use carmen_tests::Carmen;

#[tokio::test]
async fn the_page_and_its_session_come_from_the_binary() {
    let carmen = Carmen::start().await;
    let get = |path: &str| reqwest::get(format!("http://{}{path}", carmen.address));
    let page = get("/").await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("connect-src 'self'"), "{policy}");
    let text = page.text().await.unwrap();
    assert!(text.contains("bestOffer") && !text.contains("https://"), "the page needs nobody else");
    let explorer = get("/explorer").await.unwrap().text().await.unwrap();
    assert!(explorer.contains("with-plan") && !explorer.contains("https://"), "nor does the explorer");
    let session: serde_json::Value = get("/graphiql/session").await.unwrap().json().await.unwrap();
    assert_eq!(session["user"], "admin@andaman.example");
    for (path, expected) in
        [("/health", "ok"), ("/health/ready", "ready"), ("/.well-known/jwks.json", "\"RSA\"")]
    {
        let body = get(path).await.unwrap().text().await.unwrap();
        assert!(body.contains(expected), "{path}: {body}");
    }
    let buyer = carmen.sign_in("buyer").await;
    buyer.data("{ products(first: 1) { nodes { id } } }", serde_json::json!({})).await;
    let metrics = get("/metrics").await.unwrap().text().await.unwrap();
    assert!(
        metrics.contains("carmen_subgraph_requests_total") && metrics.contains("carmen_operation_seconds"),
        "{metrics}"
    );
    carmen.stop().await;
}
