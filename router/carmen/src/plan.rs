//! `carmen plan`: how an operation would be answered.

use crate::cli::Plan as Args;
use crate::{console, router};
use anyhow::Context;
use apollo_compiler::ExecutableDocument;
use router_gateway::Fleet;
use router_gateway::fleet::InProcessSubgraphs;
use router_planner::{PlanOptions, Planner, verify};
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

/// Prints the plan, with its stages and proof where wanted. Fails with exit code 1 when the operation is not valid or the plan
/// is not sound.
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
    let planner = Planner::new(fleet.supergraph);
    let options = PlanOptions::active(args.labels.iter().cloned());
    let stages = match planner.stages(&document, args.operation.as_deref(), &options) {
        Ok(stages) => stages,
        Err(refused) => {
            console::complain(&format!("{}: {refused}", refused.code()));
            return Ok(ExitCode::FAILURE);
        }
    };
    console::say(&if args.stages { stages.to_string() } else { stages.plan.to_string() });
    if args.verify {
        let findings = verify(planner.supergraph(), &stages.plan);
        if !findings.is_empty() {
            console::complain(&format!("the plan is not sound:\n{}", findings.join("\n")));
            return Ok(ExitCode::FAILURE);
        }
        console::complain("the plan is sound");
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
