//! Directives that clients write in operations: those that every subgraph understands.

use super::{Merger, listed};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;
use std::collections::{BTreeMap, BTreeSet};

/// The definitions of one directive, with the subgraph of each.
type Definitions<'a> = Vec<(usize, &'a Node<DirectiveDefinition>)>;

/// The executable directives that all subgraphs declare, at the locations and with the arguments that all have.
pub(crate) fn merge(merger: &mut Merger<'_>) -> Vec<DirectiveDefinition> {
    let mut known: BTreeMap<&Name, Definitions<'_>> = BTreeMap::new();
    for (graph, subgraph) in merger.subgraphs.iter().enumerate() {
        for (name, definition) in &subgraph.schema.directive_definitions {
            let is_own = !definition.is_built_in() && subgraph.links.feature_of_directive(name).is_none();
            let is_executable = definition.locations.iter().any(|location| is_executable(*location));
            if is_own && is_executable {
                known.entry(name).or_default().push((graph, definition));
            }
        }
    }
    known.values().filter_map(|definitions| merge_one(merger, definitions)).collect()
}

fn merge_one(merger: &mut Merger<'_>, definitions: &Definitions<'_>) -> Option<DirectiveDefinition> {
    let (graph, first) = definitions[0];
    let name = &first.name;
    let mut note = |code, message: String, hint: &str| {
        let note = Diagnostic::note(code, message)
            .at(&merger.subgraphs[graph], name.location())
            .coordinate(format!("@{name}"));
        merger.diagnostics.push(note.hint(hint));
    };
    if definitions.len() < merger.subgraphs.len() {
        let having: Vec<_> = definitions.iter().map(|(graph, _)| *graph).collect();
        let missing = (0..merger.subgraphs.len()).filter(|graph| !having.contains(graph));
        let missing: Vec<_> = missing.map(|graph| merger.subgraphs[graph].name.as_str()).collect();
        let message = format!("clients cannot use @{name}: it is missing in {}", listed(&missing));
        note(Code::InconsistentExecutableDirectivePresence, message, "define it everywhere, or nowhere");
        return None;
    }
    let mut common = DirectiveDefinition::clone(first);
    common.locations.retain(|location| {
        is_executable(*location) && definitions.iter().all(|(_, other)| other.locations.contains(location))
    });
    common.locations.sort_by_key(|location| location.name());
    if common.locations.is_empty() {
        let message = format!("clients cannot use @{name}: the subgraphs have no location for it in common");
        note(Code::NoExecutableDirectiveIntersection, message, "define it for the same locations");
        return None;
    }
    let executable = |(_, definition): &(usize, &Node<DirectiveDefinition>)| -> BTreeSet<&str> {
        definition.locations.iter().filter(|one| is_executable(**one)).map(|one| one.name()).collect()
    };
    if definitions.iter().any(|one| executable(one).len() > common.locations.len()) {
        let names: Vec<_> = common.locations.iter().map(|location| location.name()).collect();
        let message = format!("@{name} may stand on {} only, which all subgraphs allow", listed(&names));
        note(Code::InconsistentExecutableDirectiveLocations, message, "define it for the same locations");
    }
    common.repeatable = definitions.iter().all(|(_, other)| other.repeatable);
    if definitions.iter().any(|(_, other)| other.repeatable != common.repeatable) {
        let message = format!("@{name} cannot be repeated, since not all subgraphs allow it");
        note(
            Code::InconsistentExecutableDirectiveRepeatable,
            message,
            "make it repeatable everywhere, or nowhere",
        );
    }
    common.arguments.retain(|argument| {
        definitions.iter().all(|(_, other)| {
            other.argument_by_name(&argument.name).is_some_and(|known| known.ty == argument.ty)
        })
    });
    for argument in &mut common.arguments {
        argument.make_mut().directives.0.clear();
    }
    Some(common)
}

fn is_executable(location: DirectiveLocation) -> bool {
    use DirectiveLocation as L;
    matches!(
        location,
        L::Query
            | L::Mutation
            | L::Subscription
            | L::Field
            | L::FragmentDefinition
            | L::FragmentSpread
            | L::InlineFragment
            | L::VariableDefinition
    )
}
