//! Plans as text: one file per case under `cases/<topic>/`.
//!
//! A case is `NAME.graphql` (its first comment lines say what it claims; a line `# graph: FILE` names a supergraph under
//! `graphs/`) and `NAME.plan`, the plan that is expected. `UPDATE_PLANS=1` writes the expected files anew: read the diff.

use apollo_compiler::ExecutableDocument;
use router_planner::{Plan, Planner};
use router_schema::Supergraph;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans")
}

fn cases() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for topic in std::fs::read_dir(folder().join("cases")).expect("cases/ exists") {
        let topic = topic.expect("readable").path();
        for case in std::fs::read_dir(&topic).expect("a topic is a folder") {
            let case = case.expect("readable").path();
            if case.extension().is_some_and(|extension| extension == "graphql") {
                found.push(case);
            }
        }
    }
    found.sort();
    found
}

/// A graph with what every supergraph begins with.
fn graph_sdl(file: &str) -> String {
    let read = |name: &str| {
        let path = folder().join("graphs").join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    format!("{}\n{}", read("join.graphql"), read(file))
}

fn planner(query: &str, case: &Path) -> Planner {
    let graph = query.lines().find_map(|line| line.strip_prefix("# graph: ")).unwrap_or_else(|| {
        panic!("{}: a case names its graph with `# graph: FILE`", case.display());
    });
    let sdl = graph_sdl(graph.trim());
    let supergraph = Supergraph::parse(&sdl).unwrap_or_else(|error| panic!("{graph}: {error}"));
    Planner::new(Arc::new(supergraph))
}

fn plan(case: &Path) -> String {
    let query = std::fs::read_to_string(case).expect("readable");
    let planner = planner(&query, case);
    let document = match ExecutableDocument::parse_and_validate(&planner.supergraph().api, &query, case) {
        Ok(document) => document,
        Err(error) => return format!("the case is not valid: {error}\n"),
    };
    match planner.plan(&document, None) {
        Ok(plan) => describe(&plan),
        Err(error) => format!("{}: {error}\n", error.code()),
    }
}

/// The plan and the operations as they are sent.
fn describe(plan: &Plan) -> String {
    let mut text = format!("{plan}\n");
    for fetch in &plan.fetches {
        let deps: Vec<u32> = fetch.depends_on.iter().map(|dep| dep.0).collect();
        let _ = write!(text, "\n# {} to {} after {deps:?}\n{}\n", fetch.id.0, fetch.service, fetch.operation);
    }
    text
}

#[test]
fn every_case_has_the_expected_plan() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 30, "only {} cases were found", cases.len());
    for case in cases {
        let actual = plan(&case);
        let expected_file = case.with_extension("plan");
        if std::env::var_os("UPDATE_PLANS").is_some() {
            std::fs::write(&expected_file, &actual).expect("writable");
        } else if std::fs::read_to_string(&expected_file).unwrap_or_default() != actual {
            wrong.push(format!("{}:\n{actual}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "plans that are not the expected ones:\n{}", wrong.join("\n"));
}

#[test]
fn planning_is_deterministic() {
    for case in cases() {
        assert_eq!(plan(&case), plan(&case), "{}", case.display());
    }
}
