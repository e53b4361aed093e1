//! The query graph: what can be resolved where, and how one gets from one subgraph to another.
//!
//! Nodes are types in subgraphs; field edges stay inside a subgraph, key edges ([`Entry`]) jump between two. Everything is
//! looked up in the supergraph model; what is asked for again and again is computed once. How far things are from one
//! another is the knowledge of `reach`.

use crate::labels::{Labels, PlanOptions};
use ahash::AHashMap;
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use indexmap::{IndexMap, IndexSet};
use router_schema::{ContextArgument, FieldIn, FieldSet, Key, Selection, SubgraphId, Supergraph, TypeKind};
use std::sync::Arc;

/// By subgraph and type: the concrete types that a value can have.
type PossibleTypes = AHashMap<(SubgraphId, Name), Arc<IndexSet<Name>>>;

/// The searchable form of a supergraph under the options of a plan. Cheap to clone. Composition proves on it that every field
/// can be reached.
#[derive(Clone, Debug)]
pub struct Graph {
    pub(crate) supergraph: Arc<Supergraph>,
    pub(crate) labels: Labels,
    /// Whether any type sets a context.
    pub(crate) has_contexts: bool,
    /// The names of fields that take an argument from one.
    pub(crate) contextual: Arc<IndexSet<Name>>,
    possible: Arc<PossibleTypes>,
    /// By type: the subgraphs that can be entered for it, in order, with the ways in.
    entries: Arc<AHashMap<Name, IndexMap<SubgraphId, Vec<Entry>>>>,
}

/// A key edge: how a subgraph can be entered for an object.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The subgraph that is entered.
    pub subgraph: SubgraphId,
    /// The type under which it knows the entity: the object's own, or an interface it declares as `@interfaceObject`.
    pub as_type: Name,
    /// The key to send.
    pub key: FieldSet,
}

/// What a subgraph must be told before it resolves fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Need {
    /// The fields that need it.
    pub(crate) fields: IndexSet<Name>,
    /// What goes into the representation.
    pub(crate) requires: Option<FieldSet>,
    /// What objects further up give as arguments.
    pub(crate) contexts: Vec<ContextArgument>,
}

impl Need {
    /// Whether the key is enough.
    pub(crate) fn is_nothing(&self) -> bool {
        self.requires.is_none() && self.contexts.is_empty()
    }

    /// Whether two fields can be asked for with the same things sent along.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.requires == other.requires && self.contexts == other.contexts
    }
}

impl Graph {
    /// The graph while no override label is active.
    #[must_use]
    pub fn new(supergraph: Arc<Supergraph>) -> Self {
        let mut possible = AHashMap::new();
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
        let entries = Arc::new(all_entries(&supergraph, &interfaces));
        let labels = Labels::new(&supergraph);
        let has_contexts = supergraph.has_contexts();
        let contextual = Arc::new(contextual(&supergraph));
        Self { supergraph, labels, has_contexts, contextual, possible: Arc::new(possible), entries }
    }

    /// The graph under these options.
    pub(crate) fn with(&self, options: &PlanOptions) -> Self {
        Self { labels: self.labels.with(options), ..self.clone() }
    }

    /// The concrete types that a value of this type can have in this subgraph.
    pub(crate) fn possible(&self, subgraph: SubgraphId, ty: &Name) -> Arc<IndexSet<Name>> {
        self.possible.get(&(subgraph, ty.clone())).cloned().unwrap_or_default()
    }

    /// A field as a subgraph defines it.
    #[must_use]
    pub fn field(&self, subgraph: SubgraphId, ty: &str, field: &str) -> Option<&FieldIn> {
        self.supergraph.types.get(ty)?.fields.get(field)?.subgraphs.get(&subgraph)
    }

    /// What a subgraph must be sent before it resolves the field.
    pub(crate) fn requires(&self, subgraph: SubgraphId, ty: &str, field: &str) -> Option<&FieldSet> {
        self.field(subgraph, ty, field)?.requires.as_ref()
    }

    /// What a subgraph must be told before it resolves the field.
    pub(crate) fn need(&self, subgraph: SubgraphId, ty: &str, field: &Name) -> Need {
        let here = self.field(subgraph, ty, field);
        Need {
            fields: IndexSet::from([field.clone()]),
            requires: here.and_then(|here| here.requires.clone()),
            contexts: here.map(|here| here.context_arguments.clone()).unwrap_or_default(),
        }
    }

    /// Whether a subgraph must be told something before it resolves the field, and so must be entered for it.
    pub(crate) fn needs_something(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.field(subgraph, ty, field)
            .is_some_and(|here| here.requires.is_some() || !here.context_arguments.is_empty())
    }

    /// Whether the type is an object for this subgraph, an `@interfaceObject` included.
    pub(crate) fn is_object_in(&self, subgraph: SubgraphId, ty: &str) -> bool {
        self.supergraph.types.get(ty).is_some_and(|info| {
            info.kind == TypeKind::Object
                || info.subgraphs.get(&subgraph).is_some_and(|here| here.is_interface_object)
        })
    }

    /// Whether this subgraph only knows the interface as an object.
    #[must_use]
    pub fn is_interface_object(&self, subgraph: SubgraphId, ty: &str) -> bool {
        is_interface_object(&self.supergraph, subgraph, ty)
    }

    /// Whether values of the type have fields.
    pub(crate) fn is_composite(&self, ty: &str) -> bool {
        self.supergraph
            .types
            .get(ty)
            .is_some_and(|info| matches!(info.kind, TypeKind::Object | TypeKind::Interface | TypeKind::Union))
    }

