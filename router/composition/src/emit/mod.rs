//! The merged graph as supergraph SDL of join spec v0.5, as other routers read it.
//!
//! The text depends on nothing but the merged graph: types in alphabetical order, fields in the order of the subgraphs'
//! names and of their definitions.

mod elements;
mod machinery;

use crate::ingest::Subgraph;
use crate::merge::{self, Merged};
use apollo_compiler::Node;
use apollo_compiler::ast::{self, Definition, Document};
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

/// Prints the supergraph.
pub(crate) fn emit(subgraphs: &[Subgraph], merged: &Merged) -> String {
    let used = used_marks(merged);
    let mut document = Document::new();
    document.definitions.push(schema_definition(merged, &used));
    document.definitions.extend(machinery::definitions(subgraphs, &used));
    let directives = merged.directives.iter().cloned();
    let composed = merged.composed.iter().map(|composed| composed.definition.clone());
    let directives = directives.chain(composed).map(|d| Definition::DirectiveDefinition(Node::new(d)));
    document.definitions.extend(directives);
    let types = merged.types.iter().map(|(name, ty)| elements::definition(subgraphs, name, ty));
    document.definitions.extend(types);
    document.to_string()
}

fn schema_definition(merged: &Merged, used: &BTreeSet<String>) -> Definition {
    Definition::SchemaDefinition(Node::new(ast::SchemaDefinition {
        description: merged.schema.description.clone(),
        directives: ast::DirectiveList(
            machinery::links(used, &merged.composed)
                .into_iter()
                .chain(merged.schema.marks.iter().cloned())
                .map(Node::new)
                .collect(),
        ),
        root_operations: merge::roots(merged)
            .map(|operation| Node::new((operation, operation.default_type_name())))
            .collect(),
    }))
}

/// The names of all directives that the elements bear.
fn used_marks(merged: &Merged) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut see = |notes: &merge::Notes| used.extend(notes.marks.iter().map(|mark| mark.name.to_string()));
    see(&merged.schema);
    for ty in merged.types.values() {
        see(&ty.notes);
        match &ty.body {
            merge::Body::Object(composite) | merge::Body::Interface(composite) => {
                for field in composite.fields.values() {
                    see(&field.notes);
                    field.arguments.values().for_each(|argument| see(&argument.notes));
                }
            }
            merge::Body::Enum(values) => values.values().for_each(|value| see(&value.notes)),
            merge::Body::Input(fields) => fields.values().for_each(|field| see(&field.notes)),
            merge::Body::Scalar | merge::Body::Union(_) => {}
        }
    }
    used
}
