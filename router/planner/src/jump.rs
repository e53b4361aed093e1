//! Key jumps: entering another subgraph for the object under the cursor.

use crate::PlanError;
use crate::graph::Entry;
use crate::normalize::NormalField;
use crate::plan::{Condition, PathElement, RepresentationField, RepresentationType};
use crate::search::{Apart, Cursor, Search};
use crate::selection::{Item, SetId};
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use indexmap::{IndexMap, IndexSet};
use router_schema::FieldSet;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What is read into a representation.
type Sent = (Vec<RepresentationField>, Vec<RepresentationField>);

impl Search<'_> {
    /// Plans fields of the cursor's object in another subgraph; gives back what cannot be reached from there either.
    pub(crate) fn jump(
        &mut self,
        cursor: &Cursor,
        entry: &Entry,
        fields: Vec<NormalField>,
    ) -> Result<Vec<NormalField>, PlanError> {
        // What needs nothing but the key must not wait for what other fields require.
        let mut by_need: IndexMap<String, (Option<FieldSet>, Vec<NormalField>)> = IndexMap::new();
        for field in fields {
            let requires = self.graph.requires(entry.subgraph, &entry.as_type, &field.name).cloned();
            let need = requires.as_ref().map(FieldSet::to_string).unwrap_or_default();
            by_need.entry(need).or_insert_with(|| (requires, Vec::new())).1.push(field);
        }
        let mut left = Vec::new();
        for (requires, fields) in by_need.into_values() {
            let condition = fields
                .iter()
                .fold(Condition::never(), |or, field| or.or(&cursor.condition.and(&field.condition)));
            let mut inner = self.enter(cursor, entry, requires.as_ref(), &condition)?;
            if requires.is_some() {
                inner.satisfied = Rc::new(fields.iter().map(|field| field.name.clone()).collect());
            }
            for mut field in self.fields(&inner, &fields)? {
                if !field.tried.contains(&entry.subgraph) {
                    field.tried.push(entry.subgraph);
                }
                left.push(field);
            }
        }
        Ok(left)
    }

    /// Enters a subgraph for the cursor's object, sending along what is required there; gives the cursor inside.
    pub(crate) fn enter(
        &mut self,
        cursor: &Cursor,
        entry: &Entry,
        requires: Option<&FieldSet>,
        condition: &Condition,
    ) -> Result<Cursor, PlanError> {
        self.spend()?;
        let mut at = cursor.clone();
        at.condition = condition.clone();
        let (keys, mut deps) = self.ensure(&at, &entry.key)?;
        deps.insert(cursor.group);
        let mut required = Vec::new();
        if let Some(requires) = requires {
            let (read, more) = self.ensure(&at, requires)?;
            required = read;
            deps.extend(more);
        }
        // The representation begins with the name that the subgraph knows the type by. What was read beside the fields is
        // the concrete type's, which would take its place.
        let fields = |read: Vec<RepresentationField>| -> Vec<RepresentationField> {
            read.into_iter().filter(|field| field.name != "__typename").collect()
        };
        let mut inner = self.open_group(cursor, entry, (&deps, condition), &(fields(keys), fields(required)));
        let before = self.groups[inner.group].condition.clone();
        self.widen(inner.group, condition);
        let widened = &self.groups[inner.group].condition;
        if before != *widened && !before.is_never() {
            self.selections.guard(self.groups[inner.group].set, &before);
        }
        if *condition != *widened {
            inner.guard = condition.clone();
        }
        Ok(inner)
    }

    /// The group that asks `entry.subgraph` at this place after these fetches; one that fits is used again.
    fn open_group(
        &mut self,
        cursor: &Cursor,
        entry: &Entry,
        (deps, condition): (&BTreeSet<usize>, &Condition),
        sent: &Sent,
    ) -> Cursor {
        if entry.key.is_empty() {
            return self.open_root_group(cursor, entry, deps);
        }
        self.select_typename_at(cursor);
        let path = path_of(cursor);
        let (deps, _) = self.tips(deps);
        let names = self.runtime_names(cursor);
        let is_apart = self.apart.contains(&(entry.subgraph, entry.as_type.clone()));
        let known = self.groups.iter().position(|group| {
            group.is_entity
                && group.subgraph == entry.subgraph
                && group.path == path
                && group.deps == deps
                && fits(&group.representations, &names, &entry.as_type, sent)
                && (group.condition == *condition || requires_nothing(&group.representations, &sent.1))
                && (!is_apart || requires_equally(&group.representations, &entry.as_type, &sent.1))
        });
        let group = known.unwrap_or_else(|| {
            let group = self.add_group(OperationType::Query, entry.subgraph, path, &deps);
            self.groups[group].is_entity = true;
            group
        });
        let set = self.selections.inline(self.groups[group].set, &entry.as_type);
        for on in names {
            self.represent(group, &on, entry, sent);
        }
        self.inside(cursor, entry, group, set)
    }

    /// Entities for which a group sends what fields of one concrete type require, and less for another type. As it asks the
    /// same fields for all that is sent under one name, some would have to be resolved without what they require.
    pub(crate) fn uneven(&self) -> Apart {
        let mut uneven = Apart::new();
        for group in &self.groups {
            for ty in &group.representations {
                if !requires_equally(&group.representations, &ty.send_as, &ty.requires) {
                    uneven.insert((group.subgraph, ty.send_as.clone()));
                }
            }
        }
        uneven
    }

    /// The query root needs no key: its fields are asked for as at the start, only the answer goes elsewhere.
    fn open_root_group(&mut self, cursor: &Cursor, entry: &Entry, deps: &BTreeSet<usize>) -> Cursor {
        let path = path_of(cursor);
        self.select_typename(cursor.set);
        let (deps, _) = self.tips(deps);
        let known = self.groups.iter().position(|group| {
            !group.is_entity && group.subgraph == entry.subgraph && group.path == path && group.deps == deps
        });
        let group =
            known.unwrap_or_else(|| self.add_group(OperationType::Query, entry.subgraph, path, &deps));
        let set = self.groups[group].set;
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
            guard: Condition::always(),
            provides: Rc::default(),
            satisfied: Rc::default(),
            has_typename: cursor.has_typename || !was_stand_in || is_stand_in,
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

    fn represent(&mut self, group: usize, on: &Name, entry: &Entry, (keys, requires): &Sent) {
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
                keys: keys.clone(),
                requires: requires.clone(),
            });
        }
    }

    /// A representation needs the object's `__typename`; selects it where no earlier fetch brought it.
    fn select_typename_at(&mut self, cursor: &Cursor) {
        let top = self.groups[cursor.group].set;
        let is_top = |item: &Item| matches!(item, Item::Inline { set, .. } if *set == cursor.set);
        let brought_before =
            self.groups[cursor.group].is_entity && self.selections.items(top).iter().any(is_top);
        if !brought_before {
            self.select_typename(cursor.set);
        }
    }
}

