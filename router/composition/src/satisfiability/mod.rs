//! Can every field that clients may ask for be reached on every path that leads to it?
//!
//! The proof stands on the planner's own query graph: what a subgraph resolves and by which keys it can be entered is the same
//! for both. The walk starts at the roots and follows the API schema. At each step it knows the [`Spot`]s where the object at hand may
//! be: the subgraphs that can have returned it, each with what they provide on this path. `spots` says which others can be
//! entered from there by a key. A field is reachable when one of all these spots resolves it. A type is looked at again only
//! when it is reached at other spots than before, so recursive schemas come to an end.

mod report;
mod spots;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::Subgraph;
use apollo_compiler::Name;
use apollo_compiler::ast::{FieldDefinition, OperationType};
use apollo_compiler::schema::ExtendedType;
use indexmap::IndexSet;
use router_planner::Graph;
use router_schema::Supergraph;
use router_schema::apollo_compiler;
use spots::{Contexts, Spot, Spots, Ways};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// How many combinations of a type and its spots are looked at: far more than real graphs have, and a bound on memory.
const MOST_STATES: usize = 50_000;

/// A type, the spots where an object of it may be, and the fields that led there.
struct State {
    ty: Name,
    spots: Spots,
    path: Path,
    /// What the objects above set, by the context's name.
    contexts: Contexts,
}

impl State {
    /// What makes states differ; the path to them does not.
    fn key(&self) -> String {
        let listed = |spots: &Spots| spots.keys().cloned().collect::<Vec<_>>().join(" ");
        let mut key = format!("{} {}", self.ty, listed(&self.spots));
        for (context, (ty, ways)) in &self.contexts {
            let ways: Vec<_> = ways.iter().map(listed).collect();
            key.push_str(&format!(" {context}={ty} {}", ways.join(" or ")));
        }
        key
    }
}

/// The operation and the fields from its root, with the type conditions between them.
#[derive(Clone)]
pub(crate) struct Path {
    pub(crate) operation: OperationType,
    pub(crate) steps: Vec<String>,
}

impl Path {
    fn step(&self, step: String) -> Self {
        let mut longer = self.clone();
        longer.steps.push(step);
        longer
    }
}

/// Reports each field that cannot be reached, once, with the shortest path on which it cannot.
pub(crate) fn check(supergraph: &Arc<Supergraph>, subgraphs: &[Subgraph], diagnostics: &mut Vec<Diagnostic>) {
    let graph = Graph::new(supergraph.clone());
    let supergraph = supergraph.as_ref();
    let mut walk = Walk {
        supergraph,
        has_contexts: supergraph.has_contexts(),
        subgraphs,
        ways: Rc::new(Ways::new(supergraph, &graph)),
        queue: VecDeque::new(),
        seen: BTreeSet::new(),
        reported: BTreeSet::new(),
        diagnostics,
    };
    for (operation, root) in supergraph.api.schema_definition.iter_root_operations() {
        let spots = walk.ways.everywhere(&root.name);
        let path = Path { operation, steps: Vec::new() };
        walk.enqueue(State { ty: root.name.clone(), spots, path, contexts: Contexts::new() });
    }
    while let Some(state) = walk.queue.pop_front() {
        walk.visit(&state);
    }
}

struct Walk<'a> {
    supergraph: &'a Supergraph,
    /// Whether any type sets one: looking for them costs a pass over all types.
    has_contexts: bool,
    /// What was read, for the places of diagnostics.
    subgraphs: &'a [Subgraph],
    ways: Rc<Ways<'a>>,
    queue: VecDeque<State>,
    seen: BTreeSet<String>,
    reported: BTreeSet<(Name, Name)>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn enqueue(&mut self, state: State) {
        if self.seen.len() == MOST_STATES {
            let message =
                format!("the proof was given up after {MOST_STATES} steps: some fields may not be reachable");
            self.diagnostics.push(Diagnostic::warning(Code::SatisfiabilityError, message));
        }
        if self.seen.len() <= MOST_STATES && self.seen.insert(state.key()) {
            self.queue.push_back(state);
        }
    }

    fn visit(&mut self, state: &State) {
        match self.supergraph.api.types.get(&state.ty) {
            Some(ExtendedType::Object(object)) => {
                let mut below = state.contexts.clone();
                let contexts =
                    if self.has_contexts { self.supergraph.contexts_of(&state.ty) } else { IndexSet::new() };
                let each = self.ways.expand_each(&state.ty, &state.spots);
                for context in contexts {
                    below.insert(context.to_owned(), (state.ty.clone(), each.clone()));
                }
                for field in object.fields.values() {
                    self.visit_field(state, &each, field, &below);
                }
            }
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => self.visit_abstract(state),
            _ => {}
        }
    }

    fn visit_field(&mut self, state: &State, each: &[Spots], field: &FieldDefinition, below: &Contexts) {
        let (ty, field) = (field.ty.inner_named_type(), &field.name);
        let mut next = Spots::new();
        for reachable in each {
            let usable = self.ways.with_contexts(reachable, field, &state.contexts);
            next.extend(self.ways.follow(&state.ty, &usable, field));
        }
        if next.is_empty() {
            if self.reported.insert((state.ty.clone(), field.clone())) {
                let reachable = self.ways.expand(&state.ty, &state.spots);
                let diagnostic = report::unreachable(&self.ways, self.subgraphs, state, &reachable, field);
                self.diagnostics.push(diagnostic);
            }
        } else if self.supergraph.api.types.get(ty).is_some_and(|ty| !ty.is_leaf()) {
            let path = state.path.step(field.to_string());
            self.enqueue(State { ty: ty.clone(), spots: next, path, contexts: below.clone() });
        }
    }

    /// Goes on with each object type that a value may turn out to be.
    fn visit_abstract(&mut self, state: &State) {
        let (ty, ways, supergraph) = (&state.ty, Rc::clone(&self.ways), self.supergraph);
        let reachable = ways.expand(ty, &state.spots);
        let is_concrete = |spot: &Spot| !ways.is_interface_object(spot);
        if !reachable.values().any(is_concrete) {
            let typename = apollo_compiler::name!("__typename");
            if self.reported.insert((ty.clone(), typename.clone())) {
                let diagnostic = report::unreachable(&ways, self.subgraphs, state, &reachable, &typename);
                self.diagnostics.push(diagnostic);
            }
            return;
        }
        for object in supergraph.possible_types(ty) {
            let occurs = |spot: &Spot| {
                !is_concrete(spot) || supergraph.possible_types_in(spot.graph, &spot.ty).contains(&object)
            };
            if !supergraph.api.types.contains_key(&object) || !state.spots.values().any(occurs) {
                continue;
            }
            let narrowed = reachable.values().filter(|spot| occurs(spot)).map(|spot| {
                let ty = if is_concrete(spot) { object.clone() } else { spot.ty.clone() };
                Spot { ty, ..spot.clone() }
            });
            let spots = spots::collect(narrowed);
            let path = state.path.step(format!("... on {object}"));
            self.enqueue(State { ty: object, spots, path, contexts: state.contexts.clone() });
        }
    }
}
