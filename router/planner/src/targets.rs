//! Which subgraph is asked for what: candidates per field, their costs, and the assignment that needs the fewest fetches.

use crate::PlanError;
use crate::graph::Entry;
use crate::normalize::NormalField;
use crate::provides;
use crate::reach::Standing;
use crate::search::{Cursor, Search};
use apollo_compiler::Name;
use indexmap::IndexMap;
use router_schema::{FieldSet, SubgraphId};

/// How deep costs look ahead.
const LOOK_AHEAD_MAX: u32 = 40;

/// How dear a field is: what stays missing first, then dependent hops, then fetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// Leaves that cannot be reached this way.
    pub(crate) missing: u32,
    pub(crate) hops: u32,
    pub(crate) fetches: u32,
    /// Leaves in all; equal for all that are compared.
    leaves: u32,
}

impl Cost {
    const LEAF: Self = Self { missing: 0, hops: 0, fetches: 0, leaves: 1 };

    /// Whether anything at all is reached this way.
    pub(crate) fn is_worth_it(self) -> bool {
        self.missing < self.leaves
    }

    /// The cost of what two share, each bringing what it can.
    fn shared_with(self, other: Self) -> Self {
        if other.missing == 0 || !self.is_worth_it() {
            return other;
        }
        Self {
            missing: (self.missing + other.missing).saturating_sub(self.leaves),
            hops: self.hops.max(other.hops),
            fetches: self.fetches + other.fetches,
            leaves: self.leaves,
        }
    }

    fn after(self, hops: u32) -> Self {
        Self { hops: self.hops + hops, ..self }
    }
}

/// A way to get a field: whom to enter, and what it costs.
#[derive(Clone, Debug)]
pub(crate) struct Candidate<T> {
    pub(crate) target: T,
    pub(crate) cost: Cost,
}

