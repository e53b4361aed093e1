//! Who may resolve the same field: everybody who does must have said that others may.

use super::merged::Graph;
use super::overrides::Overrides;
use super::{Merger, listed};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::Subgraph;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

impl Merger<'_> {
    /// A shared field gives the same value everywhere, so only objects of common types may come from it.
    pub(crate) fn check_runtime_types(&mut self, parent: &Name, owners: &[(Graph, &Node<FieldDefinition>)]) {
        if self.subgraphs.iter().any(|subgraph| subgraph.schema.get_interface(parent).is_some()) {
            return;
        }
        let possible: Vec<(Graph, BTreeSet<&Name>)> = owners
            .iter()
            .filter(|(graph, field)| self.subgraphs[*graph].resolves(parent, &field.name))
            .filter_map(|(graph, field)| {
                Some((*graph, runtime_types(&self.subgraphs[*graph], field.ty.inner_named_type())?))
            })
            .collect();
        let [(_, first), rest @ ..] = possible.as_slice() else { return };
        if rest.iter().all(|(_, types)| types == first) {
            return;
        }
        let is_common = |ty: &&&Name| rest.iter().all(|(_, types)| types.contains(**ty));
        let common: Vec<_> = first.iter().filter(is_common).map(|name| name.as_str()).collect();
        let field = owners[0].1;
        let coordinate = format!("{parent}.{}", field.name);
        let spread = self.spread_of(possible.iter().map(|(graph, types)| {
            let names: Vec<_> = types.iter().map(|name| name.as_str()).collect();
            (*graph, listed(&names))
        }));
        let diagnostic = if common.is_empty() {
            let message =
                format!("{coordinate} is shared, but its subgraphs have no type in common: {spread}");
            Diagnostic::error(Code::ShareableHasMismatchedRuntimeTypes, message)
                .hint("let it return the same types everywhere, or resolve it in one subgraph")
        } else {
            let message = format!(
                "{coordinate} is shared and may only return {}, known to all: {spread}",
                listed(&common)
            );
            Diagnostic::note(Code::InconsistentRuntimeTypesForShareableReturn, message)
                .hint("see that no subgraph returns another type there")
        };
        let place = (&self.subgraphs[owners[0].0], field.name.location());
        self.diagnostics.push(diagnostic.at(place.0, place.1).coordinate(coordinate));
    }

    /// Refuses a field that several subgraphs resolve unless all of them share it.
    pub(crate) fn check_sharing(
        &mut self,
        parent: &Name,
        sources: &[(Graph, &Node<FieldDefinition>)],
        overrides: &Overrides,
    ) {
        let resolving: Vec<_> = sources
            .iter()
            .filter(|(graph, field)| {
                !overrides.overridden.contains_key(graph)
                    && self.subgraphs[*graph].resolves(parent, &field.name)
            })
            .collect();
        if resolving.len() < 2 || overrides.is_refused {
            return;
        }
        let is_subscription = parent == "Subscription";
        let alone: Vec<_> = resolving
            .iter()
            .filter(|(graph, field)| {
                is_subscription || !self.subgraphs[*graph].terms(parent, &field.name).is_shareable
            })
            .collect();
        let Some((graph, field)) = alone.first() else { return };
        let coordinate = format!("{parent}.{}", field.name);
        let all: Vec<_> = resolving.iter().map(|(graph, _)| *graph).collect();
        let not_sharing: Vec<_> = alone.iter().map(|(graph, _)| *graph).collect();
        let (message, hint) = if is_subscription {
            let message = format!(
                "{coordinate} is resolved by {}: a stream of events has one source",
                self.listed(&all)
            );
            (message, "keep the field in one subgraph".to_owned())
        } else {
            let message = format!(
                "{coordinate} is resolved by {} but not marked @shareable in {}",
                self.listed(&all),
                self.listed(&not_sharing)
            );
            (
                message,
                "mark it @shareable in all of them when they give the same value, or rename one".to_owned(),
            )
        };
        let diagnostic = Diagnostic::error(Code::InvalidFieldSharing, message)
            .at(&self.subgraphs[*graph], field.name.location())
            .coordinate(coordinate)
            .hint(hint);
        self.diagnostics.push(diagnostic);
    }
}

/// The object types that an abstract type can stand for in a subgraph; `None` for others, and for an interface object,
/// which knows no implementation.
fn runtime_types<'a>(subgraph: &'a Subgraph, name: &Name) -> Option<BTreeSet<&'a Name>> {
    match subgraph.schema.types.get(name)? {
        ExtendedType::Union(_) | ExtendedType::Interface(_) => {
            Some(subgraph.objects_of(name).into_iter().collect())
        }
        _ => None,
    }
}