    /// Whether values of the type in the merged schema can have several concrete types.
    pub(crate) fn is_abstract(&self, ty: &str) -> bool {
        self.is_composite(ty) && self.supergraph.schema.get_object(ty).is_none()
    }

    /// Whether the subgraph resolves the field by itself, without anything being sent along.
    pub(crate) fn resolves(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.serves(subgraph, ty, field) && !self.needs_something(subgraph, ty, field)
    }

    /// Whether the subgraph resolves the field once what it needs is sent along.
    pub(crate) fn serves(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.owns(subgraph, ty, field)
            && self.field(subgraph, ty, field).is_some_and(|here| !self.is_moved(here))
    }

    /// Whether the subgraph resolves the field once what it needs is sent along, whatever override labels are active.
    #[must_use]
    pub fn owns(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        self.field(subgraph, ty, field).is_some_and(|here| {
            !here.is_overridden && (!here.is_external || self.is_in_key(subgraph, ty, field))
        })
    }

    /// Whether the field is part of one of the type's keys there. A key field is always known where the key is, also when it
    /// is written as external.
    fn is_in_key(&self, subgraph: SubgraphId, ty: &str, field: &str) -> bool {
        keys(&self.supergraph, subgraph, ty).any(|key| mentions(&key.fields, field))
    }

    /// Every way into `subgraph` for an object of `ty`: by the type's own keys, then as an interface object.
    pub(crate) fn entries(&self, subgraph: SubgraphId, ty: &Name) -> &[Entry] {
        self.entries.get(ty).and_then(|all| all.get(&subgraph)).map_or(&[], Vec::as_slice)
    }

    /// Every way into any subgraph for an object of `ty`, subgraph by subgraph.
    pub fn all_entries(&self, ty: &Name) -> impl Iterator<Item = &Entry> {
        self.entries.get(ty).into_iter().flat_map(|by_subgraph| by_subgraph.values().flatten())
    }

    /// Whether a field is served on an object type, or on an interface type by itself or by an implementation there.
    pub(crate) fn serves_anyhow(&self, subgraph: SubgraphId, ty: &Name, field: &str) -> bool {
        if field == "__typename" {
            return !self.is_interface_object(subgraph, ty);
        }
        if self.is_object_in(subgraph, ty) {
            return self.serves(subgraph, ty, field);
        }
        self.possible(subgraph, ty).iter().any(|concrete| self.serves(subgraph, concrete, field))
    }

    /// Whether the subgraph defines the type.
    pub(crate) fn knows(&self, subgraph: SubgraphId, ty: &str) -> bool {
        self.supergraph.types.get(ty).is_some_and(|info| info.subgraphs.contains_key(&subgraph))
    }

    /// Whether the type is the one that queries start at.
    pub(crate) fn is_query_root(&self, ty: &Name) -> bool {
        self.supergraph.root(OperationType::Query) == Some(ty)
    }

    /// Every subgraph, in order.
    pub(crate) fn subgraphs(&self) -> impl Iterator<Item = SubgraphId> + use<> {
        all_subgraphs(&self.supergraph)
    }
}

fn all_subgraphs(supergraph: &Supergraph) -> impl Iterator<Item = SubgraphId> + use<> {
    let count = u32::try_from(supergraph.subgraphs.len()).unwrap_or(u32::MAX);
    (0..count).map(SubgraphId)
}

fn all_entries(
    supergraph: &Supergraph,
    interfaces: &IndexMap<Name, IndexSet<Name>>,
) -> AHashMap<Name, IndexMap<SubgraphId, Vec<Entry>>> {
    let mut all = AHashMap::new();
    for name in supergraph.types.keys() {
        let mut by_subgraph = IndexMap::new();
        for subgraph in all_subgraphs(supergraph) {
            let implemented = interfaces.get(name).into_iter().flatten();
            let stand_ins =
                implemented.filter(|interface| is_interface_object(supergraph, subgraph, interface));
            let mut entries: Vec<Entry> = Vec::new();
            for as_type in std::iter::once(name).chain(stand_ins) {
                for key in keys(supergraph, subgraph, as_type).filter(|key| key.resolvable) {
                    entries.push(Entry { subgraph, as_type: as_type.clone(), key: key.fields.clone() });
                }
            }
            if !entries.is_empty() {
                by_subgraph.insert(subgraph, entries);
            }
        }
        if !by_subgraph.is_empty() {
            all.insert(name.clone(), by_subgraph);
        }
    }
    all
}

fn contextual(supergraph: &Supergraph) -> IndexSet<Name> {
    let fields = supergraph.types.values().flat_map(|info| info.fields.values());
    let takes =
        fields.filter(|field| field.subgraphs.values().any(|here| !here.context_arguments.is_empty()));
    takes.map(|field| field.name.clone()).collect()
}

fn is_interface_object(supergraph: &Supergraph, subgraph: SubgraphId, ty: &str) -> bool {
    let here = supergraph.types.get(ty).and_then(|info| info.subgraphs.get(&subgraph));
    here.is_some_and(|here| here.is_interface_object)
}

/// The keys that a subgraph has for a type.
fn keys<'g>(supergraph: &'g Supergraph, subgraph: SubgraphId, ty: &str) -> impl Iterator<Item = &'g Key> {
    let here = supergraph.types.get(ty).and_then(|info| info.subgraphs.get(&subgraph));
    here.into_iter().flat_map(|here| here.keys.iter())
}

/// Whether a field set selects a field at its top level.
fn mentions(fields: &FieldSet, name: &str) -> bool {
    fields.selections.iter().any(|selection| match selection {
        Selection::Field(field) => field.name == name,
        Selection::Inline(inline) => mentions(&inline.selections, name),
    })
}
