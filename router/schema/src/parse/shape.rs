//! Whether join directives fit the types: field sets select something below objects and nothing below leaves, and a field is in
//! a subgraph what it can be in the graph.

use super::definitions::output_fields;
use crate::field_set::{FieldSet, Selection};
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

/// What is wrong with the first field that is selected wrongly. A field that the type lacks is none of this.
pub(crate) fn misshapen(schema: &Schema, parent: &Name, set: &FieldSet) -> Option<String> {
    set.selections.iter().find_map(|selection| {
        let field = match selection {
            Selection::Inline(inline) => return misshapen(schema, &inline.on, &inline.selections),
            Selection::Field(field) => field,
        };
        let definition = output_fields(schema.types.get(parent)?)?.get(&field.name)?;
        let target = definition.ty.inner_named_type();
        let fault = match (is_composite(schema.types.get(target)?), field.selections.is_empty()) {
            (true, false) => return misshapen(schema, target, &field.selections),
            (false, true) => return None,
            (true, true) => "and nothing is selected of it",
            (false, false) => "of which nothing can be selected",
        };
        Some(format!("{parent}.{} is a {target}, {fault}", field.name))
    })
}

/// What is wrong with the type that a field has in a subgraph.
pub(crate) fn mistyped(schema: &Schema, in_graph: &Type, here: &Type) -> Option<String> {
    let name = here.inner_named_type();
    let Some(definition) = schema.types.get(name) else { return Some(format!("there is no type {name}")) };
    let merged = schema.types.get(in_graph.inner_named_type());
    let is_same_kind = merged.is_none_or(|merged| is_composite(merged) == is_composite(definition));
    let is_one = is_same_kind && depth(here) == depth(in_graph);
    (!is_one).then(|| format!("{here} can be no {in_graph}"))
}

fn is_composite(definition: &ExtendedType) -> bool {
    matches!(definition, ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
}

/// How many lists a type is deep.
fn depth(ty: &Type) -> usize {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => 0,
        Type::List(item) | Type::NonNullList(item) => 1 + depth(item),
    }
}
