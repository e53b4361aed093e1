//! What `@context` and `@fromContext` must agree on: each value that an argument takes from a context is one leaf that every
//! type which sets the context has, of a type that fits the argument.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{
    ContextFault, ContextSource, ContextUse, Federation, Subgraph, context_name, context_setters,
};
use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use router_schema::apollo_compiler;
use router_schema::{FieldSelection, FieldSet, Selection};

/// Checks one subgraph.
pub(super) fn check(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    check_names(subgraph, diagnostics);
    let setters = context_setters(subgraph);
    for used in &subgraph.context_uses {
        let say = |code, message: String, hint: &str| {
            Diagnostic::error(code, message)
                .at(subgraph, used.directive.location())
                .coordinate(used.coordinate())
                .hint(hint)
        };
        diagnostics.extend(place_fault(subgraph, used).map(|(code, message, hint)| say(code, message, hint)));
        match &used.source {
            Err(ContextFault::NoContext) => diagnostics.push(say(
                Code::NoContextInSelection,
                "the field of @fromContext does not name a context".to_owned(),
                "start with the context's name, as in \"$user { locale }\"",
            )),
            Err(ContextFault::NoSelection(message)) => diagnostics.push(say(
                Code::ContextInvalidSelection,
                format!("the field of @fromContext selects nothing: {message}"),
                "write a selection after the context's name, as in \"$user { locale }\"",
            )),
            Ok(source) => match setters.get(source.context.as_str()) {
                None => diagnostics.push(say(
                    Code::ContextNotSet,
                    format!("no type of this subgraph sets the context {}", source.context),
                    &format!("mark the type that has the value with @context(name: \"{}\")", source.context),
                )),
                Some(types) => diagnostics.extend(
                    types
                        .iter()
                        .filter_map(|ty| selection_fault(subgraph, used, source, ty))
                        .map(|(message, hint)| say(Code::ContextInvalidSelection, message, &hint)),
                ),
            },
        }
    }
}

/// The supergraph puts the subgraph's name before a context's with `__` between them.
fn check_names(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    for (ty, definition) in &subgraph.schema.types {
        for directive in subgraph.all(definition.directives(), Federation::Context) {
            let Some(name) = context_name(directive) else { continue };
            let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            if !is_name {
                let message = format!("\"{name}\" cannot be the name of a context");
                let diagnostic = Diagnostic::error(Code::ContextNameInvalid, message)
                    .at(subgraph, directive.location())
                    .coordinate(ty.as_str())
                    .hint("use a letter and then only letters and digits, no underscore");
                diagnostics.push(diagnostic);
            }
        }
    }
}

/// Why the argument may not be taken from a context where it stands.
fn place_fault(subgraph: &Subgraph, used: &ContextUse) -> Option<(Code, String, &'static str)> {
    let schema = &subgraph.schema;
    let coordinate = used.coordinate();
    let Some(object) = schema.get_object(&used.owner) else {
        let message =
            format!("{coordinate} belongs to a field of an interface, which is never resolved itself");
        return Some((Code::ContextNotSet, message, "mark the arguments of the implementations"));
    };
    let demanded = object.implements_interfaces.iter().find(|interface| {
        schema
            .type_field(&interface.name, &used.field)
            .is_ok_and(|field| field.argument_by_name(&used.argument).is_some())
    });
    if let Some(interface) = demanded {
        let message = format!(
            "{coordinate} is an argument that {} demands, so clients must be able to give it",
            interface.name
        );
        return Some((Code::ContextNotSet, message, "leave the argument out of the interface"));
    }
    if used.has_default {
        let message = format!("{coordinate} has a default value that would never be used");
        return Some((Code::ContextNotSet, message, "remove the default value"));
    }
    let has_key = subgraph
        .field_sets
        .iter()
        .any(|set| set.kind == Federation::Key && set.owner == used.owner && set.is_resolvable());
    if !has_key {
        let message = format!("{coordinate} cannot be filled: {} has no resolvable @key here", used.owner);
        return Some((Code::ContextNoResolvableKey, message, "add a resolvable @key to the type"));
    }
    None
}

