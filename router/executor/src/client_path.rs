//! From places in the merged data to places in the client's answer: internal keys become the client's response keys.

use crate::error::PathSegment;
use crate::request::Variables;
use crate::tree::{Step, Tree, typename};
use apollo_compiler::Name;
use router_planner::{PathElement, Shape, ShapeField, ShapeKind};
use serde_json::Value;

/// A place in the client's answer, or a pattern of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientPath {
    /// The steps; `None` stands for every position of a list.
    pub(crate) steps: Vec<Option<PathSegment>>,
    /// Whether the whole way could be followed. Where it leads into data that the client did not ask for, the path ends
    /// at the last thing that the client sees.
    pub(crate) is_complete: bool,
    /// The key at which the path ends because the client asks for it on other types only.
    pub(crate) unasked: Option<Name>,
}

impl ClientPath {
    /// The path for an error: positions that are not known are left out.
    pub(crate) fn segments(&self) -> Vec<PathSegment> {
        self.steps.iter().flatten().cloned().collect()
    }
}

/// Translates paths for one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Translator<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) tree: &'a Tree,
    pub(crate) variables: &'a Variables,
}

impl<'a> Translator<'a> {
    /// Follows `steps` from the root through the shape, looking at the data where a field depends on the concrete type.
    pub(crate) fn translate<'s>(&self, steps: impl IntoIterator<Item = &'s Step>) -> ClientPath {
        let mut path = ClientPath { steps: Vec::new(), is_complete: true, unasked: None };
        let mut shape = Some(self.shape);
        let mut value = Some(self.tree.root());
        for step in steps {
            match step {
                Step::Index(index) => {
                    path.steps.push(Some(PathSegment::Index(*index)));
                    value = value.and_then(|list| list.get(index));
                }
                Step::Each => {
                    path.steps.push(None);
                    // The items may differ in type, so none of them speaks for all.
                    value = None;
                }
                Step::Key(key) => {
                    // Below a scalar (a JSON value, say) keys are the subgraph's own.
                    let Some(here) = shape else {
                        path.steps.push(Some(PathSegment::Key(key.to_string())));
                        continue;
                    };
                    let Some(field) = self.field(here, key, value) else {
                        path.is_complete = false;
                        path.unasked =
                            here.fields.iter().any(|field| field.source == *key).then(|| key.clone());
                        return path;
                    };
                    path.steps.push(Some(PathSegment::Key(field.response_key.to_string())));
                    value = value.and_then(|object| object.get(key.as_str()));
                    shape = match &field.kind {
                        ShapeKind::Object(below) => Some(below),
                        _ => None,
                    };
                }
            }
        }
        path
    }

    fn field(&self, shape: &'a Shape, key: &Name, object: Option<&Value>) -> Option<&'a ShapeField> {
        let concrete = object.and_then(typename);
        shape.fields.iter().find(|field| {
            field.source == *key
                && field.condition.holds(|name| self.variables.is_true(name))
                && match (&field.on, concrete) {
                    (Some(types), Some(name)) => types.iter().any(|candidate| candidate == name),
                    (Some(_), None) | (None, _) => true,
                }
        })
    }
}

/// The pattern of all places that a fetch's path reaches.
pub(crate) fn pattern(path: &[PathElement]) -> Vec<Step> {
    path.iter()
        .filter_map(|element| match element {
            PathElement::Key(key) => Some(Step::Key(key.clone())),
            PathElement::Each => Some(Step::Each),
            PathElement::On(_) => None,
        })
        .collect()
}