impl Search<'_> {
    /// Sends fields to the subgraphs that serve them; gives back what cannot be reached.
    pub(crate) fn remote_fields(
        &mut self,
        cursor: &Cursor,
        fields: Vec<NormalField>,
    ) -> Result<Vec<NormalField>, PlanError> {
        let mut open = fields;
        let mut left = Vec::new();
        while !open.is_empty() {
            self.spend()?;
            let mut choices = Vec::new();
            for field in open {
                let candidates = self.candidates(cursor, &field);
                if let Some(trace) = &mut self.trace {
                    trace.jumps(&self.graph.supergraph, cursor, &field, &candidates);
                }
                if candidates.is_empty() {
                    left.push(field);
                } else {
                    choices.push((field, candidates));
                }
            }
            open = Vec::new();
            for ((subgraph, as_type), fields) in assign(choices, &[]) {
                let reach = self.reach(cursor);
                let Some((_, entry)) = reach.get(&(subgraph, as_type)) else { continue };
                open.extend(self.jump(cursor, entry, fields)?);
            }
        }
        Ok(left)
    }

    /// The subgraphs that can be entered for a field, with the costs.
    fn candidates(&mut self, cursor: &Cursor, field: &NormalField) -> Vec<Candidate<(SubgraphId, Name)>> {
        let is_stand_in = self.graph.is_interface_object(cursor.subgraph, &cursor.ty);
        let mut candidates = Vec::new();
        for ((subgraph, as_type), (hops, entry)) in self.reach(cursor).iter() {
            let again = *subgraph == cursor.subgraph && !self.may_enter_again(cursor, entry, &field.name);
            if again || field.tried.contains(subgraph) {
                continue;
            }
            let tells_types = is_stand_in && !self.graph.is_object_in(*subgraph, as_type);
            let serves = self.graph.serves_anyhow(*subgraph, as_type, &field.name);
            let cost = if field.on.is_some() || field.name == "__typename" {
                if !tells_types {
                    continue;
                }
                self.cost_on(Standing::entered(*subgraph, as_type), field)
            } else if tells_types {
                // What the interface does not give may be had once the types are known.
                self.cost_on(Standing::entered(*subgraph, as_type), field)
            } else if serves {
                self.cost(Standing::entered(*subgraph, as_type), field, 0)
            } else {
                continue;
            };
            let cost = cost.after(*hops);
            let is_possible = !serves
                || self.memo.can_require(self.graph, cursor.standing(), (*subgraph, as_type), &field.name, 0)
                    && self.has_contexts(cursor, (*subgraph, as_type), &field.name);
            if cost.is_worth_it() && is_possible {
                candidates.push(Candidate { target: (*subgraph, as_type.clone()), cost });
            }
        }
        candidates
    }

    /// A subgraph is entered again for what it can resolve only once something is sent along.
    fn may_enter_again(&self, cursor: &Cursor, entry: &Entry, field: &Name) -> bool {
        let needs = self.graph.needs_something(entry.subgraph, &entry.as_type, field);
        let same = entry.as_type == cursor.ty;
        if same { needs && !cursor.satisfied.contains(field) } else { true }
    }

    /// The cost of a field on an interface that is entered to learn the concrete types.
    fn cost_on(&mut self, at: Standing<'_>, field: &NormalField) -> Cost {
        if field.name == "__typename" {
            return Cost::LEAF;
        }
        self.cost_below(at, field, 0).0
    }

    /// Whether a field that could be resolved here is reached with fewer hops, or more completely, by jumping first.
    pub(crate) fn is_cheaper_elsewhere(&mut self, cursor: &Cursor, field: &NormalField) -> bool {
        if field.fields.is_empty() || cursor.satisfied.contains(&field.name) {
            return false;
        }
        let here = self.cost(cursor.standing(), field, 0);
        if here.hops < 2 && here.missing == 0 {
            return false;
        }
        let candidates = self.candidates(cursor, field);
        candidates.iter().any(|there| {
            there.target.0 != cursor.subgraph
                && there.cost.missing == 0
                && (here.missing > 0 || there.cost.hops < here.hops)
        })
    }

    /// What a field costs when it is resolved there: the dependent hops and the fetches that what is below needs.
    pub(crate) fn cost(&mut self, at: Standing<'_>, field: &NormalField, depth: u32) -> Cost {
        let inner: Vec<&NormalField> =
            field.fields.iter().filter(|inner| inner.name != "__typename").collect();
        if inner.is_empty() || depth > LOOK_AHEAD_MAX {
            return Cost::LEAF;
        }
        let mut provided = provides::below(at.provides, &field.name);
        let memo = (at.subgraph, at.ty.clone(), field.id, provides::text(&provided));
        if let Some(known) = self.costs.get(&memo) {
            return *known;
        }
        let below = self.type_of(at, &field.name);
        provided.extend(below.iter().filter_map(|(_, provides)| provides.clone()));
        let mut total = Cost::default();
        let mut targets: Vec<SubgraphId> = Vec::new();
        for inner in inner {
            let (cost, target) = match &below {
                Some((ty, _)) => self.cost_below(Standing { ty, provides: &provided, ..at }, inner, depth),
                None => (lost(inner), None),
            };
            total.missing += cost.missing;
            total.leaves += cost.leaves;
            total.hops = total.hops.max(cost.hops);
            total.fetches += cost.fetches;
            targets.extend(target.filter(|target| !targets.contains(target)));
        }
        total.fetches += u32::try_from(targets.len()).unwrap_or(u32::MAX);
        self.costs.insert(memo, total);
        total
    }

    /// The type of a field in a subgraph and what it provides; an abstract type that leaves the field to its concrete types
    /// has it from one.
    fn type_of(&self, at: Standing<'_>, field: &Name) -> Option<(Name, Option<FieldSet>)> {
        let own = self.graph.field(at.subgraph, at.ty, field);
        let here = own.or_else(|| {
            let possible = self.graph.possible(at.subgraph, at.ty);
            possible.iter().find_map(|ty| self.graph.field(at.subgraph, ty, field))
        });
        here.map(|here| (here.ty.inner_named_type().clone(), here.provides.clone()))
    }

    fn cost_below(
        &mut self,
        at: Standing<'_>,
        field: &NormalField,
        depth: u32,
    ) -> (Cost, Option<SubgraphId>) {
        let graph = self.graph;
        if self.unable.contains(&(at.subgraph, at.ty.clone())) && graph.takes_contexts(field) {
            return (lost(field), None);
        }
        let is_asked = |ty: &&Name| field.on.as_ref().is_none_or(|on| on.contains(*ty));
        let types: Vec<Name> = if graph.is_interface_object(at.subgraph, at.ty) {
            vec![at.ty.clone()]
        } else {
            graph.possible(at.subgraph, at.ty).iter().filter(is_asked).cloned().collect()
        };
        let mut worst: Option<(Cost, Option<SubgraphId>)> = None;
        for ty in &types {
            let provided = provides::narrowed(&graph.supergraph, at.provides, ty);
            let at = Standing { ty, provides: &provided, ..at };
            let is_narrowed = field.on.is_some() && graph.is_interface_object(at.subgraph, ty);
            let is_here = graph.has(at, &field.name);
            let local = (is_here && !is_narrowed).then(|| self.cost(at, field, depth + 1));
            let mut here = match local {
                Some(local) if local.missing == 0 => (local, None),
                local => {
                    let (there, target) = self.cost_elsewhere(at, field, depth);
                    (local.map_or(there, |local| local.shared_with(there)), target)
                }
            };
            if is_here && is_narrowed && here.0.missing > 0 && self.tells_types(at) {
                // Asked for whatever the types are, beside the hop that tells them.
                let of_all = self.cost(at, field, depth + 1);
                let hops = of_all.hops.max(1);
                here = here.min((Cost { hops, fetches: of_all.fetches + 1, ..of_all }, None));
            }
            if worst.is_none_or(|worst| here.0 > worst.0) {
                worst = Some(here);
            }
        }
        // No type that can occur here is asked for: nothing to fetch.
        worst.unwrap_or_else(|| (Cost { leaves: lost(field).leaves, ..Cost::default() }, None))
    }

    /// Whether another subgraph tells the concrete types of an interface object.
    fn tells_types(&mut self, at: Standing<'_>) -> bool {
        let graph = self.graph;
        self.memo.reach(graph, at, 0).keys().any(|(subgraph, ty)| !graph.is_object_in(*subgraph, ty))
    }

    fn cost_elsewhere(
        &mut self,
        at: Standing<'_>,
        field: &NormalField,
        depth: u32,
    ) -> (Cost, Option<SubgraphId>) {
        let graph = self.graph;
        let mut best = (lost(field), None);
        let reach = self.memo.reach(graph, at, 0);
        for ((target, as_type), (hops, _)) in reach.iter() {
            let there = Standing::entered(*target, as_type);
            let serves = graph.serves_anyhow(*target, as_type, &field.name);
            let tells_types = graph.is_interface_object(at.subgraph, at.ty)
                && !graph.is_object_in(*target, as_type)
                && depth < LOOK_AHEAD_MAX;
            let cost = if tells_types {
                // Type by type: one that it is not asked for on may have another field of this name.
                self.cost_below(there, field, depth + 1).0
            } else if serves && self.memo.can_require(graph, at, (*target, as_type), &field.name, 0) {
                self.cost(there, field, depth + 1)
            } else {
                continue;
            };
            let cost = cost.after(*hops);
            if cost < best.0 {
                best = (cost, Some(*target));
            }
        }
        best
    }
}

