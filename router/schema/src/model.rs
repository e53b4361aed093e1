//! The types of the supergraph model; reading them from SDL is `parse`'s work.

use crate::FieldSet;
use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use indexmap::{IndexMap, IndexSet};

/// A subgraph's position in [`Supergraph::subgraphs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubgraphId(pub u32);

impl SubgraphId {
    /// The position as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A federated graph, ready to be planned against.
#[derive(Clone, Debug)]
pub struct Supergraph {
    /// The subgraphs, sorted by name.
    pub subgraphs: Vec<Subgraph>,
    /// The merged schema with inaccessible elements, without the machinery of the join and link specs.
    pub schema: Valid<Schema>,
    /// What clients see: [`Self::schema`] without inaccessible elements.
    pub api: Valid<Schema>,
    /// Every type by name, with where it can be resolved.
    pub types: IndexMap<Name, TypeInfo>,
    /// The directives in [`Self::schema`] that say who may see what.
    pub guards: GuardNames,
}

/// The names (without `@`) under which a supergraph has the directives of authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardNames {
    /// `@authenticated`
    pub authenticated: String,
    /// `@requiresScopes`
    pub requires_scopes: String,
    /// `@policy`
    pub policy: String,
}

/// One subgraph of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subgraph {
    /// The name people gave it (`product`).
    pub name: String,
    /// The value of the `join__Graph` enum (`PRODUCT`).
    pub graph: Name,
    /// Where it is reached; empty for one that runs in this process.
    pub url: String,
}

/// What kind of type a [`TypeInfo`] describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// `type`
    Object,
    /// `interface`
    Interface,
    /// `union`
    Union,
    /// `enum`
    Enum,
    /// `scalar`
    Scalar,
    /// `input`
    InputObject,
}

/// A type of the merged schema and what each subgraph knows of it.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// The type's name.
    pub name: Name,
    /// Its kind in the merged schema.
    pub kind: TypeKind,
    /// The subgraphs that define it.
    pub subgraphs: IndexMap<SubgraphId, TypeIn>,
    /// Its output fields; empty for anything but objects and interfaces.
    pub fields: IndexMap<Name, FieldInfo>,
    /// The contexts that an object of this type sets for everything selected below it (`@context`). An object also sets the
    /// contexts of its interfaces and unions: see [`Supergraph::contexts_of`].
    pub contexts: IndexSet<String>,
}

/// A type as one subgraph defines it.
#[derive(Clone, Debug, Default)]
pub struct TypeIn {
    /// The keys by which this subgraph identifies the entity, in the order written.
    pub keys: Vec<Key>,
    /// The subgraph declares the interface as an object with `@interfaceObject`: it answers with the interface's name as
    /// `__typename` and knows no implementation.
    pub is_interface_object: bool,
    /// The interfaces that the type implements in this subgraph.
    pub implements: IndexSet<Name>,
    /// The members that this subgraph's union has.
    pub members: IndexSet<Name>,
    /// The enum values that this subgraph knows.
    pub values: IndexSet<Name>,
}

/// One `@key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The fields that make up the key.
    pub fields: FieldSet,
    /// Whether the subgraph resolves the entity from it (`resolvable: false` only names it).
    pub resolvable: bool,
}

/// A field of the merged schema and the terms on which each subgraph serves it.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    /// The field's name.
    pub name: Name,
    /// Its type in the merged schema.
    pub ty: Type,
    /// The subgraphs that define it, external definitions included.
    pub subgraphs: IndexMap<SubgraphId, FieldIn>,
}

/// A field as one subgraph defines it.
#[derive(Clone, Debug)]
pub struct FieldIn {
    /// Its type there, which may differ in nullability from the merged one.
    pub ty: Type,
    /// The subgraph only refers to it (`@external`); it is resolvable there solely along a `@provides` path or as part of a key.
    pub is_external: bool,
    /// What the subgraph must be sent with the representation before it can resolve the field.
    pub requires: Option<FieldSet>,
    /// What the subgraph can resolve below the field although it does not own it.
    pub provides: Option<FieldSet>,
    /// Another subgraph took the field over with `@override`: it must not be resolved here.
    pub is_overridden: bool,
    /// The condition under which an `@override` holds, for a progressive one.
    pub override_label: Option<OverrideLabel>,
    /// Arguments that this subgraph is given from contexts (`@fromContext`); clients do not see them.
    pub context_arguments: Vec<ContextArgument>,
}

