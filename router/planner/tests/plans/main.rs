//! Plans as text: one file per case under `cases/<topic>/`.
//!
//! A case is `NAME.graphql` (its first comment lines say what it claims; a line `# graph: FILE` names a supergraph under
//! `graphs/`, `# label: NAME` an active override label) and `NAME.plan`, the plan that is expected. `UPDATE_PLANS=1` writes the expected files anew: read the diff.

mod labels;
mod limits;
mod stages;
mod verifier;

use apollo_compiler::ExecutableDocument;
use router_planner::{Plan, PlanOptions, Planner, Shape, ShapeKind, verify};
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

/// A planner for one of the graphs.
fn planner_of(graph: &str) -> Planner {
    let supergraph = Supergraph::parse(&graph_sdl(graph)).unwrap_or_else(|error| panic!("{graph}: {error}"));
    Planner::new(Arc::new(supergraph))
}

fn planner(query: &str, case: &Path) -> Planner {
    let graph = query.lines().find_map(|line| line.strip_prefix("# graph: ")).unwrap_or_else(|| {
        panic!("{}: a case names its graph with `# graph: FILE`", case.display());
    });
    planner_of(graph.trim())
}

fn plan(case: &Path) -> String {
    let query = std::fs::read_to_string(case).expect("readable");
    let planner = planner(&query, case);
    let document = match ExecutableDocument::parse_and_validate(&planner.supergraph().api, &query, case) {
        Ok(document) => document,
        Err(error) => return format!("the case is not valid: {error}\n"),
    };
    let labels = query.lines().filter_map(|line| line.strip_prefix("# label: "));
    match planner.plan_with(&document, None, &PlanOptions::active(labels)) {
        Ok(plan) => {
            let findings = verify(planner.supergraph(), &plan);
            assert!(findings.is_empty(), "{}: {findings:#?}", case.display());
            describe(&plan)
        }
        Err(error) => format!("{}: {error}\n", error.code()),
    }
}

/// The plan, the operations as they are sent, and where the client's shape reads from another key than the client's own.
fn describe(plan: &Plan) -> String {
    let mut text = format!("{plan}\n");
    for fetch in &plan.fetches {
        let deps: Vec<u32> = fetch.depends_on.iter().map(|dep| dep.0).collect();
        let _ = write!(text, "\n# {} to {} after {deps:?}\n{}\n", fetch.id.0, fetch.service, fetch.operation);
    }
    read_elsewhere(&plan.shape, "", &mut text);
    text
}

fn read_elsewhere(shape: &Shape, path: &str, text: &mut String) {
    for field in &shape.fields {
        let path = format!("{path}.{}", field.response_key);
        if field.source != field.response_key {
            let on: Vec<&str> = field.on.iter().flatten().map(|ty| ty.as_str()).collect();
            let _ = writeln!(text, "\n# {path} is read from {} {on:?}", field.source);
        }
        if let ShapeKind::Object(below) = &field.kind {
            read_elsewhere(below, &path, text);
        }
    }
}

#[test]
fn every_case_has_the_expected_plan() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 100, "only {} cases were found", cases.len());
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
