//! Key jumps: entering another subgraph for the object under the cursor.

use crate::PlanError;
use crate::context;
use crate::graph::{Entry, Need};
use crate::normalize::NormalField;
use crate::plan::{Condition, ContextValue, PathElement, RepresentationField, RepresentationType};
use crate::search::{Apart, Cursor, Group, Search};
use crate::selection::{Item, SetId};
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What is sent for an object: its representation, and the arguments that objects above it give.
struct Sent {
    keys: Vec<RepresentationField>,
    requires: Vec<RepresentationField>,
    contexts: Vec<ContextValue>,
}

impl Search<'_> {
    /// Plans fields of the cursor's object in another subgraph; gives back what cannot be reached from there either.
    pub(crate) fn jump(
        &mut self,
        cursor: &Cursor,
        entry: &Entry,
        fields: Vec<NormalField>,
    ) -> Result<Vec<NormalField>, PlanError> {
        // What needs nothing but the key does not wait for what other fields require: others may wait for it. `postpone` sees
        // whether they do.
        let mut by_need: Vec<(Need, Vec<NormalField>)> = Vec::new();
        for field in fields {
            let need = self.graph.need(entry.subgraph, &entry.as_type, &field.name);
            match by_need.iter_mut().find(|(known, _)| known.equals(&need)) {
                Some((known, fields)) => {
                    known.fields.extend(need.fields);
                    fields.push(field);
                }
                None => by_need.push((need, vec![field])),
            }
        }
        let mut left = Vec::new();
        for (need, fields) in by_need {
            let asked = fields.iter().fold(Condition::never(), |or, field| or.or(&field.condition));
            // What is sent along is only selected in the cases in which it is sent.
            let from = Cursor { guard: cursor.guard.and(&asked), ..cursor.clone() };
            let inner = self.enter(&from, entry, &need, &cursor.condition.and(&asked))?;
            for mut field in self.fields(&inner, &fields)? {
                if !field.tried.contains(&entry.subgraph) {
                    field.tried.push(entry.subgraph);
                }
                left.push(field);
            }
        }
        Ok(left)
    }

    /// Enters a subgraph for the cursor's object, sending along what fields need there; gives the cursor inside.
    pub(crate) fn enter(
        &mut self,
        cursor: &Cursor,
        entry: &Entry,
        need: &Need,
        condition: &Condition,
    ) -> Result<Cursor, PlanError> {
        self.spend()?;
        let mut at = cursor.clone();
        at.condition = condition.clone();
        let (keys, mut deps) = self.ensure(&at, &entry.key)?;
        deps.insert(cursor.group);
        let mut required = Vec::new();
        if let Some(requires) = &need.requires {
            let (read, more) = self.ensure(&at, requires)?;
            required = read;
            deps.extend(more);
        }
        let (contexts, more) = self.ensure_contexts(&at, &need.contexts)?;
        deps.extend(more);
        // The representation begins with the name that the subgraph knows the type by. What was read beside the fields is
        // the concrete type's, which would take its place.
        let fields = |read: Vec<RepresentationField>| -> Vec<RepresentationField> {
            read.into_iter().filter(|field| field.name != "__typename").collect()
        };
        let sent = Sent { keys: fields(keys), requires: fields(required), contexts };
        let mut inner = self.open_group(cursor, entry, (&deps, condition), &sent);
        let before = self.groups[inner.group].condition.clone();
        self.widen(inner.group, condition);
        let widened = &self.groups[inner.group].condition;
        if before != *widened && !before.is_never() {
            self.selections.guard(self.groups[inner.group].set, &before);
        }
        if *condition != *widened {
            inner.guard = condition.clone();
        }
        if !need.is_nothing() {
            inner.contextual = Rc::new(self.contextual(need));
            inner.satisfied = Rc::new(need.fields.clone());
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
                && (group.condition == *condition || needs_nothing(group, sent))
                && (!is_apart || requires_equally(&group.representations, &entry.as_type, &sent.requires))
                && go_together(&group.contexts, &sent.contexts)
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
        context::unite(&mut self.groups[group].contexts, &sent.contexts);
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
            contextual: Rc::default(),
            above: cursor.above.clone(),
            entered_from: self.graph.has_contexts.then(|| Rc::new(cursor.clone())),
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

    fn represent(&mut self, group: usize, on: &Name, entry: &Entry, sent: &Sent) {
        let Sent { keys, requires, .. } = sent;
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
pub(crate) fn path_of(cursor: &Cursor) -> Vec<PathElement> {
    let mut path = cursor.path.clone();
    while matches!(path.last(), Some(PathElement::On(_))) {
        path.pop();
    }
    path
}

/// Whether what is to be sent can be sent together with what a group sends already: the same key for the same type, and no
/// field with two values.
fn fits(known: &[RepresentationType], names: &[Name], as_type: &Name, sent: &Sent) -> bool {
    let Sent { keys, requires, .. } = sent;
    known.iter().filter(|ty| names.contains(&ty.on)).all(|ty| {
        ty.send_as == *as_type
            && ty.keys == *keys
            && agree(&ty.keys, requires)
            && agree(&ty.requires, keys)
            && agree(&ty.requires, requires)
    })
}

/// Whether a group can run in more cases than before: what is needed is only there in those that it was asked for.
fn needs_nothing(group: &Group, sent: &Sent) -> bool {
    sent.requires.is_empty()
        && sent.contexts.is_empty()
        && group.contexts.is_empty()
        && group.representations.iter().all(|ty| ty.requires.is_empty())
}

/// Whether the same request can be sent with both: an object without a value for an argument that must have one is not
/// asked for at all, which must not take away what needs no such value.
fn go_together(known: &[ContextValue], more: &[ContextValue]) -> bool {
    let has =
        |all: &[ContextValue], one: &ContextValue| all.iter().any(|other| other.variable == one.variable);
    let is_same = known.iter().all(|one| has(more, one)) && more.iter().all(|one| has(known, one));
    is_same || known.iter().chain(more).all(|one| !one.ty.is_non_null())
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

/// Whether no field has two values.
pub(crate) fn agree(left: &[RepresentationField], right: &[RepresentationField]) -> bool {
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
