//! Why a supergraph SDL was refused, with the place in the text where it is known.

use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::validation::DiagnosticList;
use std::fmt;

/// A place in a text, counted from 1 as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// Where a parsed node starts; `None` for one that was not parsed from text.
    #[must_use]
    pub fn of(span: Option<SourceSpan>, sources: &SourceMap) -> Option<Self> {
        let span = span?;
        Some(Self::in_text(sources.get(&span.file_id())?.source_text(), span.offset()))
    }

    /// The place of a byte offset in a text. The compiler's own columns count bytes, which points beside the mark in any text
    /// that is not English.
    #[must_use]
    pub fn in_text(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One fault of a GraphQL document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, when it is known.
    pub position: Option<Position>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{position}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// A supergraph SDL that cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupergraphError {
    /// The text is not GraphQL, or the merged schema breaks a rule of GraphQL.
    #[error("the supergraph is not a valid GraphQL schema: {}", listed(.0))]
    Invalid(Vec<Fault>),
    /// The text is GraphQL but not a supergraph: it lacks the enum that names the subgraphs.
    #[error(
        "this is not a supergraph: it has no `enum {graph_enum}` that lists the subgraphs (compose the subgraphs first)"
    )]
    NotASupergraph {
        /// The name under which the enum was looked for.
        graph_enum: String,
    },
    /// A version of the join spec that is not understood.
    #[error("join spec {version} is not supported, only v0.1 to v0.5 are")]
    UnsupportedJoinVersion {
        /// The version as written.
        version: String,
    },
    /// A feature marked as necessary for execution or security that the router does not know.
    #[error("the supergraph needs the feature {url}, which this router does not support")]
    UnsupportedFeature {
        /// The feature's URL as written.
        url: String,
    },
    /// A join directive whose arguments make no sense.
    #[error("{coordinate}: {fault}")]
    Join {
        /// The type or field that carries the directive.
        coordinate: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// What clients would see is not a valid schema, for instance because a visible field has a hidden type.
    #[error("the API schema is not valid: {}", listed(.0))]
    InvalidApi(Vec<Fault>),
}

/// Turns the compiler's findings into our own, in the order of the text.
pub(crate) fn faults(errors: &DiagnosticList) -> Vec<Fault> {
    errors
        .iter()
        .map(|diagnostic| Fault {
            message: diagnostic.error.to_string(),
            position: Position::of(diagnostic.error.location(), diagnostic.sources),
        })
        .collect()
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
