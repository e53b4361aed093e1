//! From a source's outbox to a broker: what every bus between processes does the same way.
//!
//! A bus says how one round goes ([`Relay`]); the loop around it, its pauses and what a batch is are here.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use primitives::TenantId;
use tokio::task::JoinHandle;

use super::BATCH_MAX;
use crate::db::{self, Db};
use crate::error::Result;
use crate::outbox::{Envelope, POLL, read_after};
use crate::task;

/// The pause when the broker or the database fails, or when the broker holds as much as it may.
const PAUSE: Duration = Duration::from_secs(1);

/// Brings a source's events to a broker.
pub(super) trait Relay: Send + 'static {
    /// Brings a batch of every tenant that has events which the broker did not get.
    fn step(&mut self, db: &Db) -> impl Future<Output = Result<Step>> + Send;

    /// After an error the next step begins anew: the broker may have come back with less than it had.
    fn forget(&mut self);
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more to bring.
    More,
    /// The broker has everything.
    UpToDate,
    /// The broker holds as much as it may.
    Full,
}

/// The relays of a bus; they end with it.
#[derive(Debug, Default)]
pub(super) struct Relays(Mutex<Vec<JoinHandle<()>>>);

impl Relays {
    /// Relays the events in `db`'s outbox, which are those of `source`.
    pub(super) fn start(&self, source: &'static str, db: &Db, relay: impl Relay) {
        let running = task::spawn("relay", run(relay, source, db.clone()));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(running);
    }
}

impl Drop for Relays {
    fn drop(&mut self) {
        for running in self.0.get_mut().unwrap_or_else(PoisonError::into_inner) {
            running.abort();
        }
    }
}

async fn run(mut relay: impl Relay, source: &'static str, db: Db) {
    let mut commits = db.commits();
    loop {
        // Marked before reading, so that a commit between the read and the wait wakes the wait at once.
        commits.mark_unchanged();
        match relay.step(&db).await {
            Ok(Step::More) => {}
            Ok(Step::UpToDate) => {
                // The timeout also finds a broker that is back without what it had.
                let _ = tokio::time::timeout(POLL, commits.changed()).await;
            }
            Ok(Step::Full) => {
                tracing::warn!(source, "the bus is full: events wait in the outbox for the slowest consumer");
                tokio::time::sleep(PAUSE).await;
            }
            // The process ends.
            Err(error) if db::is_closed(&error) => return,
            Err(error) => {
                relay.forget();
                tracing::warn!(source, ?error, "events cannot be relayed; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// The next events of a tenant.
pub(super) struct Batch {
    /// Oldest first; none when all that was open has been pruned.
    pub(super) events: Vec<Envelope>,
    /// The place behind them. What was pruned cannot be relayed any more; the place goes on behind it.
    pub(super) reached: i64,
}

/// Reads the events of `source` between two sequences of `tenant`: the last one relayed, and the latest there is.
pub(super) async fn read_batch(
    db: &Db,
    source: &str,
    tenant: TenantId,
    (place, latest): (i64, i64),
) -> Result<Batch> {
    let events = read_after(db.read(), tenant, place, BATCH_MAX).await?;
    // Whoever has relayed nothing yet begins where the outbox does.
    if place > 0 && events.first().map_or(latest, |first| first.seq - 1) > place {
        tracing::error!(%tenant, source, "events of {source} were pruned before they were relayed");
    }
    let reached = events.last().map_or(latest, |last| last.seq);
    Ok(Batch { events, reached })
}
