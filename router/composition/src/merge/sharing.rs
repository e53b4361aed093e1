//! Who may resolve the same field: everybody who does must have said that others may.

use super::Merger;
use super::merged::Graph;
use super::overrides::Overrides;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;

impl Merger<'_> {
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
