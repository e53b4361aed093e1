//! Key jumps: entering another subgraph for the object under the cursor.

use crate::PlanError;
use crate::graph::Entry;
use crate::normalize::NormalField;
use crate::plan::{Condition, PathElement, RepresentationField, RepresentationType};
use crate::search::{Cost, Cursor, Group, Search};
use crate::selection::SetId;
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use indexmap::{IndexMap, IndexSet};
use router_schema::{FieldSet, Selection, SubgraphId};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

impl Search<'_> {
    /// Plans fields of the cursor's object in another subgraph; gives back what cannot be reached from there either.
    pub(crate) fn jump(
        &mut self,
        cursor: &Cursor,
        target: SubgraphId,
        fields: Vec<NormalField>,
    ) -> Result<Vec<NormalField>, PlanError> {
        let mut by_need: IndexMap<bool, Vec<NormalField>> = IndexMap::new();
        for field in fields {
            let as_type = self.graph.serving_type(target, &cursor.ty, &field.name);
            let requires = as_type
                .and_then(|ty| self.graph.field(target, &ty, &field.name))
                .is_some_and(|here| here.requires.is_some());
            by_need.entry(requires).or_default().push(field);
        }
        let mut left = Vec::new();
        for fields in by_need.into_values() {
            let names: Vec<Name> = fields.iter().map(|field| field.name.clone()).collect();
            let inner = self.enter(cursor, target, &names)?;
            let condition = fields
                .iter()
                .fold(Condition::never(), |or, field| or.or(&cursor.condition.and(&field.condition)));
            self.widen(inner.group, &condition);
            left.extend(self.fields(&inner, &fields)?);
        }
        Ok(left)
    }

    /// The fewest fetches from the cursor's object into `target`, when there is a way.
    pub(crate) fn hops(&self, cursor: &Cursor, target: SubgraphId) -> Option<u32> {
        let chain = self.chain(cursor, target)?;
        u32::try_from(chain.len()).ok()
    }

    /// The shortest chain of entries from the cursor's subgraph into `target`. Each entry's key is known where the one before
    /// it leads.
    fn chain(&self, cursor: &Cursor, target: SubgraphId) -> Option<Vec<Entry>> {
        let mut queue = VecDeque::from([(cursor.subgraph, cursor.ty.clone(), Vec::<Entry>::new())]);
        let mut seen: IndexSet<SubgraphId> = IndexSet::new();
        let order = std::iter::once(target).chain(self.graph.subgraphs().filter(|other| *other != target));
        let order: Vec<SubgraphId> = order.collect();
        while let Some((at, as_type, chain)) = queue.pop_front() {
            for next in &order {
                if seen.contains(next) || (*next == cursor.subgraph && *next != target) {
                    continue;
                }
                let known = |entry: &Entry| self.knows_key(at, &as_type, &entry.key);
                let Some(entry) = self.graph.entries(*next, &cursor.ty).into_iter().find(known) else {
                    continue;
                };
                let mut longer = chain.clone();
                let as_type = entry.as_type.clone();
                longer.push(entry);
                if *next == target {
                    return Some(longer);
                }
                seen.insert(*next);
                queue.push_back((*next, as_type, longer));
            }
        }
        // No single subgraph knows a whole key: its parts may come from several.
        self.graph.entries(target, &cursor.ty).into_iter().next().map(|entry| vec![entry]).filter(|entries| {
            entries[0].key.selections.iter().all(|selection| match selection {
                Selection::Field(field) => self
                    .graph
                    .subgraphs()
                    .any(|other| other != target && self.graph.serves(other, &cursor.ty, &field.name)),
                Selection::Inline(_) => false,
            })
        })
    }

    /// Whether a subgraph itself knows every field of a key.
    fn knows_key(&self, subgraph: SubgraphId, ty: &Name, key: &FieldSet) -> bool {
        key.selections.iter().all(|selection| match selection {
            Selection::Field(field) if field.name == "__typename" => true,
            Selection::Field(field) => {
                let here = self.graph.resolves(subgraph, ty, &field.name);
                let below = self.graph.field_type(ty, &field.name);
                here && (field.selections.is_empty()
                    || below.is_some_and(|below| self.knows_key(subgraph, below, &field.selections)))
            }
            Selection::Inline(inline) => self.knows_key(subgraph, &inline.on, &inline.selections),
        })
    }

    /// Enters `target` for the cursor's object, sending along what `fields` require there; gives the cursor inside.
    pub(crate) fn enter(
        &mut self,
        cursor: &Cursor,
        target: SubgraphId,
        fields: &[Name],
    ) -> Result<Cursor, PlanError> {
        let wanted = fields.first().cloned().unwrap_or_else(|| Name::new_unchecked("__typename"));
        let chain = self.chain(cursor, target).ok_or_else(|| PlanError::unreachable(&cursor.ty, &wanted))?;
        let mut at = cursor.clone();
        let mut deps = BTreeSet::from([cursor.group]);
        let last = chain.len() - 1;
        for (index, entry) in chain.into_iter().enumerate() {
            self.spend()?;
            let (keys, more) = self.ensure(&at, &entry.key)?;
            deps.extend(more);
            deps.insert(at.group);
            let mut requires = Vec::new();
            let mut satisfied = IndexSet::new();
            if index == last {
                for field in fields {
                    let here = self.graph.field(target, &entry.as_type, field);
                    let Some(set) = here.and_then(|here| here.requires.clone()) else { continue };
                    let (read, more) = self.ensure(cursor, &set)?;
                    requires.extend(read);
                    deps.extend(more);
                    satisfied.insert(field.clone());
                }
            }
            at = self.open_group(cursor, &entry, &deps, (keys, requires));
            at.satisfied = Rc::new(satisfied);
            if index != last {
                let condition = cursor.condition.clone();
                self.widen(at.group, &condition);
            }
            deps = BTreeSet::new();
        }
        Ok(at)
    }

    /// The group that asks `entry.subgraph` at this place after these fetches; an equal one is used again.
    fn open_group(
        &mut self,
        cursor: &Cursor,
        entry: &Entry,
        deps: &BTreeSet<usize>,
        (keys, requires): (Vec<RepresentationField>, Vec<RepresentationField>),
    ) -> Cursor {
        self.select_typename_at(cursor);
        let mut path = cursor.path.clone();
        while matches!(path.last(), Some(PathElement::On(_))) {
            path.pop();
        }
        let known = self.groups.iter().position(|group| {
            group.is_entity && group.subgraph == entry.subgraph && group.path == path && group.deps == *deps
        });
        let group = known.unwrap_or_else(|| {
            let set = self.selections.add();
            self.groups.push(Group {
                subgraph: entry.subgraph,
                kind: OperationType::Query,
                path,
                deps: deps.clone(),
                set,
                condition: Condition::never(),
                representations: Vec::new(),
                is_entity: true,
            });
            self.groups.len() - 1
        });
        let set = self.selections.inline(self.groups[group].set, &entry.as_type);
        for on in self.runtime_names(cursor) {
            self.represent(group, &on, entry, &keys, &requires);
        }
        self.inside(cursor, entry, group, set)
    }

    fn inside(&self, cursor: &Cursor, entry: &Entry, group: usize, set: SetId) -> Cursor {
        let was_stand_in = self.graph.is_interface_object(cursor.subgraph, &cursor.ty);
        let is_stand_in = self.graph.is_interface_object(entry.subgraph, &entry.as_type);
        Cursor {
            group,
            subgraph: entry.subgraph,
            set,
            scope: cursor.scope,
            ty: entry.as_type.clone(),
            path: cursor.path.clone(),
            condition: cursor.condition.clone(),
            provides: Rc::default(),
            satisfied: Rc::default(),
            has_typename: cursor.has_typename || !was_stand_in || is_stand_in,
            on: None,
        }
    }

    /// The `__typename` values that the merged data can have for the cursor's object.
    fn runtime_names(&self, cursor: &Cursor) -> Vec<Name> {
        let mut names = vec![cursor.ty.clone()];
        if self.graph.is_interface_object(cursor.subgraph, &cursor.ty) {
            names.extend(self.graph.supergraph.possible_types(&cursor.ty));
        }
        names
    }

    fn represent(
        &mut self,
        group: usize,
        on: &Name,
        entry: &Entry,
        keys: &[RepresentationField],
        requires: &[RepresentationField],
    ) {
        let representations = &mut self.groups[group].representations;
        let known =
            representations.iter_mut().find(|known| known.on == *on && known.send_as == entry.as_type);
        if let Some(known) = known {
            unite(&mut known.keys, keys);
            unite(&mut known.requires, requires);
        } else {
            representations.push(RepresentationType {
                on: on.clone(),
                send_as: entry.as_type.clone(),
                keys: keys.to_vec(),
                requires: requires.to_vec(),
            });
        }
    }

    /// A representation needs the object's `__typename`; selects it where no earlier fetch brought it.
    fn select_typename_at(&mut self, cursor: &Cursor) {
        let brought_before =
            self.groups[cursor.group].is_entity
                && self.selections.items(self.groups[cursor.group].set).iter().any(
                    |item| matches!(item, crate::selection::Item::Inline { set, .. } if *set == cursor.set),
                );
        if !brought_before {
            self.select_typename(cursor.set);
        }
    }

    /// Whether a field that could be resolved here is reached with fewer hops by jumping first.
    pub(crate) fn is_cheaper_elsewhere(&mut self, cursor: &Cursor, field: &NormalField) -> bool {
        if field.fields.is_empty() {
            return false;
        }
        let here = self.cost(cursor.subgraph, &cursor.ty, field, 0);
        if here.hops < 2 {
            return false;
        }
        let targets: Vec<SubgraphId> =
            self.graph.subgraphs().filter(|other| *other != cursor.subgraph).collect();
        targets.into_iter().any(|target| {
            let Some(as_type) = self.graph.serving_type(target, &cursor.ty, &field.name) else {
                return false;
            };
            let Some(hops) = self.hops(cursor, target) else { return false };
            let there = self.cost(target, &as_type, field, 0);
            there < Cost::NEVER && there.hops + hops < here.hops
        })
    }

    /// What a field costs when `subgraph` resolves it: the dependent hops and the fetches that what is below needs.
    pub(crate) fn cost(&mut self, subgraph: SubgraphId, ty: &Name, field: &NormalField, depth: u32) -> Cost {
        let memo = (subgraph, ty.clone(), field.id);
        if let Some(known) = self.costs.get(&memo) {
            return *known;
        }
        if depth > 40 {
            return Cost::NEVER;
        }
        let mut total = Cost::FREE;
        let mut targets: IndexSet<SubgraphId> = IndexSet::new();
        let below =
            self.graph.field(subgraph, ty, &field.name).map(|here| here.ty.inner_named_type().clone());
        if let Some(below) = below {
            for inner in field.fields.iter().filter(|inner| inner.name != "__typename") {
                let (cost, target) = self.cost_below(subgraph, &below, inner, depth);
                total.hops = total.hops.max(cost.hops);
                total.fetches += cost.fetches;
                targets.extend(target);
            }
        }
        total.fetches += u32::try_from(targets.len()).unwrap_or(u32::MAX);
        if total.hops >= Cost::NEVER.hops {
            total = Cost::NEVER;
        }
        self.costs.insert(memo, total);
        total
    }

    fn cost_below(
        &mut self,
        subgraph: SubgraphId,
        ty: &Name,
        field: &NormalField,
        depth: u32,
    ) -> (Cost, Option<SubgraphId>) {
        let types: Vec<Name> = if self.graph.is_object_in(subgraph, ty) {
            vec![ty.clone()]
        } else {
            let possible = self.graph.possible(subgraph, ty);
            possible
                .iter()
                .filter(|ty| field.on.as_ref().is_none_or(|on| on.contains(*ty)))
                .cloned()
                .collect()
        };
        let mut worst = (Cost::FREE, None);
        for ty in &types {
            let here = if self.graph.resolves(subgraph, ty, &field.name) {
                (self.cost(subgraph, ty, field, depth + 1), None)
            } else {
                self.cost_elsewhere(subgraph, ty, field, depth)
            };
            if here.0 > worst.0 {
                worst = here;
            }
        }
        worst
    }

    fn cost_elsewhere(
        &mut self,
        subgraph: SubgraphId,
        ty: &Name,
        field: &NormalField,
        depth: u32,
    ) -> (Cost, Option<SubgraphId>) {
        let mut best = (Cost::NEVER, None);
        let targets: Vec<SubgraphId> = self.graph.subgraphs().filter(|other| *other != subgraph).collect();
        for target in targets {
            let Some(as_type) = self.graph.serving_type(target, ty, &field.name) else { continue };
            let cost = self.cost(target, &as_type, field, depth + 1);
            let cost = Cost { hops: cost.hops + 1, fetches: cost.fetches };
            if cost < best.0 {
                best = (cost, Some(target));
            }
        }
        best
    }
}

/// Adds fields that are not yet read.
fn unite(known: &mut Vec<RepresentationField>, more: &[RepresentationField]) {
    for field in more {
        let same = known
            .iter_mut()
            .find(|other| other.source == field.source && other.name == field.name && other.on == field.on);
        match same {
            Some(other) => unite(&mut other.fields, &field.fields),
            None => known.push(field.clone()),
        }
    }
}
