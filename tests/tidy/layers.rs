//! Inside a service: SQL only in `store.rs`, GraphQL only at the edge, rules without IO.

use crate::tree;
use std::path::Path;

/// Files of a service that may name SeaORM and the service's entities. `seed` and `demo` fill tables in bulk; `lib.rs` runs
/// the migrations.
const MAY_SEE_SQL: [&str; 4] = ["store", "lib.rs", "demo", "prover"];

/// Files of a service that may name async-graphql.
const MAY_SEE_GRAPHQL: [&str; 6] = ["graphql", "schema.rs", "foreign.rs", "lib.rs", "entity", "feed"];

#[test]
fn only_the_store_sees_sql() {
    expect_only("SQL outside store.rs", &["sea_orm", "entities_"], &MAY_SEE_SQL);
}

#[test]
fn only_the_edge_sees_graphql() {
    expect_only("GraphQL outside graphql.rs", &["async_graphql"], &MAY_SEE_GRAPHQL);
}

#[test]
fn the_model_does_no_io() {
    let mut violations = Vec::new();
    for path in service_files() {
        if file_or_folder_is(&path, "model") {
            let text = tree::text(&path);
            for (index, line) in text.lines().enumerate() {
                if line.contains("async fn") || line.contains(".await") {
                    violations.push(format!("{}:{}: {}", tree::shown(&path), index + 1, line.trim()));
                }
            }
        }
    }
    tree::expect_none("IO in a model", &violations);
}

fn expect_only(rule: &str, words: &[&str], homes: &[&str]) {
    let mut violations = Vec::new();
    for path in service_files() {
        if homes.iter().any(|home| file_or_folder_is(&path, home.trim_end_matches(".rs"))) {
            continue;
        }
        for (index, line) in tree::text(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| code.contains(word) && !code.contains("entities_primitives")) {
                violations.push(format!("{}:{}: {}", tree::shown(&path), index + 1, line.trim()));
            }
        }
    }
    tree::expect_none(rule, &violations);
}

/// Whether the file, or a folder it lies in below `src`, has this name.
fn file_or_folder_is(path: &Path, name: &str) -> bool {
    let shown = tree::shown(path);
    let below = shown.split_once("/src/").map_or(shown.as_str(), |(_, below)| below);
    below.trim_end_matches(".rs").split('/').any(|part| part == name)
}

/// The source files of every service, without chassis.
fn service_files() -> Vec<std::path::PathBuf> {
    tree::all_rust_files()
        .into_iter()
        .filter(|path| {
            let shown = tree::shown(path);
            shown.starts_with("subgraphs/")
                && !shown.starts_with("subgraphs/chassis")
                && shown.contains("/src/")
        })
        .collect()
}