/// The cost of what cannot be had.
fn lost(field: &NormalField) -> Cost {
    // `__typename` comes with any object; `cost` does not count it either.
    let below =
        field.fields.iter().filter(|field| field.name != "__typename").map(|field| lost(field).leaves);
    let leaves = below.fold(0, u32::saturating_add).max(1);
    Cost { missing: leaves, leaves, ..Cost::default() }
}

/// Gives every field to one of its candidates: those with the fewest choices first, the others where they cost the fewest
/// hops and, among those, where something is asked already.
pub(crate) fn assign<T: Clone + Ord + std::hash::Hash>(
    choices: Vec<(NormalField, Vec<Candidate<T>>)>,
    used: &[T],
) -> IndexMap<T, Vec<NormalField>> {
    let mut popularity: IndexMap<T, usize> = IndexMap::new();
    for candidate in choices.iter().flat_map(|(_, candidates)| candidates) {
        *popularity.entry(candidate.target.clone()).or_default() += 1;
    }
    let mut order: Vec<usize> = (0..choices.len()).collect();
    order.sort_by_key(|index| choices[*index].1.len());
    let mut chosen: Vec<Option<T>> = vec![None; choices.len()];
    for index in order {
        let is_new =
            |target: &T| !used.contains(target) && !chosen.iter().flatten().any(|other| other == target);
        let best = choices[index].1.iter().min_by_key(|candidate| {
            let Cost { missing, hops, fetches, .. } = candidate.cost;
            let rarity = usize::MAX - popularity.get(&candidate.target).copied().unwrap_or(0);
            (missing, hops, is_new(&candidate.target), fetches, rarity, candidate.target.clone())
        });
        chosen[index] = best.map(|candidate| candidate.target.clone());
    }
    let mut assigned: IndexMap<T, Vec<NormalField>> = IndexMap::new();
    for ((field, _), target) in choices.into_iter().zip(chosen) {
        if let Some(target) = target {
            assigned.entry(target).or_default().push(field);
        }
    }
    assigned
}
