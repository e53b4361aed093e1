//! Where subgraphs differ about a type and compose all the same: worth knowing, since a client may get less than it hopes
//! for on some paths.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Federation, Subgraph};
use crate::merge::listed;
use apollo_compiler::Name;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use indexmap::{IndexMap, IndexSet};
use router_schema::apollo_compiler;
use std::collections::BTreeMap;

/// The definitions of one type, with the subgraph of each.
type Definitions<'a> = Vec<(&'a Subgraph, &'a ExtendedType)>;

/// Compares the subgraphs.
pub(super) fn check(subgraphs: &[Subgraph], diagnostics: &mut Vec<Diagnostic>) {
    let mut types: BTreeMap<&Name, Definitions<'_>> = BTreeMap::new();
    for subgraph in subgraphs {
        for (name, definition) in &subgraph.schema.types {
            let is_root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
            if !definition.is_built_in() && !is_root && !subgraph.is_interface_object(name) {
                types.entry(name).or_default().push((subgraph, definition));
            }
        }
    }
    for (name, definitions) in types.iter().filter(|(_, definitions)| definitions.len() > 1) {
        let is_entity = |(subgraph, definition): &(&Subgraph, &ExtendedType)| {
            subgraph.has(definition.directives(), Federation::Key)
        };
        let (entities, values): (Vec<_>, Vec<_>) = definitions.iter().copied().partition(is_entity);
        match definitions[0].1 {
            ExtendedType::Object(_) if entities.is_empty() => {
                compare_fields(Code::InconsistentObjectValueTypeField, name, definitions, diagnostics);
            }
            ExtendedType::Object(_) => report_plain(name, &entities, &values, diagnostics),
            ExtendedType::Interface(_) if entities.is_empty() => {
                compare_fields(Code::InconsistentInterfaceValueTypeField, name, definitions, diagnostics);
            }
            ExtendedType::Union(_) => compare_members(name, definitions, diagnostics),
            _ => {}
        }
    }
}

/// An entity that is none in some subgraphs.
fn report_plain(
    name: &Name,
    entities: &Definitions<'_>,
    values: &Definitions<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((subgraph, definition)) = values.first() else { return };
    let with: Vec<_> = entities.iter().map(|(subgraph, _)| subgraph.name.as_str()).collect();
    let without: Vec<_> = values.iter().map(|(subgraph, _)| subgraph.name.as_str()).collect();
    let message = format!("{name} has a @key in {} but not in {}", listed(&with), listed(&without));
    let note = Diagnostic::note(Code::InconsistentEntity, message)
        .at(subgraph, definition.name().location())
        .coordinate(name.as_str())
        .hint("add the @key here, with `resolvable: false` if the subgraph cannot look it up");
    diagnostics.push(note);
}

fn compare_fields(code: Code, name: &Name, definitions: &Definitions<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut fields: Vec<(&Subgraph, IndexMap<&Name, Option<SourceSpan>>)> = Vec::new();
    for (subgraph, definition) in definitions {
        let own = match definition {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        // A type that is only referred to says nothing about its fields.
        if own.keys().all(|field| subgraph.terms(name, field).is_external) {
            continue;
        }
        fields.push((subgraph, own.values().map(|field| (&field.name, field.name.location())).collect()));
    }
    report_missing(
        code,
        name,
        &fields,
        "it can be asked for only where the value comes from a subgraph that has it",
        diagnostics,
    );
}

fn compare_members(name: &Name, definitions: &Definitions<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let members = definitions.iter().filter_map(|(subgraph, definition)| {
        let members = &definition.as_union()?.members;
        Some((*subgraph, members.iter().map(|member| (&member.name, member.location())).collect()))
    });
    let members: Vec<_> = members.collect();
    report_missing(
        Code::InconsistentUnionMember,
        name,
        &members,
        "a value from there is never of that type",
        diagnostics,
    );
}

/// One note for each part that some have and others do not.
fn report_missing(
    code: Code,
    name: &Name,
    parts: &[(&Subgraph, IndexMap<&Name, Option<SourceSpan>>)],
    consequence: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let all: IndexSet<&Name> = parts.iter().flat_map(|(_, own)| own.keys().copied()).collect();
    for part in all {
        let missing: Vec<_> = parts.iter().filter(|(_, own)| !own.contains_key(part)).collect();
        let Some((subgraph, own)) = parts.iter().find(|(_, own)| own.contains_key(part)) else { continue };
        if missing.is_empty() {
            continue;
        }
        let missing: Vec<_> = missing.iter().map(|(subgraph, _)| subgraph.name.as_str()).collect();
        let message = format!("{name} has no {part} in {}: {consequence}", listed(&missing));
        let note = Diagnostic::note(code, message)
            .at(subgraph, own[part])
            .coordinate(format!("{name}.{part}"))
            .hint(format!("add it to {name} in {} if it is known there", listed(&missing)));
        diagnostics.push(note);
    }
}
