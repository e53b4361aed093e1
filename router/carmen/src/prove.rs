//! `carmen prove`: recomputes every stock balance from the ledger, checks people against the rules of the house, and what
//! purchasing documents say about each other, and follows every audit log from its beginning.

use crate::cli::Global;
use crate::console;
use crate::databases::chain;
use crate::fleet::{self, Surroundings};
use chassis::audit::{self, BrokenChain};
use std::fmt;
use std::process::ExitCode;

/// What the services found about their own data.
#[derive(Clone, Debug)]
pub struct Report {
    inventory: subgraph_inventory::Report,
    users: subgraph_users::Report,
    procurement: chassis::prover::Proof,
    vendor: chassis::prover::Proof,
    audit: AuditLogs,
}

/// The audit logs of all services.
#[derive(Clone, Debug, Default)]
struct AuditLogs {
    entries: u64,
    broken: Vec<(&'static str, BrokenChain)>,
}

impl Report {
    /// Whether everything agrees.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.inventory.is_sound()
            && self.users.is_sound()
            && self.procurement.is_sound()
            && self.vendor.is_sound()
            && self.audit.broken.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}\n{}\n{}\n{}\n{}",
            self.inventory, self.users, self.procurement, self.vendor, self.audit
        )
    }
}

impl fmt::Display for AuditLogs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "audit logs: {} entries", self.entries)?;
        for (service, broken) in &self.broken {
            write!(out, "\n  {service}: {broken}")?;
        }
        Ok(())
    }
}

/// Prints the report. Fails with exit code 1 when anything does not agree.
///
/// # Errors
/// When a database cannot be read.
pub async fn run(global: &Global) -> anyhow::Result<ExitCode> {
    let report = report(global).await?;
    console::say(&report.to_string());
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The proof itself.
///
/// # Errors
/// When a database cannot be read.
pub async fn report(global: &Global) -> anyhow::Result<Report> {
    let surroundings = Surroundings::new(global)?;
    let environment = surroundings.environment(global, subgraph_inventory::NAME).await?;
    let inventory = subgraph_inventory::prove(&environment).await.map_err(chain);
    environment.db.close().await?;
    let environment = surroundings.environment(global, subgraph_users::NAME).await?;
    let users = subgraph_users::prove(&environment).await.map_err(chain);
    environment.db.close().await?;
    let environment = surroundings.environment(global, subgraph_procurement::NAME).await?;
    let procurement = subgraph_procurement::prove(&environment).await.map_err(chain);
    environment.db.close().await?;
    let environment = surroundings.environment(global, subgraph_vendor::NAME).await?;
    let vendor = subgraph_vendor::prove(&environment).await.map_err(chain);
    environment.db.close().await?;
    let audit = audit_logs(&surroundings, global).await?;
    Ok(Report { inventory: inventory?, users: users?, procurement: procurement?, vendor: vendor?, audit })
}

async fn audit_logs(surroundings: &Surroundings, global: &Global) -> anyhow::Result<AuditLogs> {
    let mut logs = AuditLogs::default();
    for service in fleet::SERVICES {
        let environment = surroundings.environment(global, service).await?;
        let verified = audit::verify(&environment.db).await.map_err(chain);
        environment.db.close().await?;
        let (entries, broken) = verified?;
        logs.entries += entries;
        logs.broken.extend(broken.into_iter().map(|broken| (service, broken)));
    }
    Ok(logs)
}
