//! Whether field sets select what their fields have: something below objects, nothing below leaves.

use super::Join;
use super::definitions::{context_arguments, output_fields, refusal};
use crate::error::SupergraphError;
use crate::field_set::{FieldSet, Selection};
use crate::link::string_argument;
use crate::model::TypeInfo;
use apollo_compiler::ast::Directive;
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
