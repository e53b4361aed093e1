//! A subgraph's own definitions of what the federation specs define: dropped in favour of ours, but only when they say the
//! same, since the author would otherwise rely on something that is not there.

use super::document::{self, MACHINERY_TYPES};
use super::federation::{Federation, Names};
use crate::SubgraphSource;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, DirectiveDefinition, Document, Type};
use router_schema::apollo_compiler;
use router_schema::link::Links;

/// Types that the compiler defines; anything else may stand for a scalar of the spec under a name of its own.
const BUILT_IN: &[&str] = &["Int", "Float", "Boolean", "ID"];

/// Reports definitions that differ from the specs.
pub(super) fn check(
    source: &SubgraphSource,
    written: &Document,
    (links, names): (&Links, &Names),
    diagnostics: &mut Vec<Diagnostic>,
) {
    let ours = document::specs(links, names);
    refuse_hidden_machinery(source, written, names, diagnostics);
    for definition in &written.definitions {
        let fault = match definition {
            Definition::DirectiveDefinition(directive) if names.is_known(&directive.name) => {
                let expected = ours.definitions.iter().filter_map(Definition::as_directive_definition);
                expected
                    .into_iter()
                    .find(|ours| ours.name == directive.name)
                    .and_then(|ours| directive_fault(directive, ours))
                    .map(|fault| (Code::DirectiveDefinitionInvalid, format!("@{}", directive.name), fault))
            }
            _ => type_fault(definition)
                .map(|(name, fault)| (Code::TypeDefinitionInvalid, name.to_owned(), fault)),
        };
        let Some((code, name, fault)) = fault else { continue };
        let span = definition.name().and_then(|name| name.location());
        let diagnostic = Diagnostic::error(code, format!("{name} is not defined as in its spec: {fault}"))
            .subgraph(&source.name)
            .placed(span, &source.sdl)
            .coordinate(name)
            .hint("remove the definition: what a linked spec has needs none");
        diagnostics.push(diagnostic);
    }
}

/// What federation and GraphQL define cannot be hidden: clients would not have a schema, or the router no way in.
fn refuse_hidden_machinery(
    source: &SubgraphSource,
    written: &Document,
    names: &Names,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let inaccessible = names.get(Federation::Inaccessible);
    for definition in &written.definitions {
        let Some(name) = definition.name() else { continue };
        let is_given = MACHINERY_TYPES.contains(&name.as_str())
            || BUILT_IN.contains(&name.as_str())
            || name == "String"
            || name.starts_with("__");
        if let Some(directive) = definition.directives().get(inaccessible).filter(|_| is_given) {
            let message = format!("{name} cannot be @inaccessible: it is not the subgraph's own");
            let diagnostic = Diagnostic::error(Code::DisallowedInaccessible, message)
                .subgraph(&source.name)
                .placed(directive.location(), &source.sdl)
                .coordinate(name.as_str())
                .hint("remove the definition");
            diagnostics.push(diagnostic);
        }
    }
}

fn directive_fault(written: &DirectiveDefinition, ours: &Node<DirectiveDefinition>) -> Option<String> {
    for argument in &written.arguments {
        let Some(expected) = ours.argument_by_name(&argument.name) else {
            return Some(format!("it has no argument {}", argument.name));
        };
        if !is_same(&argument.ty, &expected.ty) {
            return Some(format!("the argument {} is of type {}", argument.name, expected.ty));
        }
    }
    let missing = ours
        .arguments
        .iter()
        .find(|expected| expected.is_required() && written.argument_by_name(&expected.name).is_none());
    if let Some(missing) = missing {
        return Some(format!("the argument {} is missing", missing.name));
    }
    let stray = written.locations.iter().find(|location| !ours.locations.contains(location))?;
    Some(format!("it cannot stand on {}", stray.name()))
}

/// The same lists around a type that can hold the same values. Nullability and the names of scalars have always varied.
fn is_same(written: &Type, expected: &Type) -> bool {
    match (written, expected) {
        (Type::List(a) | Type::NonNullList(a), Type::List(b) | Type::NonNullList(b)) => is_same(a, b),
        (Type::Named(a) | Type::NonNullNamed(a), Type::Named(b) | Type::NonNullNamed(b)) => {
            let is_custom = !BUILT_IN.contains(&b.as_str()) && b != "String";
            a == b || (is_custom && !BUILT_IN.contains(&a.as_str()))
        }
        _ => false,
    }
}

fn type_fault(definition: &Definition) -> Option<(&str, String)> {
    let name = definition.name()?.as_str();
    if !MACHINERY_TYPES.contains(&name) {
        return None;
    }
    use Definition as Def;
    let (wanted, is_right) = match name {
        "_Service" => (
            "an object type",
            matches!(definition, Def::ObjectTypeDefinition(_) | Def::ObjectTypeExtension(_)),
        ),
        "_Entity" => {
            ("a union", matches!(definition, Def::UnionTypeDefinition(_) | Def::UnionTypeExtension(_)))
        }
        "link__Purpose" => {
            ("an enum", matches!(definition, Def::EnumTypeDefinition(_) | Def::EnumTypeExtension(_)))
        }
        _ => ("a scalar", matches!(definition, Def::ScalarTypeDefinition(_) | Def::ScalarTypeExtension(_))),
    };
    (!is_right).then(|| (name, format!("it is {wanted}")))
}
