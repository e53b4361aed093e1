//! From `supergraph.yaml` to a graph: files, running subgraphs, subgraphs of this process, and what may be wrong.

use crate::subgraphs::{SHOP, STOCK, Watch, in_process};
use axum::routing::post;
use axum::{Json, Router};
use router_composition::Contract;
use router_gateway::fleet::InProcessSubgraphs;
use router_gateway::{Config, Fleet};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;

fn folder(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("there is room");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("there is room");
    }
    let fleet = folder.path().join("supergraph.yaml");
    (folder, fleet)
}

async fn problem(yaml: &str) -> String {
    let (_folder, file) = folder(&[("supergraph.yaml", yaml), ("shop.graphql", SHOP)]);
    Fleet::load(&file, &InProcessSubgraphs::new()).await.expect_err("it is wrong").to_string()
}

#[tokio::test]
async fn schemas_come_from_files_beside_it_from_subgraphs_and_from_this_process() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/graphql", listener.local_addr().unwrap());
    let answer = || async { Json(json!({ "data": { "_service": { "sdl": STOCK } } })) };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/graphql", post(answer))).await });
    let local = in_process(&Arc::new(Watch::default()));
    for (shop, stock) in [
        (
            "routing_url: http://127.0.0.1:1/, schema: { file: shop.graphql }",
            format!("routing_url: \"{url}\""),
        ),
        (
            "in_process: true",
            format!("routing_url: http://127.0.0.1:1/, schema: {{ subgraph_url: \"{url}\" }}"),
        ),
    ] {
        let yaml =
            format!("federation_version: =2.5\nsubgraphs:\n  shop: {{ {shop} }}\n  stock: {{ {stock} }}\n");
        let (_folder, file) = folder(&[("supergraph.yaml", &yaml), ("shop.graphql", SHOP)]);
        let fleet = Fleet::load(&file, &local).await.expect("it composes");
        assert!(fleet.supergraph.api_sdl().contains("onHand: Int!"), "{yaml}");
        assert_eq!(fleet.transports(&Config::default(), &local).unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_composed_supergraph_is_read_as_it_is() {
    let composed = Fleet::of(&in_process(&Arc::new(Watch::default()))).unwrap();
    let (_keep, file) = folder(&[
        (
            "supergraph.yaml",
            "subgraphs:\n  shop: { schema: { file: shop.graphql }, routing_url: \"http://a/\" }\n  stock: { schema: { file: stock.graphql }, routing_url: \"http://b/\" }",
        ),
        ("shop.graphql", SHOP),
        ("stock.graphql", STOCK),
    ]);
    let composition = Fleet::compose(&file, &InProcessSubgraphs::new(), None).await.unwrap();
    let (_keep, _) = folder(&[]);
    let supergraph = file.with_file_name("supergraph.graphql");
    std::fs::write(&supergraph, composition.supergraph_sdl.unwrap()).unwrap();
    let fleet = Fleet::load(&supergraph, &InProcessSubgraphs::new()).await.unwrap();
    assert_eq!(fleet.supergraph.api_sdl(), composed.supergraph.api_sdl());
    assert_eq!(fleet.supergraph.subgraphs[0].url, "http://a/");
}

#[tokio::test]
async fn a_contract_in_the_file_decides_what_is_served() {
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@tag\"]) \
        type Query { open: Int @tag(name: \"partner\") closed: Int }";
    let (_keep, file) = folder(&[
        (
            "supergraph.yaml",
            "contract: { include: [partner] }\nsubgraphs: { a: { schema: { file: a.graphql }, routing_url: \"http://a/\" } }",
        ),
        ("a.graphql", sdl),
    ]);
    let nobody = InProcessSubgraphs::new();
    let served = Fleet::load(&file, &nobody).await.unwrap().supergraph.api_sdl();
    assert!(served.contains("open") && !served.contains("closed"), "{served}");
    let everything = Fleet::compose(&file, &nobody, Some(&Contract::default())).await.unwrap();
    assert!(everything.api_sdl().unwrap().contains("closed"));
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place() {
    for (yaml, expected) in [
        ("subgraphs: {}", "`subgraphs` names no subgraph"),
        ("subgraps: {}", "did you mean `subgraphs`?"),
        ("subgraphs: { shop: { routing_ulr: x } }", "did you mean `routing_url`?"),
        ("subgraphs: { shop: {} }", "subgraph `shop` has neither `routing_url`"),
        ("subgraphs: { shop: { schema: { file: gone.graphql } } }", "gone.graphql cannot be read"),
        (
            "subgraphs: { shop: { routing_url: \"http://127.0.0.1:1/\" } }",
            "the schema of subgraph shop cannot be fetched",
        ),
        ("subgraphs: [", "supergraph.yaml"),
    ] {
        let problem = problem(yaml).await;
        assert!(problem.contains(expected), "{yaml}: {problem}");
    }
}

#[tokio::test]
async fn subgraphs_that_do_not_fit_are_reported_together() {
    let stock = STOCK.replace(
        "type Product @key(fields: \"id\") { id: ID! onHand: Int! }",
        "type Product @key(fields: \"sku\") { id: ID! }",
    );
    let yaml = "subgraphs:\n  shop: { routing_url: \"http://a/\", schema: { file: shop.graphql } }\n  stock: { routing_url: \"http://b/\", schema: { file: stock.graphql } }";
    let (_folder, file) =
        folder(&[("supergraph.yaml", yaml), ("shop.graphql", SHOP), ("stock.graphql", &stock)]);
    match Fleet::load(&file, &InProcessSubgraphs::new()).await {
        Err(router_gateway::FleetError::Composition(diagnostics)) => {
            assert!(
                diagnostics.iter().any(|found| found.subgraph.as_deref() == Some("stock")),
                "{diagnostics:?}"
            );
        }
        other => panic!("it must not compose: {other:?}"),
    }
}

#[tokio::test]
async fn settings_for_nobody_and_subgraphs_that_do_not_run_here_are_errors() {
    let local = in_process(&Arc::new(Watch::default()));
    let fleet = Fleet::of(&local).unwrap();
    let config = Config::parse("subgraphs: { stok: { timeout_ms: 5 } }").unwrap();
    let error = fleet.transports(&config, &local).err().expect("a typing error").to_string();
    assert!(error.contains("did you mean `stock`?"), "{error}");
    let error =
        fleet.transports(&Config::default(), &InProcessSubgraphs::new()).err().expect("nobody is here");
    assert!(error.to_string().contains("this process does not run it"), "{error}");
}
