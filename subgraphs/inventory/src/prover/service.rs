//! Runs the recomputation tenant by tenant.

use chassis::{BoxFuture, Environment, Result};

use super::model::{Replay, Report};
use super::{periods, sagas, store};

/// Recomputes every balance of every tenant from the ledger. Safe to run beside live postings: each tenant is read from
/// one snapshot.
pub fn prove(env: &Environment) -> BoxFuture<'_, Result<Report>> {
    Box::pin(judge(env))
}

async fn judge(env: &Environment) -> Result<Report> {
    let mut report = Report::default();
    for tenant in store::tenants_across_tenants(env.db.read()).await? {
        let snapshot = store::snapshot(env.db.read()).await?;
        let books = store::books(&snapshot, tenant).await?;
        let documents = store::documents(&snapshot, tenant).await?;
        let mut replay = Replay::new(tenant);
        loop {
            let page = store::movements_after(&snapshot, tenant, replay.last_seq()).await?;
            if page.is_empty() {
                break;
            }
            for movement in &page {
                replay.add(movement);
            }
        }
        periods::compare(&snapshot, tenant, &mut report).await?;
        snapshot.rollback().await?;
        replay.compare(&books, &mut report);
        documents.compare(tenant, &mut report);
    }
    sagas::compare(&env.db, &mut report).await?;
    Ok(report)
}
