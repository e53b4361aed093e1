//! What is refused before it runs: too many representations in one `_entities` call.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Request, Value};
use router_protocol::REPRESENTATIONS_MAX;

use crate::error::{Code, Error, Refusal, Result};

/// How deep fragments at the root are followed; validation refuses circles later.
const FRAGMENTS_DEPTH_MAX: usize = 8;

/// Checks a request against the bounds that the schema itself does not know.
pub(super) fn check(request: &mut Request) -> Result<()> {
    // Variables first: that is where the router sends them, and it needs no parsing.
    let largest = request.variables.values().map(list_len).max().unwrap_or(0);
    if largest > REPRESENTATIONS_MAX {
        return Err(too_many(largest));
    }
    if !request.query.contains("_entities") {
        return Ok(());
    }
    // A query that does not parse is reported by the schema, with its position.
    let Ok(document) = request.parsed_query() else { return Ok(()) };
    let total: usize = document
        .operations
        .iter()
        .map(|(_, operation)| inline_count(document, &operation.node.selection_set.node, 0))
        .max()
        .unwrap_or(0);
    if total > REPRESENTATIONS_MAX { Err(too_many(total)) } else { Ok(()) }
}

fn list_len(value: &Value) -> usize {
    match value {
        Value::List(items) => items.len(),
        _ => 0,
    }
}

/// How many representations stand literally in the root selections.
fn inline_count(document: &ExecutableDocument, set: &SelectionSet, depth: usize) -> usize {
    if depth > FRAGMENTS_DEPTH_MAX {
        return 0;
    }
    let count = |selection: &Selection| match selection {
        Selection::Field(field) if field.node.name.node == "_entities" => {
            // Through JSON, since a literal may contain variables and its type belongs to the parser.
            let argument = field.node.get_argument("representations");
            let literal = argument.and_then(|argument| serde_json::to_value(&argument.node).ok());
            literal.and_then(|literal| literal.as_array().map(Vec::len)).unwrap_or(0)
        }
        Selection::Field(_) => 0,
        Selection::InlineFragment(fragment) => {
            inline_count(document, &fragment.node.selection_set.node, depth + 1)
        }
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| inline_count(document, &fragment.node.selection_set.node, depth + 1)),
    };
    set.items.iter().map(|selection| count(&selection.node)).sum()
}

fn too_many(count: usize) -> Error {
    let message = format!("one request carries at most {REPRESENTATIONS_MAX} items in a list");
    Refusal::new(Code::LimitExceeded, "", message)
        .with("limit", REPRESENTATIONS_MAX)
        .with("count", count)
        .into()
}
