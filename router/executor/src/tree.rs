//! The merged data: the one tree that all fetches of a request fill. Nothing outside this file changes it.
//!
//! Keys are the plan's internal keys. Later answers win over earlier ones, with two exceptions: null never replaces a
//! value, and an interface's name (from an `@interfaceObject` subgraph) never replaces a concrete `__typename`.

use apollo_compiler::Name;
use router_planner::PathElement;
use router_schema::Supergraph;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One step inside the merged data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// Under an internal key.
    Key(Name),
    /// At a position of a list.
    Index(usize),
    /// At every position of a list; only in patterns, never in a [`Location`].
    Each,
}

/// The way from the root to one value.
pub(crate) type Location = Vec<Step>;

/// The merged data of one request.
#[derive(Debug)]
pub(crate) struct Tree {
    graph: Arc<Supergraph>,
    root: Value,
}

impl Tree {
    pub(crate) fn new(graph: Arc<Supergraph>) -> Self {
        Self { graph, root: Value::Object(Map::new()) }
    }

    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    /// The value at `location`.
    pub(crate) fn get(&self, location: &[Step]) -> Option<&Value> {
        location.iter().try_fold(&self.root, |value, step| match step {
            Step::Key(key) => value.get(key.as_str()),
            Step::Index(index) => value.get(index),
            Step::Each => None,
        })
    }

    /// Every object that `path` reaches, in document order.
    pub(crate) fn reach(&self, path: &[PathElement]) -> Vec<Location> {
        let mut found = Vec::new();
        descend(&self.root, path, &mut Vec::new(), &mut found);
        found
    }

    /// Merges an object's fields into the object at `location`. Nothing happens when no object is there: a location
    /// comes from [`Self::reach`], and objects never go away.
    pub(crate) fn merge(&mut self, location: &[Step], fields: Map<String, Value>) {
        let target = location.iter().try_fold(&mut self.root, |value, step| match step {
            Step::Key(key) => value.get_mut(key.as_str()),
            Step::Index(index) => value.get_mut(index),
            Step::Each => None,
        });
        if let Some(Value::Object(into)) = target {
            merge_fields(&self.graph, into, fields);
        }
    }

    /// Merges two values outside the tree by the tree's rules.
    pub(crate) fn combine(&self, into: &mut Value, from: Value) {
        merge_into(&self.graph, into, from);
    }
}

/// The type that an object says it is.
pub(crate) fn typename(value: &Value) -> Option<&str> {
    value.get("__typename")?.as_str()
}

fn merge_fields(graph: &Supergraph, into: &mut Map<String, Value>, from: Map<String, Value>) {
    if into.is_empty() {
        *into = from;
        return;
    }
    for (key, value) in from {
        match into.get_mut(&key) {
            None => {
                into.insert(key, value);
            }
            Some(present) if key == "__typename" => merge_typename(graph, present, value),
            Some(present) => merge_into(graph, present, value),
        }
    }
}

fn merge_into(graph: &Supergraph, into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => merge_fields(graph, into, from),
        // Two subgraphs may see a list at different moments; what both know is merged, the first one's length stays.
        (Value::Array(into), Value::Array(from)) => {
            for (into, from) in into.iter_mut().zip(from) {
                merge_into(graph, into, from);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from,
    }
}

fn merge_typename(graph: &Supergraph, into: &mut Value, from: Value) {
    let is_concrete =
        |value: &Value| value.as_str().is_some_and(|name| graph.schema.get_object(name).is_some());
    if is_concrete(&from) || !is_concrete(into) && from.is_string() {
        *into = from;
    }
}

fn descend(value: &Value, path: &[PathElement], here: &mut Location, found: &mut Vec<Location>) {
    let Some((element, rest)) = path.split_first() else {
        if value.is_object() {
            found.push(here.clone());
        }
        return;
    };
    match element {
        PathElement::Key(key) => {
            if let Some(below) = value.get(key.as_str()) {
                here.push(Step::Key(key.clone()));
                descend(below, rest, here, found);
                here.pop();
            }
        }
        PathElement::Each => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                here.push(Step::Index(index));
                descend(item, rest, here, found);
                here.pop();
            }
        }
        PathElement::On(types) => {
            if typename(value).is_some_and(|name| types.iter().any(|wanted| wanted == name)) {
                descend(value, rest, here, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(first: Value, second: Value) -> Value {
        let mut into = first;
        merge_into(&graph(), &mut into, second);
        into
    }

    fn graph() -> Supergraph {
        let sdl = r#"
            schema
              @link(url: "https://specs.apollo.dev/link/v1.0")
              @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
            directive @join__graph(name: String!, url: String!) on ENUM_VALUE
            directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
            enum link__Purpose { SECURITY EXECUTION }
            scalar link__Import
            enum join__Graph { A @join__graph(name: "a", url: "") }
            type Query { media: Media }
            interface Media { id: ID }
            type Book implements Media { id: ID }
        "#;
        Supergraph::parse(sdl).unwrap()
    }

    #[test]
    fn objects_merge_deeply_and_later_values_win() {
        let both = merged(json!({ "a": { "x": 1, "y": 1 } }), json!({ "a": { "y": 2, "z": 3 }, "b": 4 }));
        assert_eq!(both, json!({ "a": { "x": 1, "y": 2, "z": 3 }, "b": 4 }));
    }

    #[test]
    fn null_never_replaces_a_value_but_a_value_replaces_null() {
        let both = merged(json!({ "a": { "x": 1 }, "b": null }), json!({ "a": null, "b": 2 }));
        assert_eq!(both, json!({ "a": { "x": 1 }, "b": 2 }));
    }

    #[test]
    fn lists_merge_by_position_and_keep_their_length() {
        let both = merged(json!([{ "x": 1 }, null]), json!([{ "y": 2 }, { "y": 3 }, { "y": 4 }]));
        assert_eq!(both, json!([{ "x": 1, "y": 2 }, { "y": 3 }]));
    }

    #[test]
    fn only_a_concrete_type_replaces_a_type() {
        for (first, second, kept) in
            [("Media", "Book", "Book"), ("Book", "Media", "Book"), ("Media", "Media", "Media")]
        {
            let both = merged(json!({ "__typename": first }), json!({ "__typename": second, "id": 1 }));
            assert_eq!(both["__typename"], kept);
        }
    }
}
