//! What keys and `@requires` need: makes sure that it gets into the merged data, wherever it comes from.

use crate::PlanError;
use crate::graph::Entry;
use crate::jump::{path_of, unite};
use crate::plan::{Condition, RepresentationField};
use crate::reach::Standing;
use crate::search::{Cursor, Search};
use apollo_compiler::Name;
use router_schema::{FieldSelection, FieldSet, Selection, SubgraphId};
use std::collections::BTreeSet;

/// How to read what was ensured, and the groups that bring it beside the cursor's own.
pub(crate) type Ensured = (Vec<RepresentationField>, BTreeSet<usize>);

/// How well a subgraph suits: whether what it requires and what is wanted below is out of reach, then hops.
type Rank = (bool, bool, u32, SubgraphId);

/// How many requirements may wait for one another.
const CHAIN_MAX: usize = 32;

impl Search<'_> {
    /// Makes sure that `fields` are in the merged data of the cursor's object.
    pub(crate) fn ensure(&mut self, cursor: &Cursor, fields: &FieldSet) -> Result<Ensured, PlanError> {
        self.spend()?;
        let mut ensured = Ensured::default();
        if !self.graph.is_object_in(cursor.subgraph, &cursor.ty) {
            // Whoever gets a value of an abstract type must be told which it is.
            let name = Name::new_unchecked("__typename");
            add(&mut ensured, self.ensure_typename(cursor, name));
        }
        for selection in &fields.selections {
            let more = match selection {
                Selection::Field(field) if field.name == "__typename" => {
                    self.ensure_typename(cursor, field.name.clone())
                }
                Selection::Field(field) => self.ensure_field(cursor, field)?,
                Selection::Inline(inline) => {
                    let types = self.concrete(cursor, &inline.on);
                    self.ensure_on(cursor, &types, &inline.selections)?
                }
            };
            add(&mut ensured, more);
        }
        Ok(ensured)
    }

    fn ensure_typename(&mut self, cursor: &Cursor, name: Name) -> Ensured {
        self.select_typename(cursor.set);
        let read = RepresentationField { source: name.clone(), name, fields: Vec::new(), on: None };
        (vec![read], BTreeSet::new())
    }

    /// The concrete types of the cursor's position that a type condition lets through.
    fn concrete(&self, cursor: &Cursor, on: &Name) -> Vec<Name> {
        let here = self.graph.possible(cursor.subgraph, &cursor.ty);
        let wanted = self.graph.supergraph.possible_types(on);
        let lets_through = |ty: &&Name| *ty == on || wanted.contains(*ty);
        here.iter().filter(lets_through).cloned().collect()
    }

    pub(crate) fn ensure_on(
        &mut self,
        cursor: &Cursor,
        types: &[Name],
        fields: &FieldSet,
    ) -> Result<Ensured, PlanError> {
        let mut ensured = Ensured::default();
        for ty in types {
            if cursor.ty == *ty {
                add(&mut ensured, self.ensure(cursor, fields)?);
                continue;
            }
            self.select_typename(cursor.set);
            let inner = self.narrowed(cursor, ty);
            let (mut read, deps) = self.ensure(&inner, fields)?;
            for field in &mut read {
                field.on.get_or_insert_with(|| vec![ty.clone()]);
            }
            add(&mut ensured, (read, deps));
        }
        Ok(ensured)
    }

    fn ensure_field(&mut self, cursor: &Cursor, field: &FieldSelection) -> Result<Ensured, PlanError> {
        let is_object = self.graph.is_object_in(cursor.subgraph, &cursor.ty);
        let one = |selections: Vec<Selection>| FieldSelection {
            selections: FieldSet { selections },
            ..field.clone()
        };
        let is_local = if is_object {
            self.is_local(cursor, &field.name)
        } else {
            self.is_local_on_interface(cursor, &field.name)
        };
        if is_local {
            let (here, there) = self.obtainable_below(cursor, field);
            let mut ensured = Ensured::default();
            if !here.is_empty() || there.is_empty() {
                add(&mut ensured, self.ensure_local(cursor, &one(here))?);
            }
            if !there.is_empty() {
                add(&mut ensured, self.ensure_elsewhere(cursor, &one(there))?);
            }
            return Ok(ensured);
        }
        if is_object {
            return self.ensure_elsewhere(cursor, field);
        }
        let types: Vec<Name> = self.graph.possible(cursor.subgraph, &cursor.ty).iter().cloned().collect();
        let alone = FieldSet { selections: vec![Selection::Field(field.clone())] };
        self.ensure_on(cursor, &types, &alone)
    }

    /// Splits what is wanted below a local field into what can be had there and what another subgraph must bring.
    fn obtainable_below(
        &mut self,
        cursor: &Cursor,
        field: &FieldSelection,
    ) -> (Vec<Selection>, Vec<Selection>) {
        let here = self.graph.field(cursor.subgraph, &cursor.ty, &field.name);
        let Some(here) = here else { return (field.selections.selections.clone(), Vec::new()) };
        let mut provided = crate::provides::below(&cursor.provides, &field.name);
        provided.extend(here.provides.clone());
        let at = Standing { subgraph: cursor.subgraph, ty: here.ty.inner_named_type(), provides: &provided };
        field.selections.selections.iter().cloned().partition(|selection| {
            let one = FieldSet { selections: vec![selection.clone()] };
            self.memo.obtains(self.graph, at, &one, 0)
        })
    }

    fn ensure_local(&mut self, cursor: &Cursor, field: &FieldSelection) -> Result<Ensured, PlanError> {
        let call = cursor.call(&field.name, &field.arguments);
        let here = self.graph.field(cursor.subgraph, &cursor.ty, &field.name);
        let ty = here.map(|here| here.ty.clone()).expect("a local field is defined in its subgraph");
        let key = self.scopes.internal(cursor.scope, &call, cursor.subgraph, &ty);
        let composite = !field.selections.is_empty();
        if !composite && self.was_sent(cursor, &field.name, &key) {
            let read =
                RepresentationField { source: key, name: field.name.clone(), fields: Vec::new(), on: None };
            return Ok((vec![read], BTreeSet::new()));
        }
        let below = self.selections.field(cursor.set, &key, &call, &cursor.guard, composite);
        let mut read = RepresentationField {
            source: key.clone(),
            name: field.name.clone(),
            fields: Vec::new(),
            on: None,
        };
        let mut deps = BTreeSet::new();
        if let Some((set, guard)) = below {
            let mut inner = self.below(cursor, &field.name, &key, set, &Condition::always());
            inner.guard = guard;
            (read.fields, deps) = self.ensure(&inner, &field.selections)?;
        }
        Ok((vec![read], deps))
    }

    /// Whether the cursor's subgraph was entered with this field of the object, so that it is there already.
    fn was_sent(&self, cursor: &Cursor, name: &Name, source: &Name) -> bool {
        let group = &self.groups[cursor.group];
        let is_it = |sent: &RepresentationField| sent.name == *name && sent.source == *source;
        group.is_entity
            && group.path == path_of(cursor)
            && group.representations.iter().all(|ty| ty.keys.iter().any(is_it))
    }

    /// Brings a field that another subgraph has into the merged data.
    fn ensure_elsewhere(&mut self, cursor: &Cursor, field: &FieldSelection) -> Result<Ensured, PlanError> {
        let guard = (cursor.scope, cursor.subgraph, cursor.ty.clone(), field.name.clone());
        if self.ensuring.contains(&guard) || self.ensuring.len() > CHAIN_MAX {
            return Err(PlanError::unreachable(&cursor.ty, &field.name));
        }
        self.ensuring.push(guard);
        let result = self.ensure_in_best(cursor, field);
        self.ensuring.pop();
        result
    }

    fn ensure_in_best(&mut self, cursor: &Cursor, field: &FieldSelection) -> Result<Ensured, PlanError> {
        let reach = self.reach(cursor);
        let mut best: Option<(Rank, &Entry)> = None;
        for ((target, as_type), (hops, entry)) in reach.iter() {
            let needs = self.graph.needs_something(*target, as_type, &field.name);
            let again = *target == cursor.subgraph && *as_type == cursor.ty && !needs;
            let serves = self.graph.serves_anyhow(*target, as_type, &field.name);
            if again || !serves || !self.has_contexts(cursor, (*target, as_type), &field.name) {
                continue;
            }
            let can_require =
                self.memo.can_require(self.graph, cursor.standing(), (*target, as_type), &field.name, 0);
            let has_below = self.has_below(*target, as_type, field);
            let rank = (!can_require, !has_below, hops + u32::from(needs), *target);
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, entry));
            }
        }
        let Some((_, entry)) = best else {
            return Err(PlanError::unreachable(&cursor.ty, &field.name));
        };
        let need = self.graph.need(entry.subgraph, &entry.as_type, &field.name);
        let inner = self.enter(cursor, entry, &need, &cursor.condition)?;
        let alone = FieldSet { selections: vec![Selection::Field(field.clone())] };
        let (read, mut deps) = self.ensure(&inner, &alone)?;
        deps.insert(inner.group);
        Ok((read, deps))
    }

    /// Whether a subgraph has, or leads to, everything below a field.
    fn has_below(&mut self, target: SubgraphId, as_type: &Name, field: &FieldSelection) -> bool {
        let Some(here) = self.graph.field(target, as_type, &field.name) else { return true };
        let provided: Vec<FieldSet> = here.provides.clone().into_iter().collect();
        let at = Standing { subgraph: target, ty: here.ty.inner_named_type(), provides: &provided };
        self.memo.obtains(self.graph, at, &field.selections, 0)
    }
}

fn add(ensured: &mut Ensured, (read, deps): Ensured) {
    unite(&mut ensured.0, &read);
    ensured.1.extend(deps);
}
