//! `carmen plan`: how an operation would be answered.

use crate::cli::Plan as Args;
use crate::{console, router};
use anyhow::Context;
use apollo_compiler::ExecutableDocument;
use router_gateway::Fleet;
use router_gateway::fleet::InProcessSubgraphs;
use router_planner::Planner;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

/// Prints the plan. Fails with exit code 1 when the operation is not valid.
///
/// # Errors
/// When the supergraph or the operation cannot be read.
pub async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let text = read(&args.query)?;
    let fleet = Fleet::load(&args.supergraph, &InProcessSubgraphs::new()).await.map_err(router::explained)?;
    let document = match ExecutableDocument::parse_and_validate(&fleet.supergraph.api, &text, &args.query) {
        Ok(document) => document,
        Err(invalid) => {
            console::complain(&invalid.errors.to_string());
            return Ok(ExitCode::FAILURE);
        }
    };
    let plan = Planner::new(fleet.supergraph).plan(&document, args.operation.as_deref());
    match plan {
        Ok(plan) => {
            console::say(&plan.to_string());
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => {
            console::complain(&format!("{}: {refused}", refused.code()));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
