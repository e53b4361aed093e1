//! The query graph: what can be resolved where, and how one gets from one subgraph to another.
//!
//! Nodes are types in subgraphs; field edges stay inside a subgraph, key edges jump between two. Everything is looked up in
//! the supergraph model; what is asked for again and again is computed once.

use apollo_compiler::Name;
use indexmap::{IndexMap, IndexSet};
use router_schema::{FieldIn, FieldSet, Key, Selection, SubgraphId, Supergraph, TypeKind};
use std::sync::Arc;

/// The searchable form of a supergraph.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) supergraph: Arc<Supergraph>,
    possible: IndexMap<(SubgraphId, Name), Arc<IndexSet<Name>>>,
    /// Interfaces that a type implements anywhere.
    interfaces: IndexMap<Name, IndexSet<Name>>,
}

/// A key edge: how a subgraph can be entered for an object.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The subgraph that is entered.
    pub(crate) subgraph: SubgraphId,
    /// The type under which it knows the entity: the object's own, or an interface it declares as `@interfaceObject`.
    pub(crate) as_type: Name,
    /// The key to send.
    pub(crate) key: FieldSet,
}

impl Graph {
    pub(crate) fn new(supergraph: Arc<Supergraph>) -> Self {
        let mut possible = IndexMap::new();
        let mut interfaces: IndexMap<Name, IndexSet<Name>> = IndexMap::new();
        for (name, info) in &supergraph.types {
            for (subgraph, here) in &info.subgraphs {
                if matches!(info.kind, TypeKind::Object | TypeKind::Interface | TypeKind::Union) {
                    let types = supergraph.possible_types_in(*subgraph, name);
                    possible.insert((*subgraph, name.clone()), Arc::new(types));
                }
                interfaces.entry(name.clone()).or_default().extend(here.implements.iter().cloned());
            }
        }
        Self { supergraph, possible, interfaces }
    }

    /// The concrete types that a value of this type can have in this subgraph.
    pub(crate) fn possible(&self, subgraph: SubgraphId, ty: &Name) -> Arc<IndexSet<Name>> {
        self.possible.get(&(subgraph, ty.clone())).cloned().unwrap_or_default()
    }

    /// A field as a subgraph defines it.
    pub(crate) fn field(&self, subgraph: SubgraphId, ty: &str, field: &str) -> Option<&FieldIn> {
        self.supergraph.types.get(ty)?.fields.get(field)?.subgraphs.get(&subgraph)
    }

    /// The named type of a field.
    pub(crate) fn field_type(&self, ty: &str, field: &str) -> Option<&Name> {
        Some(self.supergraph.types.get(ty)?.fields.get(field)?.ty.inner_named_type())
    }

    /// Whether the subgraph defines the type.
    pub(crate) fn knows(&self, subgraph: SubgraphId, ty: &str) -> bool {
        self.supergraph.types.get(ty).is_some_and(|info| info.subgraphs.contains_key(&subgraph))
    }

    /// Whether the type is an object for this subgraph, an `@interfaceObject` included.
    pub(crate) fn is_object_in(&self, subgraph: SubgraphId, ty: &str) -> bool {
        self.supergraph.types.get(ty).is_some_and(|info| {
            info.kind == TypeKind::Object
                || info.subgraphs.get(&subgraph).is_some_and(|here| here.is_interface_object)
        })
    }

    /// Whether this subgraph only knows the interface as an object.
    pub(crate) fn is_interface_object(&self, subgraph: SubgraphId, ty: &str) -> bool {
        self.supergraph
            .types
            .get(ty)
            .and_then(|info| info.subgraphs.get(&subgraph))
            .is_some_and(|here| here.is_interface_object)
    }

    /// Whether the subgraph resolves the field by itself, without anything being sent along.
    pub(crate) fn resolves(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.serves(subgraph, ty, field)
            && self.field(subgraph, ty, field).is_some_and(|field| field.requires.is_none())
    }

    /// Whether the subgraph resolves the field once what it requires is sent along.
    pub(crate) fn serves(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.field(subgraph, ty, field).is_some_and(|here| {
            let off = here.override_label.as_ref().is_some_and(|label| label.active);
            !here.is_overridden && !off && (!here.is_external || self.is_in_key(subgraph, ty, field))
        })
    }

    /// Whether the field is part of one of the type's keys there. A key field is always known where the key is, also when it
    /// is written as external.
    fn is_in_key(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.keys(subgraph, ty).any(|key| mentions(&key.fields, field))
    }

    /// The keys that a subgraph has for a type.
    fn keys<'g>(&'g self, subgraph: SubgraphId, ty: &str) -> impl Iterator<Item = &'g Key> + use<'g> {
        let here = self.supergraph.types.get(ty).and_then(|info| info.subgraphs.get(&subgraph));
        here.into_iter().flat_map(|here| here.keys.iter())
    }

    /// Every way into `subgraph` for an object of `ty`: by the type's own keys, then as an interface object.
    pub(crate) fn entries(&self, subgraph: SubgraphId, ty: &Name) -> Vec<Entry> {
        let own = std::iter::once(ty).filter(|ty| self.knows(subgraph, ty));
        let interfaces = self.interfaces.get(ty).into_iter().flatten();
        let as_interface = interfaces.filter(|interface| self.is_interface_object(subgraph, interface));
        let mut entries = Vec::new();
        for as_type in own.chain(as_interface) {
            for key in self.keys(subgraph, as_type).filter(|key| key.resolvable) {
                entries.push(Entry { subgraph, as_type: as_type.clone(), key: key.fields.clone() });
            }
        }
        entries
    }

    /// The type under which a subgraph would serve `field` of an object of type `ty` after a key jump, if it would.
    pub(crate) fn serving_type(&self, subgraph: SubgraphId, ty: &Name, field: &Name) -> Option<Name> {
        self.entries(subgraph, ty)
            .into_iter()
            .map(|entry| entry.as_type)
            .find(|as_type| self.serves_anyhow(subgraph, as_type, field))
    }

    /// Whether a field is served on an object type, or on an interface type by itself or by all implementations there.
    fn serves_anyhow(&self, subgraph: SubgraphId, ty: &Name, field: &Name) -> bool {
        if field == "__typename" {
            return !self.is_interface_object(subgraph, ty);
        }
        if self.is_object_in(subgraph, ty) {
            return self.serves(subgraph, ty, field);
        }
        let possible = self.possible(subgraph, ty);
        !possible.is_empty() && possible.iter().any(|concrete| self.serves(subgraph, concrete, field))
    }

    /// Every subgraph, in order.
    pub(crate) fn subgraphs(&self) -> impl Iterator<Item = SubgraphId> + use<> {
        let count = u32::try_from(self.supergraph.subgraphs.len()).unwrap_or(u32::MAX);
        (0..count).map(SubgraphId)
    }
}

/// Whether a field set selects a field at its top level.
fn mentions(fields: &FieldSet, name: &str) -> bool {
    fields.selections.iter().any(|selection| match selection {
        Selection::Field(field) => field.name == name,
        Selection::Inline(inline) => mentions(&inline.selections, name),
    })
}
