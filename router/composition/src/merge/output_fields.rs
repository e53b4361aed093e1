//! Objects and interfaces: the union of what the subgraphs have.

use super::contexts;
use super::merged::{Composite, Graph, JoinField, MergedField, Placement};
use super::overrides::Overrides;
use super::{Definitions, Merger, Notes, field_types};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Federation, FieldSetUse, Subgraph};
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use std::collections::BTreeMap;

/// The definitions of one field, with the subgraph of each.
type Sources<'a> = Vec<(Graph, &'a Node<FieldDefinition>)>;

impl Merger<'_> {
    pub(crate) fn merge_composite(
        &mut self,
        name: &Name,
        definitions: &Definitions<'_>,
        placement: &BTreeMap<Graph, Placement>,
    ) -> Composite {
        let mut composite = Composite::default();
        let mut fields: IndexMap<Name, Sources<'_>> = IndexMap::new();
        for (graph, definition) in definitions {
            let (implements, own) = match definition {
                ExtendedType::Object(object) => (&object.implements_interfaces, &object.fields),
                ExtendedType::Interface(interface) => (&interface.implements_interfaces, &interface.fields),
                _ => continue,
            };
            for interface in implements {
                composite.implements.entry(interface.name.clone()).or_default().insert(*graph);
            }
            for field in own.values() {
                fields.entry(field.name.clone()).or_default().push((*graph, &field.node));
            }
        }
        for (field, sources) in fields {
            if let Some(merged) = self.merge_field(name, &field, &sources, placement) {
                composite.fields.insert(field, merged);
            }
        }
        composite
    }

    fn merge_field(
        &mut self,
        parent: &Name,
        name: &Name,
        sources: &Sources<'_>,
        placement: &BTreeMap<Graph, Placement>,
    ) -> Option<MergedField> {
        let overrides = self.overrides(parent, sources);
        let is_interface = |graph: Graph| self.subgraphs[graph].schema.get_interface(parent).is_some();
        let owners: Sources<'_> = sources
            .iter()
            .filter(|(graph, _)| {
                !overrides.is_gone(*graph) && !self.subgraphs[*graph].terms(parent, name).is_external
            })
            .copied()
            .collect();
        if owners.is_empty() && !self.is_served_by_an_interface_object(parent, name, placement) {
            // On an interface `@external` is refused as such.
            if !sources.iter().any(|(graph, _)| is_interface(*graph)) {
                self.report_missing_base(parent, sources);
            }
            return None;
        }
        // Without an owner of its own the field is what its interface object makes it; its references tell the type.
        let owners = if owners.is_empty() { sources.clone() } else { owners };
        let objects: Sources<'_> =
            sources.iter().filter(|(graph, _)| !is_interface(*graph)).copied().collect();
        self.check_sharing(parent, &objects, &overrides);
        let types: Vec<_> = owners.iter().map(|(_, field)| &field.ty).collect();
        let Some(ty) = field_types::output(self.subgraphs, &types) else {
            self.report_types(parent, &owners);
            return None;
        };
        if types.iter().any(|one| **one != ty) {
            self.note_types(parent, &owners, &ty);
        }
        self.check_runtime_types(parent, &owners);
        let arguments = self.merge_arguments(parent, name, &owners);
        let merged = MergedField {
            notes: self.field_notes(parent, name, sources),
            arguments,
            join: self.join_fields(parent, sources, &overrides, (&ty, placement.len())),
            ty,
        };
        self.check_external(parent, sources, &merged);
        Some(merged)
    }

    fn field_notes(&mut self, parent: &Name, name: &Name, sources: &Sources<'_>) -> Notes {
        let elements: Vec<_> = sources
            .iter()
            .map(|(graph, field)| (*graph, field.description.as_ref(), &field.directives))
            .collect();
        self.notes(&format!("{parent}.{name}"), &elements)
    }

    /// The terms of each subgraph; `None` when all serve the field and none has a condition.
    fn join_fields(
        &self,
        parent: &Name,
        sources: &Sources<'_>,
        overrides: &Overrides,
        (merged, placed): (&Type, usize),
    ) -> Option<Vec<JoinField>> {
        let differs = sources.iter().any(|(_, field)| field.ty != *merged);
        let mut joins = Vec::new();
        for (graph, field) in sources {
            let subgraph = &self.subgraphs[*graph];
            let terms = subgraph.terms(parent, &field.name);
            let is_gone = overrides.is_gone(*graph);
            // A field given away stays known where a key or a requirement of that subgraph needs it.
            if is_gone && !terms.is_used {
                continue;
            }
            let overriding = overrides.overriding.get(graph);
            let label = overriding.and_then(|(_, label)| label.clone());
            joins.push(JoinField {
                graph: *graph,
                requires: field_set(subgraph, parent, &field.name, Federation::Requires),
                provides: field_set(subgraph, parent, &field.name, Federation::Provides),
                ty: differs.then(|| field.ty.clone()),
                is_external: terms.is_external,
                overrides: overriding.map(|(from, _)| from.clone()),
                label: label.or_else(|| overrides.overridden.get(graph).cloned().flatten()),
                is_used_overridden: is_gone,
                context_arguments: contexts::arguments(subgraph, parent, &field.name),
            });
        }
        let is_everywhere = joins.len() == placed && joins.iter().all(JoinField::is_plain);
        (!is_everywhere).then_some(joins)
    }

    /// Whether another subgraph serves the field on an interface of this type, by `@interfaceObject`.
    fn is_served_by_an_interface_object(
        &self,
        parent: &Name,
        field: &Name,
        placement: &BTreeMap<Graph, Placement>,
    ) -> bool {
        placement.keys().filter_map(|graph| self.subgraphs[*graph].schema.get_object(parent)).any(|object| {
            object.implements_interfaces.iter().any(|interface| {
                self.subgraphs.iter().any(|other| {
                    other.is_interface_object(interface)
                        && other.schema.type_field(interface, field).is_ok()
                        && other.resolves(interface, field)
                })
            })
        })
    }

    fn report_missing_base(&mut self, parent: &Name, sources: &Sources<'_>) {
        for (graph, field) in sources
            .iter()
            .filter(|(graph, field)| self.subgraphs[*graph].terms(parent, &field.name).is_external)
        {
            let coordinate = format!("{parent}.{}", field.name);
            let message = format!("{coordinate} is @external here but no subgraph resolves it");
            let diagnostic = Diagnostic::error(Code::ExternalMissingOnBase, message)
                .at(&self.subgraphs[*graph], field.name.location())
                .coordinate(coordinate)
                .hint("add the field to the subgraph that should resolve it, or remove @external");
            self.diagnostics.push(diagnostic);
        }
    }

    fn report_types(&mut self, parent: &Name, owners: &Sources<'_>) {
        let (_, first) = owners[0];
        let odd = owners.iter().find(|(_, field)| field.ty != first.ty).unwrap_or(&owners[0]);
        let coordinate = format!("{parent}.{}", first.name);
        let spread =
            self.spread_of(owners.iter().map(|(graph, field)| (*graph, format!("\"{}\"", field.ty))));
        let diagnostic =
            Diagnostic::error(Code::FieldTypeMismatch, format!("{coordinate} has types that do not fit: {spread}"))
                .at(&self.subgraphs[odd.0], odd.1.name.location())
                .coordinate(coordinate)
                .hint("give it one type; only nullability may differ, and an interface may stand for its implementations");
        self.diagnostics.push(diagnostic);
    }

    fn note_types(&mut self, parent: &Name, owners: &Sources<'_>, merged: &Type) {
        let odd = owners.iter().find(|(_, field)| field.ty != *merged).unwrap_or(&owners[0]);
        let coordinate = format!("{parent}.{}", odd.1.name);
        let spread =
            self.spread_of(owners.iter().map(|(graph, field)| (*graph, format!("\"{}\"", field.ty))));
        let message = format!("{coordinate} is \"{merged}\" in the graph, since its types differ: {spread}");
        let note = Diagnostic::note(Code::InconsistentButCompatibleFieldType, message)
            .at(&self.subgraphs[odd.0], odd.1.name.location())
            .coordinate(coordinate)
            .hint("give it one type if the difference is not meant");
        self.diagnostics.push(note);
    }

    /// An external field must look as its owner defines it.
    fn check_external(&mut self, parent: &Name, sources: &Sources<'_>, merged: &MergedField) {
        for (graph, field) in sources {
            let subgraph = &self.subgraphs[*graph];
            if !subgraph.terms(parent, &field.name).is_external {
                continue;
            }
            let coordinate = format!("{parent}.{}", field.name);
            let mut say = |code, message: String, hint: String| {
                let diagnostic = Diagnostic::error(code, message).at(subgraph, field.name.location());
                self.diagnostics.push(diagnostic.coordinate(coordinate.clone()).hint(hint));
            };
            let is_compatible = field_types::is_assignable(self.subgraphs, &field.ty, &merged.ty)
                || field_types::is_assignable(self.subgraphs, &merged.ty, &field.ty);
            if !is_compatible {
                let message =
                    format!("{coordinate} is @external with type \"{}\" but is \"{}\"", field.ty, merged.ty);
                say(Code::ExternalTypeMismatch, message, format!("write \"{}\"", merged.ty));
            }
            for (name, argument) in &merged.arguments {
                match field.argument_by_name(name) {
                    None => say(
                        Code::ExternalArgumentMissing,
                        format!(
                            "{coordinate} is @external without the argument {name} that its owner declares"
                        ),
                        format!("add {name}: {}", argument.ty),
                    ),
                    Some(own)
                        if !argument.ty.is_assignable_to(&own.ty)
                            && !own.ty.is_assignable_to(&argument.ty) =>
                    {
                        say(
                            Code::ExternalArgumentTypeMismatch,
                            format!(
                                "{coordinate} is @external with {name}: {} but {name} is {}",
                                own.ty, argument.ty
                            ),
                            format!("write {name}: {}", argument.ty),
                        )
                    }
                    Some(own) if own.default_value != argument.default => say(
                        Code::ExternalArgumentDefaultMismatch,
                        format!(
                            "{coordinate} is @external with another default for {name} than its owner gives it"
                        ),
                        "write the same default as the owner".to_owned(),
                    ),
                    Some(_) => {}
                }
            }
        }
    }
}

fn field_set(subgraph: &Subgraph, parent: &Name, field: &Name, kind: Federation) -> Option<String> {
    let is_wanted = |used: &&FieldSetUse| {
        used.kind == kind && used.owner == *parent && used.field.as_ref() == Some(field)
    };
    Some(subgraph.field_sets.iter().find(is_wanted)?.fields()?.to_string())
}
