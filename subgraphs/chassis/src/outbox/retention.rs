//! Forgetting old events, a small batch at a time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};

use crate::clock::Clock;
use crate::db::Db;
use crate::error::Result;
use crate::{idempotency, inbox, task};

/// How long events can be read again, from when they were written: what they tell of may be older when it is filed later.
/// In the system's time, since readers are given this long to come by.
pub const RETENTION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often old rows are looked for.
const INTERVAL: Duration = Duration::from_secs(10 * 60);

/// Rows of one DELETE: the transaction stays short, writers hardly wait.
const ROWS_PER_BATCH: u64 = 1_000;

const PRUNE: &str = "DELETE FROM outbox WHERE event_id IN \
    (SELECT event_id FROM outbox WHERE written_at < $1 ORDER BY written_at LIMIT $2)";

/// Deletes all events that were written longer than [`RETENTION`] before `now`; answers how many there were.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn prune(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let limit = now - RETENTION;
    let mut pruned = 0;
    loop {
        let count = db
            .write(|tx| async move {
                let values = [limit.into(), ROWS_PER_BATCH.into()];
                let statement = Statement::from_sql_and_values(tx.get_database_backend(), PRUNE, values);
                Ok(tx.execute_raw(statement).await?.rows_affected())
            })
            .await?;
        pruned += count;
        if count < ROWS_PER_BATCH {
            return Ok(pruned);
        }
    }
}

/// Prunes events and idempotency keys for as long as the process runs.
pub fn keep_pruned(db: &Db, clock: &Clock) {
    let (db, clock) = (db.clone(), clock.clone());
    task::every("retention", INTERVAL, task::First::Now, move || {
        let (db, now) = (db.clone(), clock.now());
        async move {
            let events = prune(&db, Clock::system().now()).await;
            let keys = idempotency::prune(&db, now).await;
            let handled = inbox::prune(&db, now).await;
            for (rows, outcome) in
                [("events", events), ("idempotency keys", keys), ("handled events", handled)]
            {
                match outcome {
                    Ok(count) => tracing::debug!(count, "old {rows} are pruned"),
                    Err(error) => tracing::warn!(?error, "pruning {rows} failed; it is tried again"),
                }
            }
        }
    });
}
