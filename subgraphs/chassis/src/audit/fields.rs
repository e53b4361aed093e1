//! What an operation asks for: the root fields of a mutation with their arguments.

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Value as GraphqlValue, Variables};
use serde_json::{Map, Value};

/// How deep fragments are followed; validation refuses circles later.
const FRAGMENTS_DEPTH_MAX: usize = 16;

/// The names of the root fields, in their order, and the arguments of each.
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) input: Value,
}

/// Whether a query is a mutation. What cannot be read is none: it changes nothing.
pub(crate) fn is_mutation(query: &str, name: Option<&str>) -> bool {
    let document = async_graphql::parser::parse_query(query);
    document.is_ok_and(|document| mutation(&document, name).is_some())
}

/// What a document's mutation asks for; `None` when it is not one.
pub(super) fn asked(
    document: &ExecutableDocument,
    name: Option<&str>,
    variables: &Variables,
) -> Option<Asked> {
    let operation = mutation(document, name)?;
    let mut fields = Vec::new();
    collect(document, &operation.selection_set.node, variables, 0, &mut fields);
    let operation = fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let input = match <[(String, Value); 1]>::try_from(fields) {
        Ok([(_, input)]) => input,
        Err(fields) => fields.into_iter().map(|(name, input)| Value::from_iter([(name, input)])).collect(),
    };
    Some(Asked { operation, input })
}

fn mutation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    let chosen = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|found| &found.node)
        }
        (DocumentOperations::Multiple(operations), None) => {
            operations.values().next().map(|found| &found.node)
        }
    };
    chosen.filter(|operation| operation.ty == OperationType::Mutation)
}

fn collect(
    document: &ExecutableDocument,
    set: &SelectionSet,
    variables: &Variables,
    depth: usize,
    fields: &mut Vec<(String, Value)>,
) {
    if depth > FRAGMENTS_DEPTH_MAX {
        return;
    }
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let arguments = field.node.arguments.iter().map(|(name, value)| {
                    let value = value.node.clone().into_const_with(|name: Name| {
                        Ok::<_, ()>(variables.get(&name).cloned().unwrap_or(GraphqlValue::Null))
                    });
                    let value = value.ok().and_then(|value| value.into_json().ok()).unwrap_or_default();
                    (name.node.to_string(), value)
                });
                fields.push((
                    field.node.name.node.to_string(),
                    Value::Object(arguments.collect::<Map<_, _>>()),
                ));
            }
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, variables, depth + 1, fields);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, variables, depth + 1, fields);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(query: &str, name: Option<&str>) -> Option<(String, Value)> {
        let document = async_graphql::parser::parse_query(query).unwrap();
        let variables = Variables::from_json(json!({ "input": { "code": "A" } }));
        asked(&document, name, &variables).map(|asked| (asked.operation, asked.input))
    }

    #[test]
    fn a_single_field_stands_for_itself() {
        let found = read("mutation($input: I!) { made: create(input: $input, key: \"k\") { id } }", None);
        assert_eq!(found, Some(("create".to_owned(), json!({ "input": { "code": "A" }, "key": "k" }))));
    }

    #[test]
    fn several_fields_and_fragments_are_listed() {
        let found = read(
            "mutation A { a ...F } mutation B { c } fragment F on Mutation { b(x: [1, $none]) }",
            Some("A"),
        );
        assert_eq!(found, Some(("a, b".to_owned(), json!([{ "a": {} }, { "b": { "x": [1, null] } }]))));
    }

    #[test]
    fn a_query_changes_nothing() {
        assert_eq!(read("query { a }", None), None);
    }
}
