//! `@context` and `@fromContext` in the merged graph: each context under a name that no other subgraph can have, and each
//! argument taken from one out of the clients' sight.

use super::marks::directive;
use super::merged::{ContextArgument, Graph};
use super::{Definitions, Merger};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{ContextUse, Federation, Subgraph, context_name};
use apollo_compiler::ast::{Directive, FieldDefinition, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexSet;
use router_schema::apollo_compiler;

/// A context's name in the supergraph. Contexts do not cross subgraphs, so the name starts with the subgraph's.
fn qualified(subgraph: &Subgraph, context: &str) -> String {
    format!("{}__{context}", subgraph.name)
}

/// The `@context`s of a type, subgraph by subgraph.
pub(super) fn marks(subgraphs: &[Subgraph], definitions: &Definitions<'_>) -> Vec<Directive> {
    let mut names = IndexSet::new();
    for (graph, definition) in definitions {
        let subgraph = &subgraphs[*graph];
        let contexts = subgraph.all(definition.directives(), Federation::Context);
        names.extend(contexts.filter_map(|one| Some(qualified(subgraph, context_name(one)?))));
    }
    names.into_iter().map(|name| directive("context", vec![("name", Value::String(name))])).collect()
}

fn uses<'a>(
    subgraph: &'a Subgraph,
    parent: &'a Name,
    field: &'a Name,
) -> impl Iterator<Item = &'a ContextUse> + 'a {
    subgraph.context_uses.iter().filter(move |used| used.owner == *parent && used.field == *field)
}

/// The arguments of a field that one subgraph takes from contexts.
pub(super) fn arguments(subgraph: &Subgraph, parent: &Name, field: &Name) -> Vec<ContextArgument> {
    uses(subgraph, parent, field)
        .filter_map(|used| {
            let source = used.source.as_ref().ok()?;
            Some(ContextArgument {
                name: used.argument.clone(),
                ty: used.ty.clone(),
                context: qualified(subgraph, &source.context),
                selection: format!("{{ {} }}", source.selection),
            })
        })
        .collect()
}

impl Merger<'_> {
    /// The arguments that at least one subgraph takes from a context. The others must do without a value from the client.
    pub(super) fn contextual_arguments(
        &mut self,
        parent: &Name,
        field: &Name,
        owners: &[(Graph, &Node<FieldDefinition>)],
    ) -> IndexSet<Name> {
        let subgraphs = self.subgraphs;
        let is_contextual = |graph: Graph, argument: &Name| {
            uses(&subgraphs[graph], parent, field).any(|u| u.argument == *argument)
        };
        let contextual: IndexSet<Name> = owners
            .iter()
            .flat_map(|(graph, _)| uses(&subgraphs[*graph], parent, field).map(|used| used.argument.clone()))
            .collect();
        for name in &contextual {
            for (graph, owner) in owners {
                let Some(argument) = owner.argument_by_name(name) else { continue };
                if is_contextual(*graph, name) {
                    continue;
                }
                let coordinate = format!("{parent}.{field}({name}:)");
                let code = Code::ContextualArgumentNotContextualInAllSubgraphs;
                let place = argument.name.location();
                let diagnostic = if argument.is_required() {
                    let message = format!(
                        "{coordinate} is required here but taken from a context elsewhere, so nobody gives it"
                    );
                    Diagnostic::error(code, message)
                        .hint("take it from a context here too, or make it optional")
                } else {
                    let message =
                        format!("{coordinate} is taken from a context elsewhere and never has a value here");
                    Diagnostic::note(code, message).hint("take it from a context here too, or remove it")
                };
                self.diagnostics.push(diagnostic.at(&subgraphs[*graph], place).coordinate(coordinate));
            }
        }
        contextual
    }
}
