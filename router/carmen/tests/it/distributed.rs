//! The same graph with each subgraph in a process of its own.

use crate::process::{ask, free_port, say, serve};
use serde_json::json;
use std::fs;

const QUESTION: &str = include_str!("../../../../tests/platform/operations/products.graphql");

#[tokio::test]
async fn separate_processes_answer_the_same_and_one_that_is_down_takes_only_its_own_fields() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    say(data, &["seed", "--size", "s"]);
    let token = say(data, &["token", "--user", "buyer@andaman.example"]);

    let together = {
        let port = free_port();
        let _all = serve(data, port, &["dev"]).await;
        ask(port, Some(&token), QUESTION).await
    };
    assert!(together.get("errors").is_none(), "{together}");

    let ports: Vec<u16> = (0..5).map(|_| free_port()).collect();
    let [identity, product, vendor, inventory, router] = ports[..] else { panic!("five ports") };
    let jwks = format!("http://127.0.0.1:{identity}/.well-known/jwks.json");
    let peer = format!("product=http://127.0.0.1:{product}/graphql");
    let apart = ["--jwks-url", &jwks, "--peer", &peer];
    let _identity = serve(data, identity, &["subgraph", "identity"]).await;
    let _product = serve(data, product, &[&["subgraph", "product"], &apart[..]].concat()).await;
    let _vendor = serve(data, vendor, &[&["subgraph", "vendor"], &apart[..]].concat()).await;
    let inventory_process = serve(data, inventory, &[&["subgraph", "inventory"], &apart[..]].concat()).await;
    let fleet: String =
        [("identity", identity), ("product", product), ("vendor", vendor), ("inventory", inventory)]
            .map(|(name, port)| format!("  {name}:\n    routing_url: http://127.0.0.1:{port}/graphql\n"))
            .concat();
    fs::write(data.join("fleet.yaml"), format!("federation_version: =2.5\nsubgraphs:\n{fleet}")).unwrap();
    let config = format!(
        "auth:\n  issuers:\n    - issuer: carmen-identity\n      audience: carmen\n      jwks_url: {jwks}\n"
    );
    fs::write(data.join("router.yaml"), config).unwrap();
    let _router =
        serve(data, router, &["router", "--supergraph", "fleet.yaml", "--config", "router.yaml"]).await;

    assert_eq!(ask(router, Some(&token), QUESTION).await, together);

    drop(inventory_process);
    let partial = ask(router, Some(&token), QUESTION).await;
    let errors = partial["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{partial}");
    assert_eq!(errors[0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    assert_eq!(errors[0]["extensions"]["service"], "inventory");
    assert_eq!(errors[0]["path"].as_array().unwrap()[..2], [json!("products"), json!("nodes")], "{partial}");
    for (node, whole) in partial["data"]["products"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(together["data"]["products"]["nodes"].as_array().unwrap())
    {
        assert_eq!(
            (&node["name"], &node["bestOffer"], &node["stock"]),
            (&whole["name"], &whole["bestOffer"], &json!(null))
        );
    }
}