/// An argument whose value the nearest object above sets, among those of the types with the context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextArgument {
    /// The argument's name in the subgraph.
    pub name: Name,
    /// Its type there.
    pub ty: Type,
    /// The context, by the name that is unique in the supergraph (`prices__customer`).
    pub context: String,
    /// The path to the value from the object that sets the context: one leaf, by fragments where its types differ.
    pub selection: FieldSet,
}

/// The label of a progressive `@override`, as evaluated per request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OverrideLabel {
    /// The label as written (`percent(25)`, `rollout`).
    pub label: String,
    /// Whether the field is served here when the label is active (the overriding subgraph) or when it is not (the overridden one).
    pub active: bool,
}

impl Supergraph {
    /// The subgraph with this id.
    #[must_use]
    pub fn subgraph(&self, id: SubgraphId) -> &Subgraph {
        &self.subgraphs[id.index()]
    }

    /// The id of the subgraph with this name.
    #[must_use]
    pub fn subgraph_named(&self, name: &str) -> Option<SubgraphId> {
        let index = self.subgraphs.iter().position(|subgraph| subgraph.name == name)?;
        Some(SubgraphId(u32::try_from(index).expect("a graph has fewer than 2^32 subgraphs")))
    }

    /// The name of the root type for an operation kind, when the graph has one.
    #[must_use]
    pub fn root(&self, operation: OperationType) -> Option<&Name> {
        self.schema.root_operation(operation)
    }

    /// The object types that a value of this type can have in the merged schema, itself for an object type.
    #[must_use]
    pub fn possible_types(&self, name: &str) -> IndexSet<Name> {
        match self.types.get(name) {
            Some(info) if info.kind == TypeKind::Object => IndexSet::from([info.name.clone()]),
            Some(info) if info.kind == TypeKind::Union => {
                info.subgraphs.values().flat_map(|union| union.members.iter().cloned()).collect()
            }
            Some(info) if info.kind == TypeKind::Interface => self
                .types
                .values()
                .filter(|other| other.kind == TypeKind::Object)
                .filter(|object| {
                    object.subgraphs.values().any(|object| object.implements.contains(&info.name))
                })
                .map(|object| object.name.clone())
                .collect(),
            _ => IndexSet::new(),
        }
    }

    /// Whether any type sets a context.
    #[must_use]
    pub fn has_contexts(&self) -> bool {
        self.types.values().any(|info| !info.contexts.is_empty())
    }

    /// The contexts that an object of this type sets: its own and those of its interfaces and unions.
    #[must_use]
    pub fn contexts_of(&self, object: &str) -> IndexSet<&str> {
        let abstract_types = self.types.values().filter(|info| {
            let is_abstract = matches!(info.kind, TypeKind::Interface | TypeKind::Union);
            is_abstract && !info.contexts.is_empty() && self.possible_types(&info.name).contains(object)
        });
        let own = self.types.get(object).into_iter();
        own.chain(abstract_types).flat_map(|info| info.contexts.iter().map(String::as_str)).collect()
    }

    /// The object types that a value of this type can have when `subgraph` returns it. For an `@interfaceObject` that is the
    /// interface's own name.
    #[must_use]
    pub fn possible_types_in(&self, subgraph: SubgraphId, name: &str) -> IndexSet<Name> {
        let Some(info) = self.types.get(name) else { return IndexSet::new() };
        let Some(here) = info.subgraphs.get(&subgraph) else { return IndexSet::new() };
        match info.kind {
            TypeKind::Object => IndexSet::from([info.name.clone()]),
            TypeKind::Interface if here.is_interface_object => IndexSet::from([info.name.clone()]),
            TypeKind::Union => here.members.clone(),
            TypeKind::Interface => self
                .types
                .values()
                .filter(|other| other.kind == TypeKind::Object)
                .filter(|object| {
                    object
                        .subgraphs
                        .get(&subgraph)
                        .is_some_and(|object| object.implements.contains(&info.name))
                })
                .map(|object| object.name.clone())
                .collect(),
            TypeKind::Enum | TypeKind::Scalar | TypeKind::InputObject => IndexSet::new(),
        }
    }
}
