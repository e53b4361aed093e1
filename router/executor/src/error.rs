//! A GraphQL error as the client sees it, and the codes that the executor itself gives.
//!
//! Errors of subgraphs pass through with their message and extensions; only their paths are translated and the
//! subgraph's name is added. Where on the client's answer an error belongs is decided in `faults`.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A subgraph gave no answer: no connection, no answer in time, or an HTTP status without a GraphQL body.
pub const UPSTREAM_UNAVAILABLE: &str = "UPSTREAM_UNAVAILABLE";
/// A subgraph answered with something that is not a GraphQL response to what it was asked.
pub const SUBGRAPH_RESPONSE_MALFORMED: &str = "SUBGRAPH_RESPONSE_MALFORMED";
/// A field that may not be null is null, and no subgraph said why.
pub const NULL_IN_NON_NULL_FIELD: &str = "NULL_IN_NON_NULL_FIELD";
/// A subgraph's value does not fit the client's schema: an unknown enum value, an object where a list belongs, …
pub const INVALID_VALUE: &str = "INVALID_VALUE";
/// The client's variables or the operation's name do not fit the operation.
pub const VALIDATION_ERROR: &str = "VALIDATION_ERROR";
/// The caller may not see the field.
pub const UNAUTHORIZED_FIELD_OR_TYPE: &str = "UNAUTHORIZED_FIELD_OR_TYPE";
/// Answering would exceed a bound of the executor.
pub const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";

/// One entry of a response's `errors`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphqlError {
    /// What went wrong, for people.
    pub message: String,
    /// Where in the client's document; only for errors found before execution.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// Where in the client's answer; empty for an error of the whole request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<PathSegment>,
    /// `code` and whatever else helps a program.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// A place in the client's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// One step of an error's path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathSegment {
    /// A response key.
    Key(String),
    /// A position in a list.
    Index(usize),
}

impl GraphqlError {
    /// An error with nothing but its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), locations: Vec::new(), path: Vec::new(), extensions: Map::new() }
    }

    /// Sets `extensions.code`.
    #[must_use]
    pub fn with_code(self, code: &str) -> Self {
        self.with_extension("code", code)
    }

    /// Sets one extension.
    #[must_use]
    pub fn with_extension(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(name.to_owned(), value.into());
        self
    }

    /// Places the error in the client's answer.
    #[must_use]
    pub fn at(mut self, path: Vec<PathSegment>) -> Self {
        self.path = path;
        self
    }

    /// `extensions.code`, when there is one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.extensions.get("code")?.as_str()
    }
}

impl Serialize for PathSegment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Key(key) => serializer.serialize_str(key),
            Self::Index(index) => serializer.serialize_u64(*index as u64),
        }
    }
}
