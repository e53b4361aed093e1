//! The dependency table: which crate of ours may see which. Any edge that is not in it fails.

use crate::tree;
use std::collections::BTreeSet;

/// What a crate may depend on among our own crates. `*` in a name stands for the service: the same one on both sides.
const ALLOWED: &[(&str, &[&str])] = &[
    ("entities-primitives", &[]),
    ("entities-*", &["entities-primitives"]),
    ("migrations-*", &[]),
    ("subgraph-chassis", &["entities-primitives", "router-protocol"]),
    ("subgraph-*", &["subgraph-chassis", "entities-primitives", "entities-*", "migrations-*"]),
    ("router-protocol", &[]),
    ("router-schema", &[]),
    ("router-graphiql", &[]),
    ("router-planner", &["router-schema"]),
    ("router-composition", &["router-schema", "router-planner"]),
    ("router-executor", &["router-protocol", "router-schema", "router-planner"]),
    (
        "router-gateway",
        &[
            "router-protocol",
            "router-schema",
            "router-composition",
            "router-planner",
            "router-executor",
            "router-graphiql",
        ],
    ),
    (
        "router-fixture",
        &["router-protocol", "router-schema", "router-composition", "router-planner", "router-executor"],
    ),
    ("router-differential", &["router-schema", "router-composition", "router-planner", "router-fixture"]),
    (
        "router-fuzz",
        &[
            "router-protocol",
            "router-schema",
            "router-composition",
            "router-planner",
            "router-executor",
            "router-fixture",
        ],
    ),
    (
        "carmen",
        &[
            "router-protocol",
            "router-schema",
            "router-composition",
            "router-planner",
            "router-executor",
            "router-gateway",
            "entities-primitives",
            "subgraph-chassis",
            "subgraph-identity",
            "subgraph-inventory",
            "subgraph-procurement",
            "subgraph-product",
            "subgraph-users",
            "subgraph-vendor",
        ],
    ),
    ("carmen-tests", &["carmen", "subgraph-chassis"]),
    ("carmen-fleet", &[]),
    ("carmen-benches", &[]),
];

/// Crates that must stay free of time, network and the async runtime.
const PURE: [&str; 4] = ["entities-primitives", "router-schema", "router-planner", "router-composition"];

/// What a pure crate may not depend on.
const IMPURE: [&str; 6] = ["tokio", "reqwest", "axum", "hyper", "tokio-util", "async-stream"];

struct Manifest {
    name: String,
    dependencies: BTreeSet<String>,
    dev_dependencies: BTreeSet<String>,
}

#[test]
fn every_dependency_edge_is_in_the_table() {
    let mut violations = Vec::new();
    let own: BTreeSet<String> = manifests().into_iter().map(|manifest| manifest.name).collect();
    for manifest in manifests() {
        let allowed = allowed_for(&manifest.name);
        for dependency in manifest.dependencies.iter().filter(|name| own.contains(*name)) {
            if !allowed.contains(dependency) {
                violations.push(format!("{} → {dependency}", manifest.name));
            }
        }
    }
    tree::expect_none("edges that the dependency table does not allow", &violations);
}

#[test]
fn a_test_may_use_no_other_service() {
    let mut violations = Vec::new();
    for manifest in manifests().iter().filter(|manifest| manifest.name.starts_with("subgraph-")) {
        for dependency in &manifest.dev_dependencies {
            let foreign = dependency.starts_with("subgraph-") && dependency != "subgraph-chassis";
            if foreign && *dependency != manifest.name {
                violations.push(format!("{} → {dependency} (dev)", manifest.name));
            }
        }
    }
    tree::expect_none("services that reach into another one in their tests", &violations);
}

#[test]
fn fixtures_are_for_tests() {
    let manifests = manifests();
    let ships =
        |manifest: &&Manifest| !["router-differential", "router-fuzz"].contains(&manifest.name.as_str());
    let uses =
        manifests.iter().filter(ships).filter(|manifest| manifest.dependencies.contains("router-fixture"));
    let violations: Vec<String> =
        uses.map(|manifest| format!("{} → router-fixture", manifest.name)).collect();
    tree::expect_none("crates that ship fixtures", &violations);
}

#[test]
fn pure_crates_know_no_runtime() {
    let mut violations = Vec::new();
    for manifest in manifests().iter().filter(|manifest| PURE.contains(&manifest.name.as_str())) {
        for dependency in manifest.dependencies.iter().filter(|name| IMPURE.contains(&name.as_str())) {
            violations.push(format!("{} → {dependency}", manifest.name));
        }
    }
    tree::expect_none("pure crates that depend on a clock, network or runtime", &violations);
}

fn allowed_for(name: &str) -> BTreeSet<String> {
    if let Some((_, allowed)) = ALLOWED.iter().find(|(pattern, _)| *pattern == name) {
        return allowed.iter().map(|dependency| (*dependency).to_owned()).collect();
    }
    for (pattern, allowed) in ALLOWED {
        if let Some(service) = pattern.strip_suffix('*').and_then(|prefix| name.strip_prefix(prefix)) {
            return allowed.iter().map(|dependency| dependency.replace('*', service)).collect();
        }
    }
    panic!("{name} is not in the dependency table: add it with what it may see");
}

fn manifests() -> Vec<Manifest> {
    tree::crates().iter().map(|folder| manifest(&tree::text(&folder.join("Cargo.toml")))).collect()
}

fn manifest(text: &str) -> Manifest {
    let table: toml::Table = text.parse().expect("a manifest is TOML");
    let name = table["package"]["name"].as_str().expect("a package has a name").to_owned();
    Manifest {
        dependencies: names(&table, "dependencies"),
        dev_dependencies: names(&table, "dev-dependencies"),
        name,
    }
}

/// The package names in a dependency section; the workspace renames two of our crates.
fn names(table: &toml::Table, section: &str) -> BTreeSet<String> {
    let Some(section) = table.get(section).and_then(toml::Value::as_table) else { return BTreeSet::new() };
    section
        .keys()
        .map(|name| match name.as_str() {
            "primitives" => "entities-primitives".to_owned(),
            "chassis" => "subgraph-chassis".to_owned(),
            other => other.to_owned(),
        })
        .collect()
}
