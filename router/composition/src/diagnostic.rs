//! What composition has to say about the subgraphs: a code, a place, a message and how to mend it.
//!
//! Composition collects diagnostics and never stops at the first. Their order is stable: by subgraph, place and code, so
//! that two runs over the same subgraphs, in whichever order, print the same text.

use crate::code::Code;
use crate::ingest::Subgraph;
use apollo_compiler::parser::SourceSpan;
use router_schema::Position;
use router_schema::apollo_compiler;
use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// There is no supergraph before this is mended.
    Error,
    /// The supergraph works, but probably not as meant.
    Warning,
    /// Something about the merge that is good to know.
    Hint,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The published code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The subgraph at fault, when it is one.
    pub subgraph: Option<String>,
    /// The schema coordinate (`Product.price`, `Query.products(first:)`), when there is one.
    pub coordinate: Option<String>,
    /// The line in the subgraph's SDL, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The text of the line, for the printed form.
    #[serde(skip)]
    pub(crate) source_line: Option<String>,
    /// How many characters of the line to underline.
    #[serde(skip)]
    pub(crate) width: usize,
}

impl Diagnostic {
    /// An error without a place.
    pub(crate) fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            subgraph: None,
            coordinate: None,
            line: None,
            column: None,
            message: message.into(),
            hint: None,
            source_line: None,
            width: 1,
        }
    }

    pub(crate) fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub(crate) fn note(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Hint, ..Self::error(code, message) }
    }

    pub(crate) fn coordinate(mut self, coordinate: impl Into<String>) -> Self {
        self.coordinate = Some(coordinate.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn subgraph(mut self, name: &str) -> Self {
        self.subgraph = Some(name.to_owned());
        self
    }

    /// Places the finding at a node of a subgraph's SDL.
    pub(crate) fn at(self, subgraph: &Subgraph, span: Option<SourceSpan>) -> Self {
        self.subgraph(&subgraph.name).placed(span, &subgraph.sdl)
    }

    /// Places the finding in a text. What spans several lines is underlined to the end of its first.
    pub(crate) fn placed(mut self, span: Option<SourceSpan>, text: &str) -> Self {
        let Some(span) = span else { return self };
        let position = Position::in_text(text, span.offset());
        self.line = Some(position.line);
        self.column = Some(position.column);
        // A tab is as wide as a space here, so that the underline stays below its mark.
        self.source_line = text.lines().nth(position.line - 1).map(|line| line.replace('\t', " "));
        let marked = text.get(span.offset()..span.end_offset()).and_then(|marked| marked.lines().next());
        self.width = marked.map_or(1, |marked| marked.trim_end().chars().count()).max(1);
        self
    }

    fn order(&self) -> impl Ord + '_ {
        (
            self.severity,
            self.subgraph.as_deref(),
            self.line,
            self.column,
            self.code.as_str(),
            &self.coordinate,
            &self.message,
        )
    }
}

/// Brings diagnostics into their stable order and drops repetitions.
pub(crate) fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    diagnostics.dedup();
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)?;
        let digits = self.line.map_or(1, |line| line.to_string().len());
        let margin = " ".repeat(digits);
        let place = [
            self.subgraph.clone(),
            self.line.map(|line| line.to_string()),
            self.column.map(|column| column.to_string()),
        ];
        let place: Vec<_> = place.into_iter().flatten().collect();
        if !place.is_empty() || self.coordinate.is_some() {
            write!(f, "\n{margin}--> {}", place.join(":"))?;
            if let Some(coordinate) = &self.coordinate {
                write!(f, "{}({coordinate})", if place.is_empty() { "" } else { " " })?;
            }
        }
        if let (Some(line), Some(column), Some(text)) = (self.line, self.column, &self.source_line) {
            let indent = " ".repeat(column - 1);
            let underline = "^".repeat(self.width);
            write!(f, "\n{margin} |\n{line} | {text}\n{margin} | {indent}{underline}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n{margin} = help: {hint}")?;
        }
        Ok(())
    }
}
