//! Sagas in the transactions of those who advance them.

use chrono::{DateTime, Utc};
use primitives::TenantId;
use uuid::Uuid;

use super::model::{Plan, Saga};
use super::store;
use crate::db::Tx;
use crate::error::Result;
use crate::outbox::Envelope;

/// Begins a saga of a document at this version; `first` says which steps are done by now, and which are asked for.
///
/// # Errors
/// `Internal` when the database fails, or the document has begun one at this version before.
pub async fn begin(
    tx: &Tx,
    plan: &Plan,
    (tenant, subject, version): (TenantId, Uuid, i32),
    at: DateTime<Utc>,
    first: impl FnOnce(&mut Saga) + Send,
) -> Result<()> {
    let mut saga = Saga::new(plan, (subject, version), at);
    first(&mut saga);
    store::insert(&**tx, tenant, &saga).await
}

/// Changes the latest saga of a document that had begun by this version. A document that has none, since it is older
/// than they are, goes its way without.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn follow(
    tx: &Tx,
    plan: &Plan,
    (tenant, subject, version): (TenantId, Uuid, i32),
    change: impl FnOnce(&mut Saga) + Send,
) -> Result<()> {
    let Some(mut saga) = store::lock(&**tx, tenant, plan, (subject, version)).await? else { return Ok(()) };
    let before = saga.clone();
    change(&mut saga);
    if saga != before {
        store::save(&**tx, tenant, (&before, &saga)).await?;
    }
    Ok(())
}

/// Notes an answer that tells nothing else: the step is done, or undone when the document was given up by the version that is
/// answered. False when it was done after it had been undone: then the undo has to be asked for once more.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn answer(tx: &Tx, plan: &Plan, event: &Envelope, step: &str, at: DateTime<Utc>) -> Result<bool> {
    let subject = event.subject();
    let mut is_in_time = true;
    follow(tx, plan, subject, |saga| is_in_time = saga.answer(step, event.aggregate_version, at)).await?;
    Ok(is_in_time)
}
