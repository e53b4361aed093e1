//! `carmen compose`: many subgraph schemas into one supergraph, or everything that stands in the way.

use crate::cli::{Compose as Args, Format};
use crate::console;
use anyhow::Context;
use router_composition::Contract;
use router_gateway::Fleet;
use router_gateway::fleet::InProcessSubgraphs;
use std::path::Path;
use std::process::ExitCode;

/// Composes, prints diagnostics, writes or checks files. Fails with exit code 1 when there are errors.
///
/// # Errors
/// When a file cannot be read or written, or a schema cannot be fetched.
pub async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let contract = contract(args);
    let composition = Fleet::compose(&args.config, &InProcessSubgraphs::new(), contract.as_ref()).await?;
    match args.format {
        Format::Json => console::complain(&serde_json::to_string_pretty(&composition.diagnostics)?),
        Format::Text => {
            for diagnostic in &composition.diagnostics {
                console::complain(&diagnostic.to_string());
            }
        }
    }
    let (Some(supergraph), Some(api)) = (&composition.supergraph_sdl, composition.api_sdl()) else {
        return Ok(ExitCode::FAILURE);
    };
    if args.output.is_none() && args.api.is_none() {
        console::say(supergraph.trim_end());
    }
    let mut current = true;
    for (file, text) in [(&args.output, supergraph.as_str()), (&args.api, api.as_str())] {
        if let Some(file) = file {
            current &= if args.check { is_current(file, text)? } else { write(file, text)? };
        }
    }
    Ok(if current { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The contract that the command line asks for.
fn contract(args: &Args) -> Option<Contract> {
    let contract = Contract {
        include: args.include_tag.iter().cloned().collect(),
        exclude: args.exclude_tag.iter().cloned().collect(),
    };
    (!contract.is_empty()).then_some(contract)
}

fn write(file: &Path, text: &str) -> anyhow::Result<bool> {
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(true)
}

fn is_current(file: &Path, text: &str) -> anyhow::Result<bool> {
    let known =
        std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    if known == text {
        return Ok(true);
    }
    let line = known.lines().zip(text.lines()).position(|(known, new)| known != new);
    let line = line.map_or_else(|| known.lines().count().min(text.lines().count()) + 1, |line| line + 1);
    console::complain(&format!(
        "{} is stale from line {line} on; write it anew without --check",
        file.display()
    ));
    Ok(false)
}
