//! The errors of one request, each at its place in the client's answer, and which nulls they explain.
//!
//! A null in a non-null field is an error of its own only where nothing explains it yet. An error explains the field it
//! names and whatever had to become null with it; a fetch that failed explains every field that it would have filled.

use crate::client_path::ClientPath;
use crate::error::{GraphqlError, LIMIT_EXCEEDED, PathSegment};
use ahash::{AHashMap, AHashSet};

/// The errors in one response: one broken field of a long list must not become an answer larger than the data.
const ERRORS_MAX: usize = 1_000;

/// Collects errors; see the module.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    errors: Vec<GraphqlError>,
    /// How many errors there were beyond [`ERRORS_MAX`].
    unshown: usize,
    seen: AHashSet<String>,
    explained: Explained,
}

/// A trie of places and patterns of places.
#[derive(Debug, Default)]
struct Explained {
    is_end: bool,
    at: AHashMap<PathSegment, Explained>,
    everywhere: Option<Box<Explained>>,
}

impl Faults {
    /// Adds an error, unless one that equals it in every respect is there. A subgraph that does not say which of many
    /// entities an error belongs to reports it once for each.
    pub(crate) fn push(&mut self, error: GraphqlError) {
        if self.errors.len() == ERRORS_MAX {
            self.unshown += 1;
            return;
        }
        let text = serde_json::to_string(&error).expect("an error has string keys only");
        if self.seen.insert(text) {
            self.errors.push(error);
        }
    }

    /// Nulls at these places, and above and below them, need no error of their own. An error of the whole request
    /// explains nothing in particular.
    pub(crate) fn explain(&mut self, path: &ClientPath) {
        if path.steps.is_empty() {
            return;
        }
        let mut node = &mut self.explained;
        for step in &path.steps {
            node = match step {
                Some(segment) => node.at.entry(segment.clone()).or_default(),
                None => node.everywhere.get_or_insert_default(),
            };
        }
        node.is_end = true;
    }

    /// Whether a null at `path` is explained.
    pub(crate) fn explains(&self, path: &[PathSegment]) -> bool {
        self.explained.covers(path)
    }

    pub(crate) fn into_errors(mut self) -> Vec<GraphqlError> {
        if self.unshown > 0 {
            let message = format!("{} more errors are not shown", self.unshown);
            self.errors.push(GraphqlError::new(message).with_code(LIMIT_EXCEEDED));
        }
        self.errors
    }
}

impl Explained {
    fn covers(&self, path: &[PathSegment]) -> bool {
        if self.is_end {
            return true;
        }
        let Some((step, rest)) = path.split_first() else {
            return !self.at.is_empty() || self.everywhere.is_some();
        };
        self.at.get(step).is_some_and(|below| below.covers(rest))
            || matches!(step, PathSegment::Index(_))
                && self.everywhere.as_ref().is_some_and(|below| below.covers(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Option<PathSegment> {
        Some(PathSegment::Key(name.to_owned()))
    }

    fn explaining(steps: Vec<Option<PathSegment>>) -> Faults {
        let mut faults = Faults::default();
        faults.explain(&ClientPath { steps, is_complete: true, unasked: None });
        faults
    }

    #[test]
    fn an_error_explains_the_nulls_above_and_below_it() {
        let faults = explaining(vec![key("a"), key("b")]);
        let path = |names: &[&str]| names.iter().filter_map(|name| key(name)).collect::<Vec<_>>();
        assert!(faults.explains(&path(&["a"])) && faults.explains(&path(&["a", "b", "c"])));
        assert!(!faults.explains(&path(&["b"])) && !faults.explains(&path(&["a", "c"])));
    }

    #[test]
    fn a_pattern_explains_every_position() {
        let faults = explaining(vec![key("list"), None, key("x")]);
        let at = |index, name| [key("list").unwrap(), PathSegment::Index(index), key(name).unwrap()];
        assert!(faults.explains(&at(0, "x")) && faults.explains(&at(7, "x")));
        assert!(!faults.explains(&at(7, "y")));
    }

    #[test]
    fn equal_errors_are_one() {
        let mut faults = Faults::default();
        faults.push(GraphqlError::new("no").with_code("X"));
        faults.push(GraphqlError::new("no").with_code("X"));
        faults.push(GraphqlError::new("no").with_code("Y"));
        assert_eq!(faults.into_errors().len(), 2);
    }
    #[test]
    fn too_many_errors_are_counted_instead() {
        let mut faults = Faults::default();
        for n in 0..ERRORS_MAX + 5 {
            faults.push(GraphqlError::new(n.to_string()));
        }
        let errors = faults.into_errors();
        assert_eq!(errors.len(), ERRORS_MAX + 1);
        assert_eq!(errors[ERRORS_MAX].message, "5 more errors are not shown");
    }
}
