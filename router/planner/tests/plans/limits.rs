//! Hostile operations end in an error or a plan, soon and without a panic.

use crate::planner_of;
use apollo_compiler::ExecutableDocument;
use router_planner::PlanError;
use std::fmt::Write;

fn error(graph: &str, query: &str, name: Option<&str>) -> Option<PlanError> {
    let planner = planner_of(graph);
    let document = ExecutableDocument::parse_and_validate(&planner.supergraph().api, query, "q.graphql")
        .expect("the query is valid");
    planner.plan(&document, name).err()
}

#[test]
fn fragments_that_double_at_each_step_are_too_complex() {
    let mut query = "query { box { ...f0 } }\n".to_owned();
    for level in 0..40 {
        let next = level + 1;
        let _ = writeln!(query, "fragment f{level} on Box {{ a{level}: id ...f{next} ...f{next} }}");
    }
    query.push_str("fragment f40 on Box { id }");
    let error = error("requires.graphql", &query, None).expect("too complex");
    assert_eq!(error.code(), "PLAN_TOO_COMPLEX");
}

#[test]
fn a_deep_operation_is_planned() {
    // Parsing and validation stop soon after this depth.
    let depth = 90;
    let query = format!("{{ person {} id {} }}", "{ friend ".repeat(depth) + "{", "}".repeat(depth + 1));
    assert_eq!(error("keys.graphql", &query, None), None);
}

#[test]
fn more_fetches_than_any_client_needs_are_too_many() {
    let mut query = "mutation {".to_owned();
    for at in 0..700 {
        let _ = write!(query, " a{at}: createProduct(name: \"x\") {{ product {{ name }} }}");
        let _ = write!(
            query,
            " b{at}: receive(product: \"1\", quantity: \"1\") {{ stock {{ onHand {{ value }} }} }}"
        );
    }
    query.push('}');
    let error = error("carmen.graphql", &query, None).expect("too many");
    assert_eq!(error.code(), "PLAN_TOO_COMPLEX");
}

#[test]
fn many_aliases_of_one_field_are_planned() {
    let mut query = "{ box {".to_owned();
    for at in 0..2_000 {
        let _ = write!(query, " a{at}: euros");
    }
    query.push_str("} }");
    assert_eq!(error("requires.graphql", &query, None), None);
}

#[test]
fn an_operation_must_be_named_when_there_are_several() {
    let query = "query A { box { id } } query B { box { weight } }";
    let unnamed = error("requires.graphql", query, None).expect("not named");
    assert_eq!(unnamed.code(), "BAD_REQUEST");
    let unknown = error("requires.graphql", query, Some("C")).expect("not there");
    assert_eq!(unknown.code(), "BAD_REQUEST");
    assert_eq!(error("requires.graphql", query, Some("B")), None);
}

#[test]
fn a_field_that_no_key_leads_to_is_unreachable() {
    let planner = {
        let sdl = crate::graph_sdl("keys.graphql")
            .replace("key: \"left right\"", "key: \"left right\", resolvable: false");
        let supergraph = router_schema::Supergraph::parse(&sdl).expect("still a supergraph");
        router_planner::Planner::new(std::sync::Arc::new(supergraph))
    };
    let document = ExecutableDocument::parse_and_validate(
        &planner.supergraph().api,
        "{ parcel { price } }",
        "q.graphql",
    )
    .expect("the query is valid");
    let error = planner.plan(&document, None).expect_err("nothing leads to it");
    assert_eq!(error.code(), "PLAN_UNREACHABLE_FIELD");
    assert_eq!(error.to_string(), "no subgraph can resolve Parcel.price here");
}
