//! The selections that are sent: a growing arena of sets, and the registry of internal keys.
//!
//! All fetches fill one tree of merged data, so a key must mean the same call at one place of the tree whoever fetches it.
//! [`Scopes`] is that promise: it knows for every object position which internal key stands for which call.

use crate::normalize::same_arguments;
use crate::plan::Condition;
use apollo_compiler::ast::{Argument, Type};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

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

    /// Selects a call under an internal key; a second selection widens the condition. Gives the set below for a composite.
    pub(crate) fn field(
        &mut self,
        set: SetId,
        key: &Name,
        call: &Call,
        condition: &Condition,
        is_composite: bool,
    ) -> Option<SetId> {
        for item in &mut self.sets[set.0] {
            if let Item::Field { key: known, condition: known_condition, set, .. } = item
                && known == key
            {
                *known_condition = known_condition.or(condition);
                return *set;
            }
        }
        let below = is_composite.then(|| self.add());
        let item =
            Item::Field { key: key.clone(), call: call.clone(), condition: condition.clone(), set: below };
        self.sets[set.0].push(item);
        below
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

    /// Removes fields below which nothing is selected and type conditions without content.
    pub(crate) fn prune(&mut self, set: SetId) {
        let mut kept = Vec::new();
        for item in std::mem::take(&mut self.sets[set.0]) {
            let below = match &item {
                Item::Field { set, .. } => *set,
                Item::Inline { set, .. } => Some(*set),
            };
            if let Some(below) = below {
                self.prune(below);
                if self.sets[below.0].is_empty() {
                    continue;
                }
            }
            kept.push(item);
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
    keys: IndexMap<Name, (Call, Type)>,
    below: IndexMap<Name, ScopeId>,
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

    /// The internal key for a call, `wanted` if it is free or already means this call, else a private alias.
    pub(crate) fn key(&mut self, scope: ScopeId, wanted: &Name, call: &Call, ty: &Type) -> Name {
        let keys = &self.scopes[scope.0].keys;
        match keys.get(wanted) {
            Some((known, known_ty)) if known.same(call) && known_ty == ty => return wanted.clone(),
            None if wanted != "__typename" => {}
            _ => {
                let other = keys.iter().find(|(key, (known, known_ty))| {
                    key.starts_with("_p") && known.same(call) && known_ty == ty
                });
                if let Some((key, _)) = other {
                    return key.clone();
                }
                self.aliases += 1;
                let alias = Name::new_unchecked(&format!("_p{}_{}", self.aliases, call.name));
                self.scopes[scope.0].keys.insert(alias.clone(), (call.clone(), ty.clone()));
                return alias;
            }
        }
        self.scopes[scope.0].keys.insert(wanted.clone(), (call.clone(), ty.clone()));
        wanted.clone()
    }

    /// The internal key for a call that some other part of the plan may already have selected under any key.
    pub(crate) fn key_for_internal(&mut self, scope: ScopeId, call: &Call, ty: &Type) -> Name {
        let known = self.scopes[scope.0].keys.iter();
        let existing = known
            .filter(|(_, (known, known_ty))| known.same(call) && known_ty == ty)
            .map(|(key, _)| key.clone())
            .next();
        existing.unwrap_or_else(|| self.key(scope, &call.name, call, ty))
    }
}
