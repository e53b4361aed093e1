//! `carmen prove`: recomputes every stock balance from the ledger.

use crate::cli::Global;
use crate::console;
use crate::fleet::Surroundings;
use std::process::ExitCode;

/// Prints the report. Fails with exit code 1 when anything does not agree.
///
/// # Errors
/// When the database cannot be read.
pub async fn run(global: &Global) -> anyhow::Result<ExitCode> {
    let environment = Surroundings::new(global).environment(global, subgraph_inventory::NAME).await?;
    let report = subgraph_inventory::prove(&environment).await.map_err(crate::databases::chain)?;
    console::say(&report.to_string());
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