/// Why the selection gives no value for the argument when an object of this type sets the context.
fn selection_fault(
    subgraph: &Subgraph,
    used: &ContextUse,
    source: &ContextSource,
    ty: &Name,
) -> Option<(String, String)> {
    let context = &source.context;
    let found = match leaves(subgraph, ty, &source.selection) {
        Ok(found) => found,
        Err(message) => {
            let hint =
                "select one field that ends in a scalar or enum, in each type by a fragment if need be";
            return Some((
                format!("the selection from ${context} does not fit {ty}: {message}"),
                hint.to_owned(),
            ));
        }
    };
    let odd = found.iter().find(|found| !found.is_assignable_to(&used.ty))?;
    let message = format!(
        "the selection from ${context} gives {odd} in {ty}, but {} is of type {}",
        used.argument, used.ty
    );
    Some((message, format!("give {} the type {odd}", used.argument)))
}

/// The types of the leaf that a selection leads to: one for each object type that the value may have.
fn leaves(subgraph: &Subgraph, on: &Name, set: &FieldSet) -> Result<Vec<Type>, String> {
    let fragments: Vec<_> = set
        .selections
        .iter()
        .filter_map(|selection| match selection {
            Selection::Inline(inline) => Some(inline),
            Selection::Field(_) => None,
        })
        .collect();
    if let [Selection::Field(field)] = set.selections.as_slice() {
        return leaf_of_field(subgraph, on, field);
    }
    if fragments.len() < set.selections.len() {
        return Err("it must select exactly one field".to_owned());
    }
    let objects = subgraph.objects_of(on);
    let mut found = Vec::new();
    for object in &objects {
        let applies =
            |condition: &Name| condition == *object || subgraph.schema.is_subtype(condition, object);
        let own: Vec<_> = fragments.iter().filter(|fragment| applies(&fragment.on)).collect();
        match own.as_slice() {
            [] => return Err(format!("no fragment is for {object}")),
            [only] => found.extend(leaves(subgraph, &only.on, &only.selections)?),
            _ => return Err(format!("several fragments are for {object}")),
        }
    }
    Ok(found)
}

fn leaf_of_field(subgraph: &Subgraph, on: &Name, selected: &FieldSelection) -> Result<Vec<Type>, String> {
    let field = subgraph
        .schema
        .type_field(on, &selected.name)
        .map_err(|_| format!("{on} has no field {} in this subgraph", selected.name))?;
    if !selected.arguments.is_empty() || field.arguments.iter().any(|argument| argument.is_required()) {
        return Err(format!("{on}.{} takes arguments", selected.name));
    }
    let target = field.ty.inner_named_type();
    let is_leaf = subgraph.schema.types.get(target).is_some_and(ExtendedType::is_leaf);
    match (is_leaf, selected.selections.is_empty()) {
        (true, true) => Ok(vec![field.ty.clone()]),
        (true, false) => Err(format!("{on}.{} has no fields", selected.name)),
        (false, true) => Err(format!("{on}.{} is not a scalar or enum", selected.name)),
        (false, false) => {
            let below = leaves(subgraph, target, &selected.selections)?;
            Ok(below.into_iter().map(|leaf| within(&field.ty, leaf)).collect())
        }
    }
}

/// The type of a leaf seen through a field: null when the field is, a list when the field is.
fn within(field: &Type, leaf: Type) -> Type {
    match field {
        Type::Named(_) => leaf.nullable(),
        Type::NonNullNamed(_) => leaf,
        Type::List(item) => Type::List(Box::new(within(item, leaf))),
        Type::NonNullList(item) => Type::NonNullList(Box::new(within(item, leaf))),
    }
}
