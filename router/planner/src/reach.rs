//! Which subgraphs can be entered for an object that one subgraph has, and how many dependent fetches that takes.
//!
//! A key need not come from one place: a subgraph is within reach as soon as the subgraphs reached so far know all fields of
//! one of its keys between them. Each round of that is one hop.

use crate::graph::{Entry, Graph};
use crate::provides::{below, provided};
use apollo_compiler::Name;
use indexmap::IndexMap;
use router_schema::{FieldSelection, FieldSet, Selection, SubgraphId};
use std::rc::Rc;

/// How deep keys within keys are followed.
const NESTING_MAX: u32 = 2;

/// The ways into other subgraphs (and back into the own one), each with its number of hops.
pub(crate) type Reach = IndexMap<(SubgraphId, Name), (u32, Entry)>;

/// Remembers what was computed during one planning run.
#[derive(Debug, Default)]
pub(crate) struct ReachMemo {
    known: std::collections::HashMap<(SubgraphId, Name, u32), Rc<Reach>>,
    /// The fields whose requirements are being looked at: one that needs itself is not to be had.
    requiring: Vec<(SubgraphId, Name, Name)>,
}

/// An object as one subgraph has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) subgraph: SubgraphId,
    pub(crate) ty: &'a Name,
    /// What `@provides` adds on the path to it.
    pub(crate) provides: &'a [FieldSet],
}

impl<'a> Standing<'a> {
    /// An object that a subgraph was entered for: nothing on the way provides anything.
    pub(crate) fn entered(subgraph: SubgraphId, ty: &'a Name) -> Self {
        Self { subgraph, ty, provides: &[] }
    }
}

impl Graph {
    /// Whether a field is right there, without anything being sent along.
    pub(crate) fn has(&self, at: Standing<'_>, field: &Name) -> bool {
        self.resolves(at.subgraph, at.ty, field)
            || (provided(at.provides, field) && self.field(at.subgraph, at.ty, field).is_some())
    }
}

impl ReachMemo {
    /// Everything within reach of an object.
    pub(crate) fn reach(&mut self, graph: &Graph, from: Standing<'_>, nesting: u32) -> Rc<Reach> {
        let memo = (from.subgraph, from.ty.clone(), nesting);
        let is_plain = from.provides.is_empty();
        if is_plain && let Some(known) = self.known.get(&memo) {
            return Rc::clone(known);
        }
        let reach = Rc::new(self.compute(graph, from, nesting));
        if is_plain {
            self.known.insert(memo, Rc::clone(&reach));
        }
        reach
    }

    fn compute(&mut self, graph: &Graph, from: Standing<'_>, nesting: u32) -> Reach {
        let mut reach = Reach::new();
        if graph.is_query_root(from.ty) {
            for subgraph in graph.subgraphs().filter(|subgraph| graph.knows(*subgraph, from.ty)) {
                let entry = Entry { subgraph, as_type: from.ty.clone(), key: FieldSet::default() };
                reach.insert((subgraph, from.ty.clone()), (1, entry));
            }
            return reach;
        }
        let entries: Vec<&Entry> =
            graph.subgraphs().flat_map(|subgraph| graph.entries(subgraph, from.ty)).collect();
        for round in 1.. {
            let mut found = Vec::new();
            for entry in entries.iter().copied() {
                let at = (entry.subgraph, entry.as_type.clone());
                if !reach.contains_key(&at)
                    && !found.iter().any(|(known, _)| *known == at)
                    && self.is_key_known(graph, from, &reach, entry, nesting)
                {
                    found.push((at, (round, entry.clone())));
                }
            }
            if found.is_empty() {
                break;
            }
            reach.extend(found);
        }
        reach
    }

    /// Whether the object's own subgraph and those reached so far know the whole key.
    fn is_key_known(
        &mut self,
        graph: &Graph,
        from: Standing<'_>,
        reach: &Reach,
        entry: &Entry,
        nesting: u32,
    ) -> bool {
        entry.key.selections.iter().all(|selection| {
            let one = FieldSet { selections: vec![selection.clone()] };
            self.obtains_here(graph, from, &one, nesting)
                || reach.keys().any(|(subgraph, ty)| {
                    let there = Standing::entered(*subgraph, ty);
                    self.obtains_here(graph, there, &one, nesting)
                })
        })
    }

    /// Whether every field is known to this subgraph, or from there on by entering others for what lies below.
    pub(crate) fn obtains_here(
        &mut self,
        graph: &Graph,
        at: Standing<'_>,
        fields: &FieldSet,
        nesting: u32,
    ) -> bool {
        fields.selections.iter().all(|selection| match selection {
            Selection::Inline(inline) => {
                let inner = Standing { ty: &inline.on, ..at };
                self.obtains_here(graph, inner, &inline.selections, nesting)
            }
            Selection::Field(field) if field.name == "__typename" => true,
            Selection::Field(field) => {
                graph.has(at, &field.name) && self.obtains_below(graph, at, field, nesting)
            }
        })
    }

    fn obtains_below(
        &mut self,
        graph: &Graph,
        at: Standing<'_>,
        field: &FieldSelection,
        nesting: u32,
    ) -> bool {
        if field.selections.is_empty() {
            return true;
        }
        let Some(here) = graph.field(at.subgraph, at.ty, &field.name) else { return false };
        let mut provides = below(at.provides, &field.name);
        provides.extend(here.provides.clone());
        let ty = here.ty.inner_named_type();
        let inner = Standing { subgraph: at.subgraph, ty, provides: &provides };
        self.obtains(graph, inner, &field.selections, nesting)
    }

    /// Whether every field can be had for the object, from its subgraph or by entering others.
    pub(crate) fn obtains(
        &mut self,
        graph: &Graph,
        at: Standing<'_>,
        fields: &FieldSet,
        nesting: u32,
    ) -> bool {
        fields.selections.iter().all(|selection| {
            let one = FieldSet { selections: vec![selection.clone()] };
            if self.obtains_here(graph, at, &one, nesting) {
                return true;
            }
            if nesting >= NESTING_MAX {
                return false;
            }
            if !graph.is_object_in(at.subgraph, at.ty) {
                let possible = graph.possible(at.subgraph, at.ty);
                return possible.iter().all(|ty| {
                    let provides = crate::provides::narrowed(&graph.supergraph, at.provides, ty);
                    self.obtains(graph, Standing { ty, provides: &provides, ..at }, &one, nesting + 1)
                });
            }
            let reach = self.reach(graph, at, nesting + 1);
            reach.keys().any(|(subgraph, ty)| match selection {
                Selection::Field(field) => {
                    graph.serves(*subgraph, ty, &field.name)
                        && self.can_require(graph, at, (*subgraph, ty), &field.name, nesting)
                        && self.obtains_below(graph, Standing::entered(*subgraph, ty), field, nesting + 1)
                }
                Selection::Inline(_) => false,
            })
        })
    }

    /// Whether what a subgraph requires for a field can be had of an object that stands here.
    pub(crate) fn can_require(
        &mut self,
        graph: &Graph,
        at: Standing<'_>,
        (target, as_type): (SubgraphId, &Name),
        field: &Name,
        nesting: u32,
    ) -> bool {
        let Some(requires) = graph.requires(target, as_type, field) else { return true };
        let step = (target, as_type.clone(), field.clone());
        if self.requiring.contains(&step) {
            return false;
        }
        self.requiring.push(step);
        let can = self.obtains(graph, at, requires, nesting);
        self.requiring.pop();
        can
    }
}
