//! Directives that clients write in operations: those that every subgraph understands.

use crate::ingest::Subgraph;
use apollo_compiler::Node;
use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};
use router_schema::apollo_compiler;

/// The executable directives that all subgraphs declare, at the locations and with the arguments that all have.
pub(crate) fn merge(subgraphs: &[Subgraph]) -> Vec<DirectiveDefinition> {
    let Some((first, rest)) = subgraphs.split_first() else { return Vec::new() };
    let mut merged = Vec::new();
    for definition in first.schema.directive_definitions.values() {
        if definition.is_built_in() || first.links.feature_of_directive(&definition.name).is_some() {
            continue;
        }
        let others: Option<Vec<_>> =
            rest.iter().map(|other| other.schema.directive_definitions.get(&definition.name)).collect();
        merged.extend(others.and_then(|others| common(definition, &others)));
    }
    merged.sort_by(|a, b| a.name.cmp(&b.name));
    merged
}

fn common(
    definition: &Node<DirectiveDefinition>,
    others: &[&Node<DirectiveDefinition>],
) -> Option<DirectiveDefinition> {
    let mut common = DirectiveDefinition::clone(definition);
    common.locations.retain(|location| {
        is_executable(*location) && others.iter().all(|other| other.locations.contains(location))
    });
    common.locations.sort_by_key(|location| location.name());
    common.repeatable &= others.iter().all(|other| other.repeatable);
    common.arguments.retain(|argument| {
        others
            .iter()
            .all(|other| other.argument_by_name(&argument.name).is_some_and(|known| known.ty == argument.ty))
    });
    for argument in &mut common.arguments {
        argument.make_mut().directives.0.clear();
    }
    (!common.locations.is_empty()).then_some(common)
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
