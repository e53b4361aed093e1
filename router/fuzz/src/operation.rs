//! A client's operation → a sound plan, or a refusal.

use crate::worlds::graph;
use router_planner::verify;
use router_schema::apollo_compiler::ExecutableDocument;

pub(crate) fn run(text: &str) {
    let (name, operation) = text.split_once('\n').unwrap_or((text, ""));
    let graph = graph(name.trim_start_matches("# "));
    let api = &graph.world.supergraph().api;
    let Ok(document) = ExecutableDocument::parse_and_validate(api, operation, "operation.graphql") else {
        return;
    };
    let names = document.operations.named.keys().map(|name| Some(name.as_str()));
    for operation_name in document.operations.anonymous.iter().map(|_| None).chain(names) {
        match graph.planner.plan(&document, operation_name) {
            Ok(plan) => {
                let findings = verify(graph.world.supergraph(), &plan);
                assert!(findings.is_empty(), "the plan is not sound: {findings:#?}\n{plan}");
            }
            // The graphs compose, so every field of theirs can be reached.
            Err(error) => assert_eq!(error.code(), "PLAN_TOO_COMPLEX", "{error}"),
        }
    }
}
