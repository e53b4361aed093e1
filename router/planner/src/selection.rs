//! The selections that are sent: a growing arena of sets, and the registry of internal keys.
//!
//! All fetches fill one tree of merged data, so a key must mean the same call at one place of the tree whoever fetches it.
//! [`Scopes`] is that promise: it knows for every object position which internal key stands for which call.

use crate::normalize::{NormalField, same_arguments};
use crate::plan::Condition;
use apollo_compiler::ast::{Argument, Type};
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};
use router_schema::SubgraphId;
use std::collections::HashMap;

/// A selection set in [`Selections`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SetId(pub(crate) usize);

/// A position of the merged tree in [`Scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(crate) usize);

/// What a selection set holds.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Field { key: Name, call: Call, condition: Condition, set: Option<SetId> },
    Inline { on: Name, set: SetId },
}

/// A field with its arguments: what is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: Name,
    pub(crate) arguments: Vec<Node<Argument>>,
}

impl Call {
    fn same(&self, other: &Self) -> bool {
        self.name == other.name && same_arguments(&self.arguments, &other.arguments)
    }
}

/// The arena of selection sets.
#[derive(Debug, Default)]
pub(crate) struct Selections {
    sets: Vec<Vec<Item>>,
}

impl Selections {
    pub(crate) fn add(&mut self) -> SetId {
        self.sets.push(Vec::new());
        SetId(self.sets.len() - 1)
    }

    pub(crate) fn items(&self, set: SetId) -> &[Item] {
        &self.sets[set.0]
    }

    /// Selects a call under an internal key; a second selection widens the condition. Gives the set below for a composite, and
    /// the condition that whatever is selected there has to have by itself, because the field is there in other cases, too.
    pub(crate) fn field(
        &mut self,
        set: SetId,
        key: &Name,
        call: &Call,
        condition: &Condition,
        is_composite: bool,
    ) -> Option<(SetId, Condition)> {
        for item in &mut self.sets[set.0] {
            if let Item::Field { key: known, condition: known_condition, set, .. } = item
                && known == key
            {
                let widened = known_condition.or(condition);
                let before = std::mem::replace(known_condition, widened.clone());
                let below = (*set)?;
                if before != widened {
                    self.guard(below, &before);
                }
                let own = if *condition == widened { Condition::always() } else { condition.clone() };
                return Some((below, own));
            }
        }
        let below = is_composite.then(|| self.add());
        let item =
            Item::Field { key: key.clone(), call: call.clone(), condition: condition.clone(), set: below };
        self.sets[set.0].push(item);
        below.map(|below| (below, Condition::always()))
    }

    /// What was selected while the field above had this condition keeps it.
    pub(crate) fn guard(&mut self, set: SetId, above: &Condition) {
        let mut narrower = Vec::new();
        for item in &mut self.sets[set.0] {
            match item {
                Item::Field { key, condition, .. } if key != "__typename" => {
                    *condition = condition.and(above)
                }
                Item::Field { .. } => {}
                Item::Inline { set, .. } => narrower.push(*set),
            }
        }
        narrower.into_iter().for_each(|set| self.guard(set, above));
    }

    /// The set under a type condition.
    pub(crate) fn inline(&mut self, set: SetId, on: &Name) -> SetId {
        for item in &self.sets[set.0] {
            if let Item::Inline { on: known, set } = item
                && known == on
            {
                return *set;
            }
        }
        let below = self.add();
        self.sets[set.0].push(Item::Inline { on: on.clone(), set: below });
        below
    }

    /// Selects in one set what is selected in another; below fields that are there in other cases, too, only in its own.
    pub(crate) fn add_all(&mut self, into: SetId, from: SetId, guard: &Condition) {
        for item in self.sets[from.0].clone() {
            match item {
                Item::Field { key, call, condition, set } => {
                    let guarded = if key == "__typename" { condition } else { condition.and(guard) };
                    let below = self.field(into, &key, &call, &guarded, set.is_some());
                    if let (Some((into, own)), Some(from)) = (below, set) {
                        self.add_all(into, from, &own);
                    }
                }
                Item::Inline { on, set } => {
                    let into = self.inline(into, &on);
                    self.add_all(into, set, guard);
                }
            }
        }
    }

    /// Removes fields that are never asked for, fields below which nothing is selected, type conditions without content, and under a type condition what
    /// is selected around it anyway.
    pub(crate) fn prune(&mut self, set: SetId) {
        self.prune_below(set, &[]);
    }

    fn prune_below(&mut self, set: SetId, around: &[Name]) {
        let mut items = std::mem::take(&mut self.sets[set.0]);
        items.retain(|item| !matches!(item, Item::Field { condition, .. } if condition.is_never()));
        let mut leaves = around.to_vec();
        leaves.extend(items.iter().filter_map(|item| match item {
            Item::Field { key, condition, set: None, .. } if condition.is_always() => Some(key.clone()),
            _ => None,
        }));
        let mut kept = Vec::new();
        for item in items {
            let below = match &item {
                Item::Field { key, set: None, .. } if around.contains(key) => continue,
                Item::Field { set: None, .. } => None,
                Item::Field { set: Some(set), .. } => {
                    self.prune_below(*set, &[]);
                    Some(*set)
                }
                Item::Inline { set, .. } => {
                    self.prune_below(*set, &leaves);
                    Some(*set)
                }
            };
            if below.is_none_or(|below| !self.sets[below.0].is_empty()) {
                kept.push(item);
            }
        }
        self.sets[set.0] = kept;
    }
}

