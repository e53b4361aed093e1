//! `carmen prove`: recomputes every stock balance from the ledger.

use crate::cli::Global;
use crate::console;
use crate::fleet::Surroundings;
use std::process::ExitCode;
use subgraph_inventory::Report;

/// Prints the report. Fails with exit code 1 when anything does not agree.
///
/// # Errors
/// When the database cannot be read.
pub async fn run(global: &Global) -> anyhow::Result<ExitCode> {
    let report = report(global).await?;
    console::say(&report.to_string());
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The proof itself.
///
/// # Errors
/// When the database cannot be read.
pub async fn report(global: &Global) -> anyhow::Result<Report> {
    let environment = Surroundings::new(global).environment(global, subgraph_inventory::NAME).await?;
    let report = subgraph_inventory::prove(&environment).await.map_err(crate::databases::chain);
    environment.db.close().await?;
    report
}
