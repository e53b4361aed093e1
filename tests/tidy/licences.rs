//! What may come in: every dependency's licence is on the list of `deny.toml`, and none is on its list of refused crates.
//!
//! `cargo deny` checks more (sources, duplicates, advisories) but is not on every machine; this much always runs.

use crate::tree;
use serde_json::Value;
use spdx::{Expression, ParseMode};
use std::process::Command;

/// Packages whose manifest names a file instead of a licence, and what the file says.
const READ: &[(&str, &str)] = &[("jsonpath-rust", "MIT")];

#[test]
fn every_licence_is_allowed() {
    let rules = rules();
    let allowed = strings(&rules["licenses"]["allow"]);
    let mut violations = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap_or_default();
        let read = READ.iter().find(|(known, _)| *known == name).map(|(_, licence)| *licence);
        let stated = package["license"].as_str().or(read).unwrap_or("nothing");
        // `MIT/Apache-2.0` is how it was once written.
        let fits = Expression::parse_mode(stated, ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|requirement| allowed.contains(&requirement.to_string()))
        });
        if !fits {
            violations.push(format!("{name}: {stated}"));
        }
    }
    tree::expect_none("dependencies whose licence deny.toml does not allow", &violations);
}

#[test]
fn no_refused_crate_comes_in() {
    let rules = rules();
    let refused = rules["bans"]["deny"].as_array().expect("deny.toml refuses some crates");
    let refused: Vec<&str> = refused.iter().filter_map(|rule| rule["crate"].as_str()).collect();
    let packages = packages();
    let names = packages.iter().filter_map(|package| package["name"].as_str());
    let violations: Vec<String> = names.filter(|name| refused.contains(name)).map(str::to_owned).collect();
    tree::expect_none("crates that deny.toml refuses", &violations);
}

fn rules() -> toml::Table {
    tree::text(&tree::root().join("deny.toml")).parse().expect("deny.toml is TOML")
}

fn strings(list: &toml::Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
}

/// Everything in the lock file, as cargo describes it.
fn packages() -> Vec<Value> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(tree::root())
        .output()
        .expect("cargo runs");
    let mut metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo prints JSON");
    match metadata["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("cargo names no packages: {other}"),
    }
}
