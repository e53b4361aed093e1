//! One event: mark it, act on it, commit both.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use sea_orm::{ConnectionTrait, Statement};

use super::{Consumer, Handler, dead_letter};
use crate::db::{Db, Tx, is_away};
use crate::error::{Error, Result};
use crate::outbox::Envelope;
use crate::telemetry::Origin;

/// How often a handler may fail before its event becomes a dead letter.
const ATTEMPTS_MAX: i32 = 5;

/// The pause after the first failure; four times as long after each further one: 5.1 s in all.
const BACKOFF: Duration = Duration::from_millis(60);

/// How long the inbox remembers. Longer than any bus keeps an event.
const MEMORY: TimeDelta = TimeDelta::days(30);

const MARK: &str = "INSERT INTO inbox (consumer, event_id, handled_at) VALUES ($1, $2, $3) \
    ON CONFLICT (consumer, event_id) DO NOTHING";
const PRUNE: &str = "DELETE FROM inbox WHERE handled_at < $1";

impl Consumer {
    /// Acts on one event of `source` unless that was done before. What keeps failing becomes a dead letter, and that is
    /// an orderly end.
    ///
    /// # Errors
    /// `Internal` when the database fails: the event has to come again.
    pub async fn handle(&self, source: &str, event: &Arc<Envelope>) -> Result<()> {
        let Some(handler) = self.handler(source, &event.kind) else { return Ok(()) };
        let mut attempt = 1;
        let error = loop {
            match self.attempt(handler, event).await {
                Ok(()) => return Ok(()),
                // Nothing is wrong with the event; it waits for the database however long that takes.
                Err(error) if is_away(&error) => return Err(error),
                Err(error) if attempt < ATTEMPTS_MAX => {
                    tracing::debug!(event = %event.event_id, attempt, %error, "acting on an event failed");
                    self.note_attempt(source, event, (attempt, &error)).await?;
                    tokio::time::sleep(BACKOFF * 4_u32.pow(attempt.unsigned_abs() - 1)).await;
                    attempt += 1;
                }
                Err(error) => break error,
            }
        };
        dead_letter::bury(self, source, event, (ATTEMPTS_MAX, &error)).await?;
        let consumer = self.0.name;
        tracing::error!(event = %event.event_id, kind = %event.kind, consumer, error = ?error, "an event is a dead letter");
        metrics::counter!("carmen_dead_letters_total", "consumer" => consumer, "type" => event.kind.clone())
            .increment(1);
        Ok(())
    }

    async fn attempt(&self, handler: &Handler, event: &Arc<Envelope>) -> Result<()> {
        let now = self.0.clock.now();
        let effect = self.0.db.write(|tx| async move {
            if self.mark(&tx, event, now).await? { act(handler, tx, event).await } else { Ok(()) }
        });
        caused_by(event).scope(effect).await
    }

    /// Notes that the event was handled; false when it was before. A concurrent delivery waits for the first one's end.
    pub(super) async fn mark(&self, tx: &Tx, event: &Envelope, now: DateTime<Utc>) -> Result<bool> {
        let values = [self.0.name.into(), event.event_id.as_uuid().into(), now.into()];
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), MARK, values);
        Ok(tx.execute_raw(statement).await?.rows_affected() > 0)
    }
}

/// The labels for everything that is published because of `event`.
pub(super) fn caused_by(event: &Envelope) -> Origin {
    Origin {
        request_id: event.correlation_id.clone(),
        traceparent: event.traceparent.clone(),
        cause: Some(event.event_id),
    }
}

/// Runs the handler in the open transaction. A panic fails this attempt only.
pub(super) async fn act(handler: &Handler, tx: Tx, event: &Arc<Envelope>) -> Result<()> {
    let outcome = AssertUnwindSafe(handler(tx, Arc::clone(event))).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::internal(format!("the handler of {} panicked", event.kind))))
}

/// Forgets events that no bus can deliver again; answers how many there were.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn prune(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let limit = now - MEMORY;
    db.write(|tx| async move {
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), PRUNE, [limit.into()]);
        Ok(tx.execute_raw(statement).await?.rows_affected())
    })
    .await
}
