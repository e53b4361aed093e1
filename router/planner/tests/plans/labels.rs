//! Which labels of progressive overrides a document touches.

use super::planner_of;
use apollo_compiler::ExecutableDocument;

fn touched(graph: &str, query: &str) -> Vec<String> {
    let planner = planner_of(graph);
    let document = ExecutableDocument::parse_and_validate(&planner.supergraph().api, query, "query.graphql");
    let document = document.unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    planner.override_labels(&document).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_document_touches_the_labels_of_its_fields() {
    assert_eq!(
        touched("overrides.graphql", "{ bill { ...Where } } fragment Where on Bill { place }"),
        ["percent(25)"]
    );
}

#[test]
fn other_documents_touch_none() {
    assert!(touched("overrides.graphql", "{ bill { id note } }").is_empty());
    assert!(touched("carmen.graphql", "{ __typename }").is_empty());
}
