//! Whether join directives fit the types: field sets select something below objects and nothing below leaves, and a field is in
//! a subgraph what it can be in the graph.

use super::Join;
use super::definitions::{context_arguments, output_fields, refusal};
use super::type_reference;
use crate::error::SupergraphError;
use crate::field_set::{FieldSet, Selection};
use crate::link::string_argument;
use crate::model::TypeInfo;
use apollo_compiler::ast::{Directive, Type};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};
use indexmap::IndexMap;

/// Checks the keys, `requires`, `provides` and context arguments of the whole supergraph.
pub(crate) fn check(
    schema: &Schema,
    join: &Join,
    types: &IndexMap<Name, TypeInfo>,
) -> Result<(), SupergraphError> {
    let (of_type, of_field) = (join.name("type"), join.name("field"));
    for (name, definition) in &schema.types {
        for directive in definition.directives().get_all(&of_type) {
            check_argument(schema, name, (name.as_str(), directive, "key"))?;
        }
        for field in output_fields(definition).into_iter().flat_map(|fields| fields.values()) {
            let coordinate = format!("{name}.{}", field.name);
            for directive in field.directives.get_all(&of_field) {
                if let Some(fault) = mistyped(schema, &field.ty, directive) {
                    return Err(refusal(schema, coordinate, directive, fault));
                }
                check_argument(schema, name, (&coordinate, directive, "requires"))?;
                let target = field.ty.inner_named_type();
                check_argument(schema, target, (&coordinate, directive, "provides"))?;
                for argument in context_arguments(directive).unwrap_or_default() {
                    let sets = types.values().filter(|info| info.contexts.contains(&argument.context));
                    let fault =
                        sets.filter_map(|set| misshapen(schema, &set.name, &argument.selection)).next();
                    if let Some(fault) = fault {
                        let message = format!("contextArguments, {}: {fault}", argument.name);
                        return Err(refusal(schema, coordinate, directive, message));
                    }
                }
            }
        }
    }
    Ok(())
}

/// What is wrong with the type that a field has in a subgraph, where that is another one.
fn mistyped(schema: &Schema, in_graph: &Type, directive: &Directive) -> Option<String> {
    let text = string_argument(directive, "type")?;
    let here = type_reference::parse(text)?;
    let name = here.inner_named_type();
    let Some(definition) = schema.types.get(name) else { return Some(format!("there is no type {name}")) };
    let merged = in_graph.inner_named_type();
    let is_same_kind =
        schema.types.get(merged).is_none_or(|other| is_composite(other) == is_composite(definition));
    let is_one = is_same_kind && depth(&here) == depth(in_graph);
    (!is_one).then(|| format!("{text} can be no {in_graph}"))
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

fn check_argument(
    schema: &Schema,
    parent: &Name,
    (coordinate, directive, argument): (&str, &Node<Directive>, &str),
) -> Result<(), SupergraphError> {
    let set = string_argument(directive, argument).and_then(|text| FieldSet::parse(text).ok());
    match set.as_ref().and_then(|set| misshapen(schema, parent, set)) {
        Some(message) => Err(refusal(schema, coordinate, directive, format!("{argument}: {message}"))),
        None => Ok(()),
    }
}

/// What is wrong with the first field that is selected wrongly. A field that the type lacks is none of this.
fn misshapen(schema: &Schema, parent: &Name, set: &FieldSet) -> Option<String> {
    set.selections.iter().find_map(|selection| {
        let field = match selection {
            Selection::Inline(inline) => return misshapen(schema, &inline.on, &inline.selections),
            Selection::Field(field) => field,
        };
        let definition = output_fields(schema.types.get(parent)?)?.get(&field.name)?;
        let target = definition.ty.inner_named_type();
        match schema.types.get(target)? {
            ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => {
                if field.selections.is_empty() {
                    return Some(format!(
                        "{parent}.{} is a {target}, and nothing is selected of it",
                        field.name
                    ));
                }
                misshapen(schema, target, &field.selections)
            }
            _ if field.selections.is_empty() => None,
            _ => Some(format!("{parent}.{} is a {target}, of which nothing can be selected", field.name)),
        }
    })
}
