//! Levels that have not decided in time: each is told once.

use std::time::Duration;

use chassis::{Error, Result, task};
use chrono::{DateTime, Utc};
use primitives::{ApprovalId, PurchaseRequestId, TenantId};

use super::store;
use crate::{Buying, event};

/// How often deadlines are looked at.
const INTERVAL: Duration = Duration::from_secs(60);

/// Levels told of in one round; the rest is told of in the next.
const LIMIT: u64 = 200;

/// Looks at the deadlines of all tenants for as long as the process runs.
pub(crate) fn keep_telling(app: &Buying) {
    let app = app.clone();
    task::every("overdue approvals", INTERVAL, task::First::Now, move || {
        let app = app.clone();
        async move {
            match tell(&app).await {
                Ok(0) => {}
                Ok(levels) => tracing::info!(levels, "levels of approval are overdue"),
                Err(error) => {
                    tracing::error!(%error, "overdue approvals could not be told; it is tried again")
                }
            }
        }
    });
}

/// Tells of every level that is overdue and of which that was not told; answers of how many.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn tell(app: &Buying) -> Result<usize> {
    let now = app.clock.now();
    let mut told = 0;
    for due in store::due_across_tenants(app.db.read(), now, LIMIT).await? {
        told += usize::from(tell_one(app, due, now).await?);
    }
    Ok(told)
}

/// Under the request's lock: whoever decides meanwhile was faster, and of two who look at once one tells.
async fn tell_one(
    app: &Buying,
    (tenant, request, level): (TenantId, PurchaseRequestId, ApprovalId),
    now: DateTime<Utc>,
) -> Result<bool> {
    app.db
        .write(|tx| async move {
            let case = store::lock(&*tx, tenant, request).await?;
            let case = case.ok_or_else(|| Error::internal("an approval is of a request"))?;
            let Some(level) = case.approvals.iter().find(|it| it.id == level && it.is_overdue(now)) else {
                return Ok(false);
            };
            let is_first = store::note_overdue(&*tx, tenant, (level.id, now)).await?;
            if is_first {
                tx.publish(event::approval_overdue(tenant, &case.request, (level, now)));
            }
            Ok(is_first)
        })
        .await
}
