//! Many schemas into one.
//!
//! Objects, interfaces and unions merge by union, input objects and arguments by intersection, enums by how they are used.
//! What cannot be merged is said and left out, so that one run finds everything.

mod compose_directive;
mod contexts;
mod enums;
mod executable;
mod field_types;
mod inputs;
mod interface_objects;
mod marks;
mod merged;
mod output_fields;
mod overrides;
mod sharing;

pub(crate) use compose_directive::Composed;
pub(crate) use marks::directive;
pub(crate) use merged::{
    Body, Composite, ContextArgument, JoinField, Merged, MergedField, MergedInput, MergedType, MergedValue,
    Notes, Placement,
};

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Edition, Federation, Subgraph};
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::schema::ExtendedType;
use indexmap::IndexMap;
use merged::{Graph, Key};
use router_schema::apollo_compiler;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One merge: what is read and what is said.
pub(crate) struct Merger<'a> {
    pub(crate) subgraphs: &'a [Subgraph],
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    /// The directives that `@composeDirective` asks for.
    pub(crate) composed: Rc<Vec<Composed>>,
}

/// The definitions of one type, with the subgraph of each.
pub(crate) type Definitions<'a> = Vec<(Graph, &'a ExtendedType)>;

/// Merges the subgraphs, sorted by name.
pub(crate) fn merge(subgraphs: &[Subgraph], diagnostics: &mut Vec<Diagnostic>) -> Merged {
    let composed = Rc::new(compose_directive::collect(subgraphs, diagnostics));
    let mut merger = Merger { subgraphs, diagnostics, composed };
    let mut merged = Merged::default();
    for (name, definitions) in by_name(subgraphs) {
        if let Some(ty) = merger.merge_type(&name, &definitions) {
            merged.types.insert(name, ty);
        }
    }
    merger.place_query_everywhere(&mut merged);
    interface_objects::spread(&mut merger, &mut merged);
    merged.directives = executable::merge(&mut merger);
    merged.schema = merger.schema_notes();
    merged.composed = merger.composed.to_vec();
    enums::settle(&mut merger, &mut merged);
    merger.require_queries(&merged);
    merged
}

fn by_name(subgraphs: &[Subgraph]) -> BTreeMap<Name, Definitions<'_>> {
    let mut types: BTreeMap<Name, Definitions<'_>> = BTreeMap::new();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        for (name, definition) in &subgraph.schema.types {
            // What a linked spec brings along (`link__Import`, a scope scalar) belongs to no subgraph.
            let is_machinery = name.starts_with("federation__") || name.starts_with("link__");
            if !definition.is_built_in() && !is_machinery {
                types.entry(name.clone()).or_default().push((graph, definition));
            }
        }
    }
    types
}

