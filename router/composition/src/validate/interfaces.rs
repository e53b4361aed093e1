//! Interfaces that are entities, and objects that stand for interfaces.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Edition, Federation, Subgraph};
use apollo_compiler::Name;
use apollo_compiler::schema::{ExtendedType, InterfaceType, ObjectType};
use indexmap::IndexMap;
use router_schema::apollo_compiler;

/// Checks all subgraphs together.
pub(super) fn check(subgraphs: &[Subgraph], diagnostics: &mut Vec<Diagnostic>) {
    let implementations = implementations(subgraphs);
    for subgraph in subgraphs {
        for definition in subgraph.schema.types.values() {
            match definition {
                ExtendedType::Object(object) if subgraph.is_interface_object(&object.name) => {
                    check_interface_object(subgraphs, subgraph, object, &implementations, diagnostics);
                }
                ExtendedType::Interface(interface) if subgraph.names.edition != Edition::One => {
                    check_interface_keys(subgraph, interface, &implementations, diagnostics);
                }
                _ => {}
            }
        }
    }
}

/// Every interface's implementations, in any subgraph, each with a subgraph that has it.
fn implementations(subgraphs: &[Subgraph]) -> IndexMap<Name, IndexMap<Name, &Subgraph>> {
    let mut implementations: IndexMap<Name, IndexMap<Name, &Subgraph>> = IndexMap::new();
    for subgraph in subgraphs {
        for object in subgraph.schema.types.values().filter_map(ExtendedType::as_object) {
            for interface in &object.implements_interfaces {
                let known = implementations.entry(interface.name.clone()).or_default();
                known.entry(object.name.clone()).or_insert(subgraph);
            }
        }
    }
    implementations
}

fn check_interface_object(
    subgraphs: &[Subgraph],
    subgraph: &Subgraph,
    object: &ObjectType,
    implementations: &IndexMap<Name, IndexMap<Name, &Subgraph>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let name = &object.name;
    let mut say = |message: String, hint: &str| {
        let diagnostic = Diagnostic::error(Code::InterfaceObjectUsageError, message)
            .at(subgraph, name.location())
            .coordinate(name.as_str())
            .hint(hint);
        diagnostics.push(diagnostic);
    };
    if !subgraph.has(&object.directives, Federation::Key) {
        let message = format!("{name} is an @interfaceObject without @key, so that nobody can reach it");
        say(message, "add the @key that the interface has in its own subgraph");
    }
    if !subgraphs.iter().any(|other| other.schema.get_interface(name).is_some()) {
        let message = format!("{name} is an @interfaceObject but no subgraph defines it as an interface");
        say(message, "remove @interfaceObject, or define the interface");
    }
    for implementation in implementations.get(name).into_iter().flat_map(IndexMap::keys) {
        if subgraph.schema.types.contains_key(implementation) {
            let message =
                format!("{name} is an @interfaceObject here, next to its implementation {implementation}");
            say(message, "a subgraph knows either the interface object or the implementations");
        }
    }
}

fn check_interface_keys(
    subgraph: &Subgraph,
    interface: &InterfaceType,
    implementations: &IndexMap<Name, IndexMap<Name, &Subgraph>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let keys_of = |name: &Name| {
        let owned =
            subgraph.field_sets.iter().filter(|used| used.kind == Federation::Key && used.owner == *name);
        owned.collect::<Vec<_>>()
    };
    let known = implementations.get(&interface.name);
    for key in keys_of(&interface.name) {
        let Some(fields) = key.fields().map(ToString::to_string) else { continue };
        let mut say = |code, message: String, hint: String| {
            let diagnostic = Diagnostic::error(code, message)
                .at(subgraph, key.directive.location())
                .coordinate(interface.name.as_str())
                .hint(hint);
            diagnostics.push(diagnostic);
        };
        for (implementation, other) in known.into_iter().flatten() {
            let has_it = subgraph.schema.get_object(implementation).is_some();
            if !has_it {
                if key.is_resolvable() {
                    let message = format!(
                        "{} has a @key here, but its implementation {implementation} of {} is missing",
                        interface.name, other.name
                    );
                    let hint = format!("define {implementation} in this subgraph, with the key at least");
                    say(Code::InterfaceKeyMissingImplementationType, message, hint);
                }
                continue;
            }
            let has_key = keys_of(implementation)
                .iter()
                .any(|own| own.fields().map(ToString::to_string).as_ref() == Some(&fields));
            if !has_key {
                let message = format!(
                    "{implementation} lacks the key \"{fields}\" of its interface {}",
                    interface.name
                );
                let hint = format!("add @key(fields: \"{fields}\") to {implementation}");
                say(Code::InterfaceKeyNotOnImplementation, message, hint);
            }
        }
    }
}
