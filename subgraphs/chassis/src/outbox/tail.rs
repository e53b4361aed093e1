//! Following a tenant's events as they commit.

use primitives::TenantId;
use tokio::sync::watch;

use super::{Envelope, POLL, read_after};
use crate::db::Db;
use crate::error::Result;

/// A place in a tenant's events that moves forward batch by batch. Dropping it costs nothing; a new one resumes after
/// any sequence that is still retained.
#[derive(Debug)]
pub struct Tail {
    db: Db,
    tenant: TenantId,
    seq: i64,
    limit: u64,
    commits: watch::Receiver<u64>,
}

impl Tail {
    /// Starts after `seq`; each batch has at most `limit` events.
    pub fn after(db: &Db, tenant: TenantId, seq: i64, limit: u64) -> Self {
        Self { db: db.clone(), tenant, seq, limit, commits: db.commits() }
    }

    /// The last sequence that was handed out.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The next events, as soon as there is at least one. Safe to cancel: nothing is skipped.
    ///
    /// # Errors
    /// `Internal` when the database fails; the place is kept, so trying again is safe.
    pub async fn next(&mut self) -> Result<Vec<Envelope>> {
        loop {
            // Marked before reading, so that a commit between the read and the wait wakes the wait at once.
            self.commits.mark_unchanged();
            let events = read_after(self.db.read(), self.tenant, self.seq, self.limit).await?;
            if let Some(last) = events.last() {
                self.seq = last.seq;
                return Ok(events);
            }
            // Both ends lead to the next read: the timeout is the poll for other processes' commits, and the sender
            // cannot be gone while `db` is held.
            let _ = tokio::time::timeout(POLL, self.commits.changed()).await;
        }
    }
}
