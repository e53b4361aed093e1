//! What the merged data will hold: for every place and concrete type the keys, and which fetch brings them.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use indexmap::{IndexMap, IndexSet};
use std::collections::BTreeSet;

/// The key of a `__typename` that is only an interface object's, not the concrete type's.
pub(super) const STAND_IN_NAME: &str = "__typename of an interface object";

/// A place in [`Tree`].
pub(super) type Place = usize;

/// The merged data in the making.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    fields: IndexMap<Name, Vec<Produced>>,
    children: IndexMap<Name, Place>,
    /// By the type of the object above, then by fetch: the concrete types that it can bring here.
    types: IndexMap<Name, IndexMap<usize, IndexSet<Name>>>,
}

/// A key that a fetch brings.
#[derive(Clone, Debug)]
pub(super) struct Produced {
    pub(super) fetch: usize,
    /// The concrete types whose objects get it.
    pub(super) on: IndexSet<Name>,
    /// The field's name.
    pub(super) name: Name,
    /// The field with its arguments.
    pub(super) call: String,
    /// The field's type in the fetch's subgraph.
    pub(super) ty: Type,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()] }
    }

    /// The place below a key.
    pub(super) fn child(&mut self, place: Place, key: &Name) -> Place {
        if let Some(known) = self.nodes[place].children.get(key) {
            return *known;
        }
        self.nodes.push(Node::default());
        let child = self.nodes.len() - 1;
        self.nodes[place].children.insert(key.clone(), child);
        child
    }

    pub(super) fn known_child(&self, place: Place, key: &Name) -> Option<Place> {
        self.nodes[place].children.get(key).copied()
    }

    /// Notes that a fetch can bring objects of these types below objects of those.
    pub(super) fn add_types(
        &mut self,
        place: Place,
        fetch: usize,
        above: &IndexSet<Name>,
        types: &IndexSet<Name>,
    ) {
        for ty in above {
            let by_fetch = self.nodes[place].types.entry(ty.clone()).or_default();
            by_fetch.entry(fetch).or_default().extend(types.iter().cloned());
        }
    }

    /// The concrete types that objects here can have below objects of those: what all fetches that bring the object agree on.
    pub(super) fn types(&self, place: Place, above: &IndexSet<Name>) -> IndexSet<Name> {
        let mut found = IndexSet::new();
        for by_fetch in above.iter().filter_map(|ty| self.nodes[place].types.get(ty)) {
            let mut sets = by_fetch.values();
            let Some(first) = sets.next() else { continue };
            let rest: Vec<_> = sets.collect();
            found.extend(first.iter().filter(|ty| rest.iter().all(|set| set.contains(*ty))).cloned());
        }
        found
    }

    /// Adds what a fetch brings; gives back what stands in its way.
    pub(super) fn produce(&mut self, place: Place, key: &Name, produced: Produced) -> Option<String> {
        let known = self.nodes[place].fields.entry(key.clone()).or_default();
        let clash = known.iter().find(|other| {
            let meets = other.on.iter().any(|ty| produced.on.contains(ty));
            (meets && other.call != produced.call)
                || (other.fetch == produced.fetch && other.ty != produced.ty)
        });
        let finding = clash.map(|other| {
            format!("`{key}` is both `{}: {}` and `{}: {}`", other.call, other.ty, produced.call, produced.ty)
        });
        known.push(produced);
        finding
    }

    /// The entries under a key for objects of one type, from some of the fetches.
    pub(super) fn produced<'t>(
        &'t self,
        place: Place,
        key: &str,
        ty: &'t Name,
        among: Option<&'t BTreeSet<usize>>,
    ) -> impl Iterator<Item = &'t Produced> {
        let all = self.nodes[place].fields.get(key).into_iter().flatten();
        all.filter(move |one| one.on.contains(ty) && among.is_none_or(|among| among.contains(&one.fetch)))
    }

    /// Whether a fetch of these brings a `__typename`, be it only an interface object's.
    pub(super) fn has_any_name(&self, place: Place, ty: &Name, among: Option<&BTreeSet<usize>>) -> bool {
        self.produced(place, "__typename", ty, among).next().is_some()
            || self.produced(place, STAND_IN_NAME, ty, among).next().is_some()
    }
}
