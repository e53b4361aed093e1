//! The enum that names the subgraphs.

use super::Join;
use crate::error::SupergraphError;
use crate::link::string_argument;
use crate::model::{Subgraph, SubgraphId};
use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Schema};
use indexmap::IndexMap;

/// The subgraphs and the enum values that stand for them.
#[derive(Debug)]
pub(crate) struct Graphs {
    pub(crate) subgraphs: Vec<Subgraph>,
    ids: IndexMap<Name, SubgraphId>,
}

impl Graphs {
    pub(crate) fn read(schema: &Schema, join: &Join) -> Result<Self, SupergraphError> {
        let graph_enum = join.name("Graph");
        let Some(values) = schema.get_enum(&graph_enum) else {
            return Err(SupergraphError::NotASupergraph { graph_enum });
        };
        let graph_directive = join.name("graph");
        let mut subgraphs: Vec<_> = values
            .values
            .values()
            .map(|value| {
                let directive = value.directives.get(&graph_directive);
                let text = |name| directive.and_then(|directive| string_argument(directive, name));
                Subgraph {
                    name: text("name").unwrap_or(value.value.as_str()).to_owned(),
                    graph: value.value.clone(),
                    url: text("url").unwrap_or_default().to_owned(),
                }
            })
            .collect();
        subgraphs.sort_by(|a, b| a.name.cmp(&b.name));
        let ids =
            (0..).zip(&subgraphs).map(|(id, subgraph)| (subgraph.graph.clone(), SubgraphId(id))).collect();
        Ok(Self { subgraphs, ids })
    }

    /// All ids in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = SubgraphId> + use<> {
        (0..).map(SubgraphId).take(self.subgraphs.len())
    }

    /// The subgraph that a join directive's `graph` argument names; `None` when it has no such argument.
    pub(crate) fn named_by(&self, directive: &Directive) -> Result<Option<SubgraphId>, String> {
        let Some(value) = directive.specified_argument_by_name("graph") else { return Ok(None) };
        if value.is_null() {
            return Ok(None);
        }
        let name =
            value.as_enum().ok_or_else(|| format!("@{}: graph is not an enum value", directive.name))?;
        match self.ids.get(name) {
            Some(id) => Ok(Some(*id)),
            None => Err(format!("@{}: there is no subgraph {name}", directive.name)),
        }
    }
}
