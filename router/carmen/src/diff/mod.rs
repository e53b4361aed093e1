//! `carmen diff`: what a new graph means for the clients of the old one.
//!
//! Two questions: what changed in the schema that clients see (`router_schema::diff`), and which committed operations are
//! planned differently or cannot be answered any more (`operations`).

mod operations;

use crate::cli::{Diff as Args, Format};
use crate::{console, router};
use operations::{Compared, Outcome};
use router_gateway::Fleet;
use router_gateway::fleet::InProcessSubgraphs;
use router_planner::Planner;
use router_schema::diff::{Change, Impact, changes};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

/// Prints what changed. Fails with exit code 1 when something breaks.
///
/// # Errors
/// When a graph or an operation cannot be read.
pub async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (old, new) = (planner(&args.old).await?, planner(&args.new).await?);
    let report = Report {
        changes: changes(&old.supergraph().api, &new.supergraph().api),
        operations: match &args.operations {
            Some(folder) => operations::compare(folder, &old, &new)?,
            None => Vec::new(),
        },
    };
    console::say(&match args.format {
        Format::Text => report.text().trim_end().to_owned(),
        Format::Json => serde_json::to_string_pretty(&report.json())?,
    });
    Ok(if report.breaks() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn planner(file: &Path) -> anyhow::Result<Planner> {
    let fleet = Fleet::load(file, &InProcessSubgraphs::new()).await.map_err(router::explained)?;
    Ok(Planner::new(fleet.supergraph))
}

struct Report {
    changes: Vec<Change>,
    operations: Vec<Compared>,
}

impl Report {
    fn breaks(&self) -> bool {
        self.changes.iter().any(|change| change.impact == Impact::Breaking)
            || self.operations.iter().any(|compared| matches!(compared.outcome, Outcome::Broken(_)))
    }

    fn text(&self) -> String {
        let mut text = self.summary();
        for change in &self.changes {
            let _ = write!(text, "\n{change}");
        }
        text.push('\n');
        for compared in &self.operations {
            let _ = match &compared.outcome {
                Outcome::Same => Ok(()),
                Outcome::ValidNow => writeln!(text, "\n{compared} is valid now"),
                Outcome::Invalid(reason) => writeln!(text, "\n{compared} was and is not valid:\n{reason}"),
                Outcome::Broken(reason) => writeln!(text, "\n{compared} is broken:\n{reason}"),
                Outcome::Planned { old, new } => {
                    let lines = similar::TextDiff::from_lines(old, new);
                    let lines = lines.unified_diff().header("old", "new").to_string();
                    writeln!(text, "\n{compared} is planned differently:\n{lines}")
                }
            };
        }
        text
    }

    fn summary(&self) -> String {
        let count = |impact| self.changes.iter().filter(|change| change.impact == impact).count();
        let mut text = format!(
            "changes: {} breaking, {} dangerous, {} safe\n",
            count(Impact::Breaking),
            count(Impact::Dangerous),
            count(Impact::Safe)
        );
        if !self.operations.is_empty() {
            let count =
                |word| self.operations.iter().filter(|compared| compared.outcome.word() == word).count();
            let _ = writeln!(
                text,
                "operations: {} the same, {} planned differently, {} broken, {} valid now, {} not valid",
                count("same"),
                count("planned_differently"),
                count("broken"),
                count("valid_now"),
                count("invalid")
            );
        }
        text
    }

    fn json(&self) -> Value {
        let change = |change: &Change| {
            json!({
                "impact": change.impact.as_str(),
                "kind": change.kind.as_str(),
                "coordinate": change.coordinate,
                "message": change.message,
            })
        };
        let changes: Vec<_> = self.changes.iter().map(change).collect();
        let operations: Vec<_> = self.operations.iter().map(Compared::json).collect();
        json!({ "breaks": self.breaks(), "changes": changes, "operations": operations })
    }
}
