//! Judges tenant by tenant.

use chassis::{BoxFuture, Environment, Result};

use super::model::Report;
use super::store;

/// Checks the people of every tenant against the rules of the house. Safe to run beside live changes: each tenant is read
/// from one snapshot.
///
/// # Errors
/// `Internal` when the database cannot be read.
pub fn prove(environment: &Environment) -> BoxFuture<'_, Result<Report>> {
    Box::pin(judge(environment))
}

async fn judge(environment: &Environment) -> Result<Report> {
    let mut report = Report::default();
    let db = environment.db.read();
    for tenant in store::tenants_across_tenants(db).await? {
        let snapshot = store::snapshot(db).await?;
        let facts = store::facts(&snapshot, tenant).await?;
        snapshot.rollback().await?;
        facts.judge(tenant, &mut report);
    }
    Ok(report)
}