/// Where the cursor's object is; its own type is left to the representations.
fn path_of(cursor: &Cursor) -> Vec<PathElement> {
    let mut path = cursor.path.clone();
    while matches!(path.last(), Some(PathElement::On(_))) {
        path.pop();
    }
    path
}

/// Whether what is to be sent can be sent together with what a group sends already: the same key for the same type, and no
/// field with two values.
fn fits(known: &[RepresentationType], names: &[Name], as_type: &Name, (keys, requires): &Sent) -> bool {
    known.iter().filter(|ty| names.contains(&ty.on)).all(|ty| {
        ty.send_as == *as_type
            && ty.keys == *keys
            && agree(&ty.keys, requires)
            && agree(&ty.requires, keys)
            && agree(&ty.requires, requires)
    })
}

/// Whether a group can run in more cases than before: what is required is only there in those that it was asked for.
fn requires_nothing(known: &[RepresentationType], requires: &[RepresentationField]) -> bool {
    requires.is_empty() && known.iter().all(|ty| ty.requires.is_empty())
}

/// Whether all that is sent under this name has these required fields and no others.
fn requires_equally(known: &[RepresentationType], send_as: &Name, requires: &[RepresentationField]) -> bool {
    known.iter().filter(|ty| ty.send_as == *send_as).all(|ty| same_names(&ty.requires, requires))
}

fn same_names(left: &[RepresentationField], right: &[RepresentationField]) -> bool {
    let has = |all: &[RepresentationField], wanted: &RepresentationField| {
        all.iter().any(|field| field.name == wanted.name && same_names(&field.fields, &wanted.fields))
    };
    left.iter().all(|field| has(right, field)) && right.iter().all(|field| has(left, field))
}

fn agree(left: &[RepresentationField], right: &[RepresentationField]) -> bool {
    let may_meet = |left: &RepresentationField, right: &RepresentationField| match (&left.on, &right.on) {
        (Some(left), Some(right)) => left.iter().any(|ty| right.contains(ty)),
        _ => true,
    };
    left.iter().all(|left| {
        let same = right.iter().filter(|right| right.name == left.name && may_meet(left, right));
        same.into_iter().all(|right| right.source == left.source && agree(&left.fields, &right.fields))
    })
}

/// Adds fields that are not yet read.
pub(crate) fn unite(known: &mut Vec<RepresentationField>, more: &[RepresentationField]) {
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

/// The names of several fields, for a cursor that has all their requirements.
pub(crate) fn one_name(name: &Name) -> Rc<IndexSet<Name>> {
    Rc::new(IndexSet::from([name.clone()]))
}
