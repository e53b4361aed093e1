//! Where `@external` may stand, and that it is there for something.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Edition, Federation, Subgraph};
use apollo_compiler::Name;
use apollo_compiler::schema::{ExtendedType, ObjectType};
use router_schema::apollo_compiler;

/// Checks the external fields of a subgraph. Federation 1 used `@external` more loosely; there it is upgraded instead.
pub(super) fn check(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    if subgraph.names.edition == Edition::One {
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

fn is_demanded_by_interface(subgraph: &Subgraph, object: &ObjectType, field: &Name) -> bool {
    object
        .implements_interfaces
        .iter()
        .any(|interface| subgraph.schema.type_field(&interface.name, field).is_ok())
}
