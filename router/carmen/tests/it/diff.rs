//! `carmen diff`: what breaks, what is planned differently, and what programs read of it.

use crate::process::run;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

const SHOP: &str =
    "type Query { goods: [Good] } type Good @key(fields: \"id\") { id: ID! name: String price: Int }";
const STOCK: &str = "type Good @key(fields: \"id\") { id: ID! count: Int }";

/// Writes a `supergraph.yaml` of two subgraphs.
fn graph(folder: &Path, name: &str, shop: &str, stock: &str) {
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])";
    let member = |name: &str, sdl: &str| {
        let sdl = format!("{link} {sdl}");
        format!("  {name}:\n    routing_url: http://{name}.example\n    schema:\n      sdl: {sdl:?}\n")
    };
    let text = format!("subgraphs:\n{}{}", member("shop", shop), member("stock", stock));
    fs::write(folder.join(name), text).unwrap();
}

fn operations(folder: &Path) {
    fs::create_dir_all(folder.join("operations/admin")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join("operations").join(name), text).unwrap();
    write("goods.graphql", "query Goods { goods { name } } query Prices { goods { price } }");
    write("admin/count.gql", "{ goods { count } }");
    write("notes.md", "not an operation");
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_graph_does_not_differ_from_itself() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    graph(data, "old.yaml", SHOP, STOCK);
    operations(data);
    let same = run(data, &["diff", "old.yaml", "old.yaml", "--operations", "operations"]);
    assert_eq!(same.status.code(), Some(0));
    let said = text(&same);
    assert!(said.contains("changes: 0 breaking, 0 dangerous, 0 safe"), "{said}");
    assert!(said.contains("operations: 3 the same, 0 planned differently, 0 broken"), "{said}");
}

#[test]
fn a_moved_field_changes_plans_and_breaks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    graph(data, "old.yaml", SHOP, STOCK);
    graph(data, "new.yaml", &SHOP.replace("price: Int", ""), &STOCK.replace("count", "price: Int count"));
    operations(data);
    let moved = run(data, &["diff", "old.yaml", "new.yaml", "--operations", "operations"]);
    assert_eq!(moved.status.code(), Some(0), "{}", text(&moved));
    let said = text(&moved);
    assert!(said.contains("operations: 2 the same, 1 planned differently, 0 broken"), "{said}");
    assert!(said.contains("goods.graphql (Prices) is planned differently:\n--- old\n+++ new\n"), "{said}");
    assert!(said.lines().any(|line| line.starts_with('+') && line.contains("stock")), "{said}");
}

#[test]
fn a_removed_field_breaks_the_operations_that_use_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    graph(data, "old.yaml", SHOP, STOCK);
    graph(data, "new.yaml", &SHOP.replace("price: Int", "cost: Int"), STOCK);
    operations(data);
    let args = ["diff", "old.yaml", "new.yaml", "--operations", "operations", "--format", "json"];
    let removed = run(data, &args);
    assert_eq!(removed.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&removed.stdout).unwrap();
    assert_eq!(report["breaks"], true);
    assert_eq!(report["changes"][0]["kind"], "FIELD_REMOVED");
    assert_eq!(report["changes"][0]["coordinate"], "Good.price");
    assert_eq!(report["changes"][1]["kind"], "FIELD_ADDED");
    let outcomes: Vec<_> =
        report["operations"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    // A document is valid as a whole: `Goods` stands beside `Prices`.
    assert_eq!(outcomes, ["same", "broken", "broken"]);
    assert!(report["operations"][2]["reason"].as_str().unwrap().contains("price"));
}

#[test]
fn a_folder_without_operations_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    graph(data, "old.yaml", SHOP, STOCK);
    fs::create_dir(data.join("empty")).unwrap();
    let empty = run(data, &["diff", "old.yaml", "old.yaml", "--operations", "empty"]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stderr).contains("there are no operations in empty"));
}
