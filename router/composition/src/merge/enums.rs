//! Enums: what comes out of any subgraph may come out of the graph; what goes in must be understood by all.

use super::merged::{Body, Graph, Merged, MergedInput, MergedValue};
use super::{Definitions, Merger};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::Name;
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

/// In which directions values of a type travel.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    is_input: bool,
    is_output: bool,
}

impl Merger<'_> {
    /// The union of the values; `settle` takes away what the use forbids.
    pub(crate) fn all_values(
        &mut self,
        parent: &Name,
        definitions: &Definitions<'_>,
    ) -> IndexMap<Name, MergedValue> {
        let mut merged: IndexMap<Name, MergedValue> = IndexMap::new();
        let values = definitions.iter().flat_map(|(graph, definition)| {
            definition.as_enum().into_iter().flat_map(|e| e.values.values()).map(move |value| (*graph, value))
        });
        let mut sources: IndexMap<Name, Vec<_>> = IndexMap::new();
        for (graph, value) in values {
            sources.entry(value.value.clone()).or_default().push((graph, value));
        }
        for (name, sources) in sources {
            let elements: Vec<_> = sources
                .iter()
                .map(|(graph, value)| (*graph, value.description.as_ref(), &value.directives))
                .collect();
            let notes = self.notes(&format!("{parent}.{name}"), &elements);
            merged.insert(
                name,
                MergedValue { notes, graphs: sources.iter().map(|(graph, _)| *graph).collect() },
            );
        }
        merged
    }
}

/// Applies the rule that fits each enum's use in the merged graph.
pub(crate) fn settle(merger: &mut Merger<'_>, merged: &mut Merged) {
    let usages = usages(merged);
    for (name, ty) in &mut merged.types {
        let all: BTreeSet<Graph> = ty.placement.keys().copied().collect();
        let Body::Enum(values) = &mut ty.body else { continue };
        let usage = usages.get(name).copied().unwrap_or_default();
        if !usage.is_input {
            note_output(merger, name, values, (usage, &all));
            continue;
        }
        let partial: Vec<_> =
            values.iter().filter(|(_, value)| value.graphs != all).map(|(name, _)| name.clone()).collect();
        for value in partial {
            // A hidden value cannot be sent by a client, so nobody needs to understand it.
            let is_hidden = values[&value].notes.has("inaccessible");
            if usage.is_output {
                if !is_hidden {
                    report(merger, Code::EnumValueMismatch, name, (&value, &values[&value], &all));
                }
            } else {
                report(
                    merger,
                    Code::InconsistentEnumValueForInputEnum,
                    name,
                    (&value, &values[&value], &all),
                );
                values.shift_remove(&value);
            }
        }
        if values.is_empty() {
            let message = format!("the subgraphs have no value of {name} in common, which is used as input");
            let mut diagnostic =
                Diagnostic::error(Code::EmptyMergedEnumType, message).coordinate(name.as_str());
            let first = all.first().map(|graph| &merger.subgraphs[*graph]);
            if let Some((subgraph, definition)) = first.and_then(|s| Some((s, s.schema.types.get(name)?))) {
                diagnostic = diagnostic.at(subgraph, definition.name().location());
            }
            merger.diagnostics.push(diagnostic.hint("add a common value, or rename the enum in one of them"));
        }
    }
}

/// Values that only some know are no harm where they only come out, nor is an enum that nothing uses.
fn note_output(
    merger: &mut Merger<'_>,
    name: &Name,
    values: &IndexMap<Name, MergedValue>,
    (usage, all): (Usage, &BTreeSet<Graph>),
) {
    if !usage.is_output {
        let Some(subgraph) = all.first().map(|graph| &merger.subgraphs[*graph]) else { return };
        let place = subgraph.schema.get_enum(name).and_then(|definition| definition.name.location());
        let note = Diagnostic::note(Code::UnusedEnumType, format!("the enum {name} is used by nothing"))
            .at(subgraph, place)
            .coordinate(name.as_str())
            .hint("remove it");
        merger.diagnostics.push(note);
        return;
    }
    for (value, known) in values.iter().filter(|(_, known)| known.graphs != *all) {
        report(merger, Code::InconsistentEnumValueForOutputEnum, name, (value, known, all));
    }
}

fn report(
    merger: &mut Merger<'_>,
    code: Code,
    name: &Name,
    (value, known, all): (&Name, &MergedValue, &BTreeSet<Graph>),
) {
    let missing: Vec<_> = all.difference(&known.graphs).copied().collect();
    let missing = merger.listed(&missing);
    let Some(first) = known.graphs.first() else { return };
    let subgraph = &merger.subgraphs[*first];
    let place =
        subgraph.schema.get_enum(name).and_then(|e| e.values.get(value)).and_then(|v| v.value.location());
    let coordinate = format!("{name}.{value}");
    let diagnostic = if code == Code::EnumValueMismatch {
        let message =
            format!("{coordinate} is missing in {missing}, but {name} is used both as input and as output");
        Diagnostic::error(code, message)
            .hint("add the value everywhere, or mark it @inaccessible until it is")
    } else if code == Code::InconsistentEnumValueForOutputEnum {
        let message = format!("{coordinate} is missing in {missing}, which therefore never gives it");
        Diagnostic::note(code, message).hint("add it everywhere if that is not meant")
    } else {
        let message =
            format!("{coordinate} is left out: it is missing in {missing} and {name} is used as input");
        Diagnostic::note(code, message).hint("add it everywhere to let clients use it")
    };
    merger.diagnostics.push(diagnostic.at(subgraph, place).coordinate(coordinate));
}

fn usages(merged: &Merged) -> IndexMap<Name, Usage> {
    let mut usages: IndexMap<Name, Usage> = IndexMap::new();
    let mut input = |input: &MergedInput| {
        usages.entry(input.ty.inner_named_type().clone()).or_default().is_input = true;
    };
    for ty in merged.types.values() {
        if let Body::Input(fields) = &ty.body {
            fields.values().for_each(&mut input);
        }
        for field in ty.composite().into_iter().flat_map(|composite| composite.fields.values()) {
            field.arguments.values().for_each(&mut input);
        }
    }
    let composed = merged.composed.iter().map(|composed| &composed.definition);
    for argument in merged.directives.iter().chain(composed).flat_map(|definition| &definition.arguments) {
        usages.entry(argument.ty.inner_named_type().clone()).or_default().is_input = true;
    }
    for field in merged.types.values().filter_map(|ty| ty.composite()).flat_map(|c| c.fields.values()) {
        usages.entry(field.ty.inner_named_type().clone()).or_default().is_output = true;
    }
    usages
}
