//! What the merge produces: the supergraph's elements, each with the subgraphs that it came from and on which terms.

use super::Composed;
use apollo_compiler::ast::{Directive, DirectiveDefinition, Type, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use std::collections::{BTreeMap, BTreeSet};

/// A subgraph's position in the sorted list.
pub(crate) type Graph = usize;

/// The merged graph.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// Every type by name, in alphabetical order.
    pub(crate) types: BTreeMap<Name, MergedType>,
    /// Directives that clients may use, known to every subgraph.
    pub(crate) directives: Vec<DirectiveDefinition>,
    /// What stands on the schema itself.
    pub(crate) schema: Notes,
    /// The directives of other specs than federation's.
    pub(crate) composed: Vec<Composed>,
}

/// What every element has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) description: Option<Node<str>>,
    /// Merged directives under their usual names: `@tag`, `@inaccessible`, `@deprecated` …
    pub(crate) marks: Vec<Directive>,
}

impl Notes {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.marks.iter().any(|mark| mark.name == name)
    }
}

#[derive(Debug)]
pub(crate) struct MergedType {
    pub(crate) notes: Notes,
    pub(crate) placement: BTreeMap<Graph, Placement>,
    pub(crate) body: Body,
}

/// A type in one subgraph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placement {
    pub(crate) keys: Vec<Key>,
    pub(crate) is_interface_object: bool,
}

impl Placement {
    /// Whether it is an interface object that can be reached, so that it serves the implementations.
    pub(crate) fn is_standing_in(&self) -> bool {
        self.is_interface_object && !self.keys.is_empty()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) fields: String,
    pub(crate) is_resolvable: bool,
}

#[derive(Debug)]
pub(crate) enum Body {
    Scalar,
    Object(Composite),
    Interface(Composite),
    Union(IndexMap<Name, BTreeSet<Graph>>),
    Enum(IndexMap<Name, MergedValue>),
    Input(IndexMap<Name, MergedInput>),
}

/// The inside of an object or interface.
#[derive(Debug, Default)]
pub(crate) struct Composite {
    pub(crate) implements: BTreeMap<Name, BTreeSet<Graph>>,
    pub(crate) fields: IndexMap<Name, MergedField>,
}

#[derive(Clone, Debug)]
pub(crate) struct MergedField {
    pub(crate) notes: Notes,
    pub(crate) ty: Type,
    pub(crate) arguments: IndexMap<Name, MergedInput>,
    /// `None` when all the type's subgraphs serve it without conditions; empty when no subgraph serves it on this type but
    /// an interface object does on its interface.
    pub(crate) join: Option<Vec<JoinField>>,
}

/// An argument or an input field.
#[derive(Clone, Debug)]
pub(crate) struct MergedInput {
    pub(crate) notes: Notes,
    pub(crate) ty: Type,
    pub(crate) default: Option<Node<Value>>,
    pub(crate) join: Option<Vec<JoinField>>,
}

#[derive(Debug)]
pub(crate) struct MergedValue {
    pub(crate) notes: Notes,
    pub(crate) graphs: BTreeSet<Graph>,
}

/// The terms on which one subgraph serves a field.
#[derive(Clone, Debug)]
pub(crate) struct JoinField {
    pub(crate) graph: Graph,
    pub(crate) requires: Option<String>,
    pub(crate) provides: Option<String>,
    /// The type there, when the subgraphs do not all agree.
    pub(crate) ty: Option<Type>,
    pub(crate) is_external: bool,
    pub(crate) overrides: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) is_used_overridden: bool,
    /// Arguments that the router fills, which clients do not see.
    pub(crate) context_arguments: Vec<ContextArgument>,
}

/// An argument whose value an object further up the query gives.
#[derive(Clone, Debug)]
pub(crate) struct ContextArgument {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    /// The name in the supergraph, which starts with the subgraph's.
    pub(crate) context: String,
    pub(crate) selection: String,
}

impl JoinField {
    pub(crate) fn plain(graph: Graph) -> Self {
        Self {
            graph,
            requires: None,
            provides: None,
            ty: None,
            is_external: false,
            overrides: None,
            label: None,
            is_used_overridden: false,
            context_arguments: Vec::new(),
        }
    }

    /// Whether another subgraph overrides the field, at once or step by step.
    pub(crate) fn is_given_away(&self) -> bool {
        self.is_used_overridden || (self.label.is_some() && self.overrides.is_none())
    }

    /// Whether it says nothing beyond "this subgraph has the field".
    pub(crate) fn is_plain(&self) -> bool {
        self.requires.is_none()
            && self.provides.is_none()
            && self.ty.is_none()
            && !self.is_external
            && self.overrides.is_none()
            && self.label.is_none()
            && !self.is_used_overridden
            && self.context_arguments.is_empty()
    }
}

impl MergedType {
    pub(crate) fn composite(&self) -> Option<&Composite> {
        match &self.body {
            Body::Object(composite) | Body::Interface(composite) => Some(composite),
            _ => None,
        }
    }

    pub(crate) fn composite_mut(&mut self) -> Option<&mut Composite> {
        match &mut self.body {
            Body::Object(composite) | Body::Interface(composite) => Some(composite),
            _ => None,
        }
    }
}