/// Which internal key stands for which call, for every object position.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    scopes: Vec<Scope>,
    aliases: usize,
}

#[derive(Debug, Default)]
struct Scope {
    keys: IndexMap<Name, Held>,
    below: IndexMap<Name, ScopeId>,
    /// By the client's field: the keys it is read from, each with the types whose objects have it there.
    sources: HashMap<u32, Vec<(Name, IndexSet<Name>)>>,
}

/// What a key stands for.
#[derive(Debug)]
struct Held {
    call: Call,
    /// The type of the field in each subgraph that is asked for it. A subgraph refuses one key with two types.
    local: Vec<(SubgraphId, Type)>,
}

impl Held {
    fn fits(&self, call: &Call, subgraph: SubgraphId, local: &Type) -> bool {
        self.call.same(call) && self.local.iter().all(|(other, ty)| *other != subgraph || ty == local)
    }
}

impl Scopes {
    pub(crate) fn add(&mut self) -> ScopeId {
        self.scopes.push(Scope::default());
        ScopeId(self.scopes.len() - 1)
    }

    /// The position below a key.
    pub(crate) fn below(&mut self, scope: ScopeId, key: &Name) -> ScopeId {
        if let Some(below) = self.scopes[scope.0].below.get(key) {
            return *below;
        }
        let below = self.add();
        self.scopes[scope.0].below.insert(key.clone(), below);
        below
    }

    /// The position below a key, when something is planned there.
    pub(crate) fn known_below(&self, scope: ScopeId, key: &Name) -> Option<ScopeId> {
        self.scopes[scope.0].below.get(key).copied()
    }

    /// The keys that a client field is read from, each with the types whose objects have it there.
    pub(crate) fn sources(&self, scope: ScopeId, field: &NormalField) -> &[(Name, IndexSet<Name>)] {
        self.scopes[scope.0].sources.get(&field.origin).map_or(&[], Vec::as_slice)
    }

    /// The internal key of a client field that a subgraph resolves for objects of `ty`, with the field's type there.
    pub(crate) fn source(
        &mut self,
        scope: ScopeId,
        field: &NormalField,
        call: &Call,
        (subgraph, local, ty): (SubgraphId, &Type, &Name),
    ) -> Name {
        let known = self.sources(scope, field).iter().map(|(key, _)| key.clone());
        let known: Vec<Name> = known.collect();
        let held = &self.scopes[scope.0].keys;
        let usable = known.into_iter().find(|key| held[key].fits(call, subgraph, local));
        let key = match usable {
            Some(key) => self.hold(scope, key, call, subgraph, local),
            None => self.key(scope, &field.key, call, subgraph, local),
        };
        let sources = self.scopes[scope.0].sources.entry(field.origin).or_default();
        match sources.iter_mut().find(|(known, _)| *known == key) {
            Some((_, types)) => {
                types.insert(ty.clone());
            }
            None => sources.push((key.clone(), IndexSet::from([ty.clone()]))),
        }
        key
    }

    /// The internal key for a call that some other part of the plan may already have selected under any key.
    pub(crate) fn internal(
        &mut self,
        scope: ScopeId,
        call: &Call,
        subgraph: SubgraphId,
        local: &Type,
    ) -> Name {
        let mut known = self.scopes[scope.0].keys.iter();
        let existing = known.find(|(_, held)| held.fits(call, subgraph, local)).map(|(key, _)| key.clone());
        match existing {
            Some(key) => self.hold(scope, key, call, subgraph, local),
            None => self.key(scope, &call.name, call, subgraph, local),
        }
    }

    /// `wanted` if it is free or already means this call, else a private alias.
    fn key(
        &mut self,
        scope: ScopeId,
        wanted: &Name,
        call: &Call,
        subgraph: SubgraphId,
        local: &Type,
    ) -> Name {
        let keys = &self.scopes[scope.0].keys;
        let is_usable = match keys.get(wanted) {
            Some(held) => held.fits(call, subgraph, local),
            None => wanted != "__typename",
        };
        if is_usable {
            return self.hold(scope, wanted.clone(), call, subgraph, local);
        }
        let is_alias = |key: &Name| key.starts_with("_p");
        let other = keys.iter().find(|(key, held)| is_alias(key) && held.fits(call, subgraph, local));
        let alias = match other {
            Some((key, _)) => key.clone(),
            None => loop {
                self.aliases += 1;
                let alias = Name::new_unchecked(&format!("_p{}_{}", self.aliases, call.name));
                if !self.scopes[scope.0].keys.contains_key(&alias) {
                    break alias;
                }
            },
        };
        self.hold(scope, alias, call, subgraph, local)
    }

    fn hold(&mut self, scope: ScopeId, key: Name, call: &Call, subgraph: SubgraphId, local: &Type) -> Name {
        let held = self.scopes[scope.0].keys.entry(key.clone());
        let held = held.or_insert_with(|| Held { call: call.clone(), local: Vec::new() });
        if !held.local.iter().any(|(other, _)| *other == subgraph) {
            held.local.push((subgraph, local.clone()));
        }
        key
    }
}
