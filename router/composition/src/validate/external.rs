//! Where `@external` may stand, and that it is there for something.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Edition, Federation, Subgraph};
use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::schema::{Component, ExtendedType, ObjectType};
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;

/// Checks the external fields of a subgraph. Federation 1 used `@external` more loosely; there it is upgraded instead.
pub(super) fn check(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    if subgraph.names.edition == Edition::One {
        check_first_edition(subgraph, diagnostics);
        return;
    }
    for definition in subgraph.schema.types.values() {
        match definition {
            ExtendedType::Object(object) => check_object(subgraph, object, diagnostics),
            ExtendedType::Interface(interface) => {
                for field in interface.fields.values() {
                    let Some(directive) = subgraph.first(&field.directives, Federation::External) else {
                        continue;
                    };
                    let coordinate = format!("{}.{}", interface.name, field.name);
                    let message = format!("{coordinate} is a field of an interface and cannot be @external");
                    let diagnostic = Diagnostic::error(Code::ExternalOnInterface, message)
                        .at(subgraph, directive.location())
                        .coordinate(coordinate)
                        .hint("mark the fields of the implementations instead");
                    diagnostics.push(diagnostic);
                }
            }
            _ => {}
        }
    }
}

fn check_object(subgraph: &Subgraph, object: &ObjectType, diagnostics: &mut Vec<Diagnostic>) {
    for field in object.fields.values() {
        let Some(directive) = subgraph.first(&field.directives, Federation::External) else { continue };
        check_collisions(subgraph, (object, field), directive, diagnostics);
        let terms = subgraph.terms(&object.name, &field.name);
        if terms.is_used || is_demanded_by_interface(subgraph, object, &field.name) {
            continue;
        }
        let coordinate = format!("{}.{}", object.name, field.name);
        let message = format!("{coordinate} is @external but nothing in this subgraph uses it");
        let diagnostic = Diagnostic::error(Code::ExternalUnused, message)
            .at(subgraph, directive.location())
            .coordinate(coordinate)
            .hint("remove the field, or use it in a @key, @requires or @provides");
        diagnostics.push(diagnostic);
    }
}

/// What stands on an external field has no effect; it belongs to the field's owner.
fn check_collisions(
    subgraph: &Subgraph,
    (object, field): (&ObjectType, &Component<FieldDefinition>),
    external: &Node<Directive>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let coordinate = format!("{}.{}", object.name, field.name);
    let mut say = |code, message: String, span, hint: &str| {
        let diagnostic = Diagnostic::error(code, message).at(subgraph, span);
        diagnostics.push(diagnostic.coordinate(coordinate.as_str()).hint(hint));
    };
    for which in [Federation::Requires, Federation::Provides] {
        if subgraph.has(&field.directives, which) {
            let name = which.spec_name();
            let message = format!("{coordinate} is @external, so @{name} says nothing");
            let code = Code::ExternalCollisionWithAnotherDirective;
            say(code, message, external.location(), &format!("remove @external or @{name}"));
        }
    }
    for which in Federation::MERGED {
        if let Some(found) = subgraph.first(&field.directives, *which) {
            let message = format!("{coordinate} is @external, so @{} belongs to its owner", found.name);
            let code = Code::MergedDirectiveApplicationOnExternal;
            say(code, message, found.location(), "move it to the subgraph that resolves the field");
        }
    }
}

/// The upgrade drops unused external fields, and a type cannot be left without any.
fn check_first_edition(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    for object in subgraph.schema.types.values().filter_map(ExtendedType::as_object) {
        let is_idle = |field: &Component<FieldDefinition>| {
            subgraph.has(&field.directives, Federation::External)
                && !subgraph.terms(&object.name, &field.name).is_used
        };
        if !object.fields.is_empty() && object.fields.values().all(is_idle) {
            let message = format!("{} has only @external fields that nothing uses", object.name);
            let diagnostic = Diagnostic::error(Code::TypeWithOnlyUnusedExternal, message)
                .at(subgraph, object.name.location())
                .coordinate(object.name.as_str())
                .hint("remove the type, or use a field in a @key, @requires or @provides");
            diagnostics.push(diagnostic);
        }
    }
}

fn is_demanded_by_interface(subgraph: &Subgraph, object: &ObjectType, field: &Name) -> bool {
    object
        .implements_interfaces
        .iter()
        .any(|interface| subgraph.schema.type_field(&interface.name, field).is_ok())
}