impl Merger<'_> {
    fn merge_type(&mut self, name: &Name, definitions: &Definitions<'_>) -> Option<MergedType> {
        if !self.agree_on_kind(name, definitions) {
            return None;
        }
        self.require_base(name, definitions);
        let placement = self.placement(name, definitions);
        // An interface object merges into the interface it stands for.
        let model =
            definitions.iter().find(|(_, definition)| definition.is_interface()).or(definitions.first())?.1;
        let body = match model {
            ExtendedType::Scalar(_) => Body::Scalar,
            ExtendedType::Object(_) => Body::Object(self.merge_composite(name, definitions, &placement)),
            ExtendedType::Interface(_) => {
                Body::Interface(self.merge_composite(name, definitions, &placement))
            }
            ExtendedType::Union(_) => Body::Union(union_members(definitions)),
            ExtendedType::Enum(_) => Body::Enum(self.all_values(name, definitions)),
            ExtendedType::InputObject(_) => Body::Input(self.merge_input_object(name, definitions)),
        };
        let elements: Vec<_> =
            definitions.iter().map(|(graph, d)| (*graph, d.description(), d.directives())).collect();
        let mut notes = self.notes(name, &elements);
        notes.marks.extend(contexts::marks(self.subgraphs, definitions));
        Some(MergedType { notes, placement, body })
    }

    fn agree_on_kind(&mut self, name: &Name, definitions: &Definitions<'_>) -> bool {
        let kind = |(graph, definition): &(Graph, &ExtendedType)| {
            if self.subgraphs[*graph].is_interface_object(name) { "interface" } else { kind_of(definition) }
        };
        let mut kinds: BTreeMap<&str, Vec<Graph>> = BTreeMap::new();
        for definition in definitions {
            kinds.entry(kind(definition)).or_default().push(definition.0);
        }
        if kinds.len() == 1 {
            return true;
        }
        let listed: Vec<_> =
            kinds.iter().map(|(kind, graphs)| format!("{kind} in {}", self.listed(graphs))).collect();
        let first = kind(&definitions[0]);
        let odd = definitions.iter().find(|definition| kind(definition) != first).unwrap_or(&definitions[0]);
        let diagnostic = Diagnostic::error(
            Code::TypeKindMismatch,
            format!("{name} is not of the same kind everywhere: {}", listed.join(", ")),
        )
        .at(&self.subgraphs[odd.0], odd.1.name().location())
        .coordinate(name.as_str())
        .hint("rename one of them, or make them the same kind");
        self.diagnostics.push(diagnostic);
        false
    }

    /// Federation 1 has extensions proper: somebody must define what others extend.
    fn require_base(&mut self, name: &Name, definitions: &Definitions<'_>) {
        let is_root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
        let is_extension = |graph: Graph, definition: &ExtendedType| {
            let subgraph = &self.subgraphs[graph];
            subgraph.names.edition == Edition::One
                && (subgraph.extensions.contains(name)
                    || subgraph.has(definition.directives(), Federation::Extends))
        };
        if is_root || !definitions.iter().all(|(graph, definition)| is_extension(*graph, definition)) {
            return;
        }
        for (graph, definition) in definitions {
            let message = format!("{name} is extended here but no subgraph defines it");
            let diagnostic = Diagnostic::error(Code::ExtensionWithNoBase, message)
                .at(&self.subgraphs[*graph], definition.name().location())
                .coordinate(name.as_str())
                .hint("drop `extend` in one subgraph, or link federation 2, where extensions need no base");
            self.diagnostics.push(diagnostic);
        }
    }

    fn placement(&self, name: &Name, definitions: &Definitions<'_>) -> BTreeMap<Graph, Placement> {
        let mut placement = BTreeMap::new();
        for (graph, definition) in definitions {
            let subgraph = &self.subgraphs[*graph];
            let is_first_edition = subgraph.names.edition == Edition::One;
            let keys = subgraph
                .field_sets
                .iter()
                .filter(|used| used.kind == Federation::Key && used.owner == *name)
                // Federation 1 allowed keys on interfaces but gave them no meaning.
                .filter(|_| !(is_first_edition && definition.is_interface()))
                .filter_map(|used| {
                    Some(Key { fields: used.fields()?.to_string(), is_resolvable: used.is_resolvable() })
                })
                .collect();
            let is_interface_object = subgraph.is_interface_object(name);
            placement.insert(*graph, Placement { keys, is_interface_object });
        }
        placement
    }

    /// Every subgraph has a query root, if only for `_entities`.
    fn place_query_everywhere(&mut self, merged: &mut Merged) {
        let Some(query) = merged.types.get_mut("Query") else { return };
        let placed = query.placement.len();
        for graph in 0..self.subgraphs.len() {
            query.placement.entry(graph).or_default();
        }
        if placed == self.subgraphs.len() {
            return;
        }
        let original: Vec<_> = self.subgraphs.iter().enumerate().collect();
        for (name, field) in query.composite_mut().into_iter().flat_map(|composite| &mut composite.fields) {
            // A field of all the subgraphs that had a query is no longer one of all subgraphs.
            if field.join.is_none() {
                let having = original.iter().filter(|(_, s)| s.schema.type_field("Query", name).is_ok());
                field.join = Some(having.map(|(graph, _)| JoinField::plain(*graph)).collect());
            }
        }
    }

    /// What stands on the schema itself: tags and composed directives.
    fn schema_notes(&mut self) -> Notes {
        let elements: Vec<_> = self
            .subgraphs
            .iter()
            .map(|subgraph| &subgraph.schema.schema_definition)
            .enumerate()
            .map(|(graph, schema)| (graph, schema.description.as_ref(), &schema.directives))
            .collect();
        self.notes("schema", &elements)
    }

    fn require_queries(&mut self, merged: &Merged) {
        let has_query =
            merged.types.get("Query").and_then(MergedType::composite).is_some_and(|q| !q.fields.is_empty());
        if !has_query {
            let message = "no subgraph has a query: a graph needs at least one field on its query root";
            let diagnostic = Diagnostic::error(Code::NoQueries, message).coordinate("Query");
            self.diagnostics.push(diagnostic.hint("add a field to `type Query` in one of the subgraphs"));
        }
    }

    /// `a, b and c`, for messages.
    pub(crate) fn listed(&self, graphs: &[Graph]) -> String {
        let names: Vec<_> = graphs.iter().map(|graph| self.subgraphs[*graph].name.as_str()).collect();
        listed(&names)
    }

    /// `"Int" in a and b, "String" in c`, for messages about things that differ.
    pub(crate) fn spread_of<T: ToString>(&self, values: impl Iterator<Item = (Graph, T)>) -> String {
        let mut groups: IndexMap<String, Vec<Graph>> = IndexMap::new();
        for (graph, value) in values {
            groups.entry(value.to_string()).or_default().push(graph);
        }
        let groups: Vec<_> =
            groups.iter().map(|(value, graphs)| format!("{value} in {}", self.listed(graphs))).collect();
        groups.join(", ")
    }
}

/// `a, b and c`
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

fn union_members(definitions: &Definitions<'_>) -> IndexMap<Name, BTreeSet<Graph>> {
    let mut members: IndexMap<Name, BTreeSet<Graph>> = IndexMap::new();
    for (graph, definition) in definitions {
        for member in definition.as_union().into_iter().flat_map(|union| &union.members) {
            members.entry(member.name.clone()).or_default().insert(*graph);
        }
    }
    members
}

fn kind_of(definition: &ExtendedType) -> &'static str {
    match definition {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "object",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input object",
    }
}

/// The root operations that a merged graph has, by their usual names.
pub(crate) fn roots(merged: &Merged) -> impl Iterator<Item = OperationType> + '_ {
    [OperationType::Query, OperationType::Mutation, OperationType::Subscription]
        .into_iter()
        .filter(|operation| merged.types.contains_key(operation.default_type_name().as_str()))
}
