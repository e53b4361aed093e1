//! Facts leave with the transaction: the outbox.
//!
//! A state change and its events commit together. Each tenant has a counter row that the transaction moves last, so the
//! sequence is gapless in commit order: a reader that has seen 7 will never meet a late 6. Consumers keep the last
//! sequence they handled; whoever is older than the retention starts anew from a snapshot.

mod append;
mod envelope;
mod retention;
mod row;
mod tail;

use std::time::Duration;

use primitives::TenantId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Result;

pub use envelope::{Envelope, Event};
pub use retention::{RETENTION, keep_pruned, prune};
pub use tail::Tail;

pub(crate) use append::append;

/// How long a commit of another process may go unseen.
pub(crate) const POLL: Duration = Duration::from_millis(500);

/// The largest number of events one read answers.
pub const READ_MAX: u64 = 1_000;

/// The events of `tenant` after `seq`, oldest first, at most `limit` (and never more than [`READ_MAX`]).
///
/// # Errors
/// `Internal` when the database fails.
pub async fn read_after(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    seq: i64,
    limit: u64,
) -> Result<Vec<Envelope>> {
    let rows = row::Entity::find()
        .filter(row::Column::TenantId.eq(tenant.as_uuid()))
        .filter(row::Column::Seq.gt(seq))
        .order_by_asc(row::Column::Seq)
        .limit(limit.min(READ_MAX))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Envelope::from).collect())
}

/// The sequence of `tenant`'s latest event; 0 before the first.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn latest(db: &impl ConnectionTrait, tenant: TenantId) -> Result<i64> {
    let counter = row::counter::Entity::find_by_id(tenant.as_uuid()).one(db).await?;
    Ok(counter.map_or(0, |counter| counter.seq))
}

/// The smallest sequence of `tenant` that can still be read; the next one to come when nothing is kept. A reader may
/// resume after `seq` as long as `seq + 1` is not smaller.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn oldest_retained(db: &impl ConnectionTrait, tenant: TenantId) -> Result<i64> {
    let oldest = row::Entity::find()
        .filter(row::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_asc(row::Column::Seq)
        .one(db)
        .await?;
    match oldest {
        Some(event) => Ok(event.seq),
        None => Ok(latest(db, tenant).await? + 1),
    }
}
