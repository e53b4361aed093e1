//! Saying why a field cannot be reached, as a query that would fail and a reason per subgraph.

use super::State;
use super::spots::{Spots, Ways};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::Subgraph;
use crate::merge::listed;
use apollo_compiler::Name;
use router_schema::SubgraphId;
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

/// The diagnostic for a field that no reachable spot resolves.
pub(super) fn unreachable(
    ways: &Ways<'_>,
    subgraphs: &[Subgraph],
    state: &State,
    reachable: &Spots,
    field: &Name,
) -> Diagnostic {
    let diagnostic = described(ways, state, reachable, field);
    let owner = ways.owners(&state.ty, field).into_iter().next();
    // Nobody resolves it: the subgraph where the path arrives could.
    let arrival = || state.spots.values().next().map(|spot| (spot.graph, spot.ty.clone()));
    let Some((graph, ty)) = owner.or_else(arrival) else { return diagnostic };
    let name = &ways.supergraph.subgraph(graph).name;
    let Some(subgraph) = subgraphs.iter().find(|subgraph| subgraph.name == *name) else { return diagnostic };
    let field = subgraph.schema.type_field(&ty, field).ok().and_then(|field| field.name.location());
    let ty = || subgraph.schema.types.get(&ty).and_then(|ty| ty.name().location());
    diagnostic.at(subgraph, field.or_else(ty))
}

fn described(ways: &Ways<'_>, state: &State, reachable: &Spots, field: &Name) -> Diagnostic {
    let ty = &state.ty;
    let name = |graph: SubgraphId| ways.supergraph.subgraph(graph).name.as_str();
    let at: BTreeSet<_> = state.spots.values().map(|spot| name(spot.graph)).collect();
    let at = listed(&at.into_iter().collect::<Vec<_>>());
    if field == "__typename" {
        let message = format!(
            "{ty} cannot be told apart on the path `{}`: {at} knows only the interface",
            query(state, field)
        );
        return Diagnostic::error(Code::SatisfiabilityError, message)
            .coordinate(ty.as_str())
            .hint(format!("add a resolvable @key to the interface {ty} in a subgraph that defines it"));
    }
    let owners = ways.owners(ty, field);
    let is_here = |graph: SubgraphId, as_type: &Name| {
        reachable.values().any(|spot| spot.graph == graph && spot.ty == *as_type)
    };
    let reasons: Vec<_> = owners
        .iter()
        .map(|(graph, as_type)| {
            let owner = name(*graph);
            let keys: Vec<_> = ways
                .entries(ty)
                .iter()
                .filter(|(spot, _)| spot.graph == *graph && spot.ty == *as_type)
                .map(|(_, key)| format!("\"{key}\""))
                .collect();
            let contexts = missing_contexts(ways, state, (*graph, as_type), field);
            if !contexts.is_empty() {
                format!(
                    "{owner} takes {} from objects above, and none gives it on this path",
                    contexts.join(" and ")
                )
            } else if is_here(*graph, as_type) {
                format!("what {owner} requires for it cannot be fetched")
            } else if keys.is_empty() {
                format!("{owner} has no resolvable @key on {as_type}")
            } else {
                format!("{at} cannot give the key {} of {owner}", keys.join(" or "))
            }
        })
        .collect();
    let coordinate = format!("{ty}.{field}");
    let reasons = if reasons.is_empty() { "no subgraph resolves it".to_owned() } else { reasons.join("; ") };
    let message = format!("{coordinate} cannot be reached by `{}` from {at}: {reasons}", query(state, field));
    let hint = match owners.first() {
        Some((owner, as_type)) if !missing_contexts(ways, state, (*owner, as_type), field).is_empty() => {
            "mark a type that every path to the field goes through with @context".to_owned()
        }
        Some((owner, as_type)) if is_here(*owner, as_type) => {
            format!("see that each field in the @requires of {coordinate} can be fetched from {at}")
        }
        Some((owner, as_type)) => format!(
            "add a @key to {as_type} in {} whose fields {at} can give, or resolve {field} in {at} and mark it @shareable",
            name(*owner)
        ),
        None => format!("resolve {coordinate} in one of the subgraphs"),
    };
    Diagnostic::error(Code::SatisfiabilityError, message).coordinate(coordinate).hint(hint)
}

/// The context arguments of a field that nothing above fills.
fn missing_contexts(
    ways: &Ways<'_>,
    state: &State,
    (graph, as_type): (SubgraphId, &Name),
    field: &Name,
) -> Vec<String> {
    let info = ways.supergraph.types.get(as_type).and_then(|info| info.fields.get(field));
    let Some(here) = info.and_then(|info| info.subgraphs.get(&graph)) else { return Vec::new() };
    let missing = here.context_arguments.iter().filter(|one| !state.contexts.contains_key(&one.context));
    missing.map(|one| format!("{} (context {})", one.name, one.context)).collect()
}

/// The path as a query, `{ products { owner { name } } }`.
fn query(state: &State, field: &Name) -> String {
    let keyword = match state.path.operation {
        apollo_compiler::ast::OperationType::Query => String::new(),
        other => format!("{other} "),
    };
    let depth = state.path.steps.len() + 1;
    let mut text = format!("{keyword}{{ ");
    for step in &state.path.steps {
        text.push_str(&format!("{step} {{ "));
    }
    text.push_str(field);
    text.push_str(&" }".repeat(depth));
    text
}
