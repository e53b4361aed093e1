//! Committed operations, planned for both graphs.

use anyhow::{Context, ensure};
use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::{Definition, Document};
use router_planner::Planner;
use serde_json::{Value, json};
use std::fmt;
use std::path::{Path, PathBuf};

/// An operation and what became of it.
pub(super) struct Compared {
    /// The file, from the folder of operations on.
    file: String,
    /// The operation's name; nothing for one without a name, or where the document cannot be read.
    operation: Option<String>,
    pub(super) outcome: Outcome,
}

/// What became of an operation.
pub(super) enum Outcome {
    /// It is planned as before.
    Same,
    /// It has another plan.
    Planned { old: String, new: String },
    /// The old graph answered it and the new one does not.
    Broken(String),
    /// The new graph answers it and the old one did not.
    ValidNow,
    /// Neither answers it.
    Invalid(String),
}

impl Outcome {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Planned { .. } => "planned_differently",
            Self::Broken(_) => "broken",
            Self::ValidNow => "valid_now",
            Self::Invalid(_) => "invalid",
        }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        self.operation.as_ref().map_or(Ok(()), |name| write!(f, " ({name})"))
    }
}

impl Compared {
    pub(super) fn json(&self) -> Value {
        let (mut old_plan, mut new_plan, mut reason) = (None, None, None);
        match &self.outcome {
            Outcome::Planned { old, new } => (old_plan, new_plan) = (Some(old), Some(new)),
            Outcome::Broken(why) | Outcome::Invalid(why) => reason = Some(why),
            Outcome::Same | Outcome::ValidNow => {}
        }
        json!({
            "file": self.file,
            "operation": self.operation,
            "outcome": self.outcome.word(),
            "reason": reason,
            "old_plan": old_plan,
            "new_plan": new_plan,
        })
    }
}

/// Plans every operation below the folder for both graphs.
pub(super) fn compare(folder: &Path, old: &Planner, new: &Planner) -> anyhow::Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for file in documents(folder)? {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let shown = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        let (before, after) = (Plans::of(old, &text, &file), Plans::of(new, &text, &file));
        for operation in names(&text, &file) {
            let name = operation.as_deref();
            let outcome = match (before.plan(name), after.plan(name)) {
                (Ok(old), Ok(new)) if old == new => Outcome::Same,
                (Ok(old), Ok(new)) => Outcome::Planned { old, new },
                (Ok(_), Err(reason)) => Outcome::Broken(reason),
                (Err(_), Ok(_)) => Outcome::ValidNow,
                (Err(_), Err(reason)) => Outcome::Invalid(reason),
            };
            compared.push(Compared { file: shown.clone(), operation, outcome });
        }
    }
    ensure!(!compared.is_empty(), "there are no operations in {}", folder.display());
    Ok(compared)
}

/// The documents in a folder and those below, in order.
fn documents(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(documents(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "graphql" || extension == "gql") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The operations of a document. One that cannot be read counts as one, so that it is not passed over.
fn names(text: &str, file: &Path) -> Vec<Option<String>> {
    let Ok(document) = Document::parse(text, file) else { return vec![None] };
    let operations = document.definitions.iter().filter_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation.name.as_ref().map(ToString::to_string)),
        _ => None,
    });
    operations.collect()
}

/// A document in the eyes of one graph.
struct Plans<'p> {
    planner: &'p Planner,
    document: Result<apollo_compiler::validation::Valid<ExecutableDocument>, String>,
}

impl<'p> Plans<'p> {
    fn of(planner: &'p Planner, text: &str, file: &Path) -> Self {
        let document = ExecutableDocument::parse_and_validate(&planner.supergraph().api, text, file)
            .map_err(|invalid| invalid.errors.to_string().trim_end().to_owned());
        Self { planner, document }
    }

    fn plan(&self, operation: Option<&str>) -> Result<String, String> {
        let document = self.document.as_ref().map_err(Clone::clone)?;
        let plan = self.planner.plan(document, operation);
        plan.map(|plan| plan.to_string()).map_err(|refused| format!("{}: {refused}", refused.code()))
    }
}
