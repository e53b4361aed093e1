//! Interfaces against their implementations: interface objects add fields to them, and none may be missing in the end.

use super::merged::{Body, Composite, Merged, MergedField};
use super::{Merger, field_types};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::Name;
use router_schema::apollo_compiler;

/// Gives every implementation the fields that an interface object adds, and reports fields that are missing still.
pub(crate) fn spread(merger: &mut Merger<'_>, merged: &mut Merged) {
    merger.check_sharing_through_interfaces(merged);
    let added = added_fields(merged);
    for ty in merged.types.values_mut() {
        let Some(composite) = ty.composite_mut() else { continue };
        for (interface, name, field) in &added {
            if composite.implements.contains_key(interface) && !composite.fields.contains_key(name) {
                composite
                    .fields
                    .insert(name.clone(), MergedField { join: Some(Vec::new()), ..field.clone() });
            }
        }
    }
    report_missing_fields(merger, merged);
    report_types(merger, merged);
}

/// What subgraphs agree on by themselves may not fit when they are merged.
fn report_types(merger: &mut Merger<'_>, merged: &Merged) {
    for (name, ty) in &merged.types {
        let Some(composite) = ty.composite() else { continue };
        for interface in composite.implements.keys() {
            let Some(wanted) = merged.types.get(interface).and_then(|ty| ty.composite()) else { continue };
            for (field, own) in &composite.fields {
                let Some(demanded) = wanted.fields.get(field) else { continue };
                if field_types::is_assignable(merger.subgraphs, &own.ty, &demanded.ty) {
                    continue;
                }
                let place = merger.subgraphs.iter().find_map(|subgraph| {
                    Some((subgraph, subgraph.schema.type_field(name, field).ok()?.name.location()))
                });
                let Some((subgraph, span)) = place else { continue };
                let message = format!(
                    "{name}.{field} is \"{}\" in the graph, but {interface} demands \"{}\"",
                    own.ty, demanded.ty
                );
                let diagnostic = Diagnostic::error(Code::InterfaceFieldImplemTypeMismatch, message)
                    .at(subgraph, span)
                    .coordinate(format!("{name}.{field}"))
                    .hint(format!("give {field} one type on {interface} and {name} in all subgraphs"));
                merger.diagnostics.push(diagnostic);
            }
        }
    }
}

/// The fields of interfaces that some interface object serves.
fn added_fields(merged: &Merged) -> Vec<(Name, Name, MergedField)> {
    let mut added = Vec::new();
    for (name, ty) in &merged.types {
        let Body::Interface(Composite { fields, .. }) = &ty.body else { continue };
        let is_object = |graph: &usize| ty.placement.get(graph).is_some_and(|here| here.is_interface_object);
        if !ty.placement.values().any(|here| here.is_interface_object) {
            continue;
        }
        for (field_name, field) in fields {
            let is_added = match &field.join {
                None => ty.placement.keys().any(&is_object),
                Some(joins) => joins.iter().any(|join| is_object(&join.graph) && !join.is_external),
            };
            if is_added {
                added.push((name.clone(), field_name.clone(), field.clone()));
            }
        }
    }
    added
}

fn report_missing_fields(merger: &mut Merger<'_>, merged: &Merged) {
    for (name, ty) in &merged.types {
        let Some(composite) = ty.composite() else { continue };
        for interface in composite.implements.keys() {
            let Some(Body::Interface(wanted)) = merged.types.get(interface).map(|ty| &ty.body) else {
                continue;
            };
            for field in wanted.fields.keys().filter(|field| !composite.fields.contains_key(*field)) {
                let Some((graph, definition)) = ty
                    .placement
                    .keys()
                    .find_map(|graph| Some((*graph, merger.subgraphs[*graph].schema.types.get(name)?)))
                else {
                    continue;
                };
                let message =
                    format!("{name} implements {interface} but no subgraph gives it the field {field}");
                let diagnostic = Diagnostic::error(Code::InterfaceFieldNoImplem, message)
                    .at(&merger.subgraphs[graph], definition.name().location())
                    .coordinate(format!("{name}.{field}"))
                    .hint(format!("add {field} to {name} in one subgraph, or remove it from {interface}"));
                merger.diagnostics.push(diagnostic);
            }
        }
    }
}
