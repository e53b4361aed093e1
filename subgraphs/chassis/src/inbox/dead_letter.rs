//! Events that could not be acted on: seen, kept, replayed.
//!
//! A dead letter counts as handled, so that a second delivery does not fail all over again; replaying it is the one way
//! back. Fields of these names cannot be merged by a router (each service would answer for itself only), so a service
//! that consumes gives them names of its own and calls these functions.

use std::sync::Arc;

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use primitives::{DeadLetterId, EventId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::handle::{act, caused_by};
use super::{Consumer, DEAD_LETTERED, row};
use crate::caller::Caller;
use crate::db::Tx;
use crate::error::{Error, Refusal, Result, UserError};
use crate::idempotency::{self, Attempt};
use crate::outbox::Envelope;
use crate::saga::{self, Failure};

/// The permission to see dead letters and to replay them.
pub const REPLAY: &str = "events:replay";

/// Characters of an error that are kept.
const ERROR_CHARS_MAX: usize = 1_000;

/// An event that a service could not act on. It waits to be replayed; the events behind it went on.
#[derive(Clone, Debug, PartialEq, SimpleObject)]
#[graphql(shareable)]
pub struct DeadLetter {
    /// Identity.
    pub id: DeadLetterId,
    /// Which service could not act on it.
    pub consumer: String,
    /// Which service published it.
    pub source: String,
    /// The event's identity.
    pub event_id: EventId,
    /// What happened: `pr.approved`.
    #[graphql(name = "type")]
    pub kind: String,
    /// The whole event, as JSON text.
    pub event: String,
    /// Why acting on it failed the last time.
    pub error: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it failed the last time.
    pub failed_at: primitives::DateTime,
    /// When it was replayed with success.
    pub replayed_at: Option<primitives::DateTime>,
}

/// What came of replaying a dead letter.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(shareable)]
pub struct DeadLetterPayload {
    /// The letter as it is now.
    pub dead_letter: Option<DeadLetter>,
    /// What was refused.
    pub user_errors: Vec<UserError>,
}

impl From<row::Model> for DeadLetter {
    fn from(row: row::Model) -> Self {
        Self {
            id: DeadLetterId::from_uuid(row.id),
            consumer: row.consumer,
            source: row.source,
            event_id: EventId::from_uuid(row.event_id),
            kind: row.event["type"].as_str().unwrap_or_default().to_owned(),
            event: row.event.to_string(),
            error: row.error,
            attempts: row.attempts,
            failed_at: row.failed_at.into(),
            replayed_at: row.replayed_at.map(Into::into),
        }
    }
}

/// Lays `event` aside after the last of `attempts` failed with `error`.
pub(super) async fn bury(
    consumer: &Consumer,
    source: &str,
    event: &Envelope,
    (attempts, error): (i32, &Error),
) -> Result<()> {
    let now = consumer.0.clock.now();
    let letter = row::ActiveModel {
        id: Set(DeadLetterId::at(now).as_uuid()),
        tenant_id: Set(event.tenant_id.as_uuid()),
        consumer: Set(consumer.0.name.to_owned()),
        source: Set(source.to_owned()),
        event_id: Set(event.event_id.as_uuid()),
        event: Set(serde_json::to_value(event).map_err(Error::internal)?),
        error: Set(reason(error)),
        attempts: Set(attempts),
        failed_at: Set(now),
        replayed_at: Set(None),
    };
    let letter = &letter;
    consumer
        .0
        .db
        .write(|tx| async move {
            if consumer.mark(&tx, event, now).await? {
                row::Entity::insert(letter.clone()).exec_without_returning(&tx).await?;
                consumer.tell(&tx, (source, event), (attempts, error), now).await?;
            }
            Ok(())
        })
        .await
}

impl Consumer {
    /// Tells others that `event` became a dead letter, or is one still, and lets the steps fail that depend on it here.
    async fn tell(
        &self,
        tx: &Tx,
        (source, event): (&str, &Envelope),
        (attempts, error): (i32, &Error),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let failure = self.failure(source, event, (attempts, error, true));
        let about = event.subject();
        saga::note(tx, &self.0.handlers.plans, about, (&failure, now)).await?;
        let payload = serde_json::to_value(&failure).map_err(Error::internal)?;
        tx.publish(event.answer(DEAD_LETTERED, payload, now));
        Ok(())
    }

    /// Notes on the steps of sagas here that acting on `event` failed and is tried again.
    pub(super) async fn note_attempt(
        &self,
        source: &str,
        event: &Envelope,
        (attempt, error): (i32, &Error),
    ) -> Result<()> {
        let plans = &self.0.handlers.plans;
        if plans.is_empty() {
            return Ok(());
        }
        let (failure, now) = (&self.failure(source, event, (attempt, error, false)), self.0.clock.now());
        let about = event.subject();
        self.0.db.write(|tx| async move { saga::note(&tx, plans, about, (failure, now)).await }).await
    }

    fn failure(
        &self,
        source: &str,
        event: &Envelope,
        (attempts, error, is_final): (i32, &Error, bool),
    ) -> Failure {
        Failure {
            consumer: self.0.name.to_owned(),
            source: source.to_owned(),
            kind: event.kind.clone(),
            error: told_reason(self.0.name, (error, is_final)),
            attempts,
            is_final,
        }
    }
}

/// The error for those who follow a document and can mend nothing: tables and addresses are none of their business.
fn told_reason(consumer: &str, (error, is_final): (&Error, bool)) -> String {
    match error {
        Error::Internal(_) if is_final => format!("internal error in {consumer}; its dead letter says more"),
        Error::Internal(_) => format!("internal error in {consumer}; it is tried again"),
        _ => error.to_string(),
    }
}

/// The error with its causes, for the people who mend it.
fn reason(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text.chars().take(ERROR_CHARS_MAX).collect()
}

impl Consumer {
    /// Acts on a dead letter once more. With success it counts as replayed; without, it stays and remembers the error. The same
    /// `key` again answers the letter as it is, once it was replayed.
    ///
    /// # Errors
    /// `Forbidden` without `events:replay`; `NotFound` for a letter of nobody's or another tenant's; `Refused` when it was replayed before; whatever the handler
    /// answers.
    pub async fn replay(&self, caller: &Caller, id: DeadLetterId, key: Option<&str>) -> Result<DeadLetter> {
        caller.require(REPLAY)?;
        let found = find_row(self, caller, id).await?;
        let event: Envelope = serde_json::from_value(found.event.clone()).map_err(Error::internal)?;
        let handler = self.handler(&found.source, &event.kind);
        let handler = handler.ok_or_else(|| {
            Refusal::invalid("id", format!("nobody acts on {} of {} any more", event.kind, found.source))
        })?;
        let (event, found, now) = (&Arc::new(event), &found, self.0.clock.now());
        let attempt = &Attempt::try_new(caller, "replayDeadLetter", key, &id, now)?;
        let effect = self.0.db.write(|tx| async move {
            let work = async {
                claim(&tx, found, now).await?;
                act(handler, tx.clone(), event).await
            };
            idempotency::once(&tx, attempt, work).await
        });
        if let Err(error) = caused_by(event).scope(effect).await {
            remember(self, (found, event), &error).await?;
            return Err(error);
        }
        Ok(DeadLetter::from(find_row(self, caller, id).await?))
    }
}

async fn find_row(consumer: &Consumer, caller: &Caller, id: DeadLetterId) -> Result<row::Model> {
    let mine = row::Entity::find_by_id(id.as_uuid())
        .filter(row::Column::TenantId.eq(caller.tenant.as_uuid()))
        .filter(row::Column::Consumer.eq(consumer.0.name));
    let found = mine.one(consumer.0.db.read()).await?;
    found.ok_or_else(|| Error::not_found_at("dead letter", "id"))
}

/// Marks the letter as replayed in the transaction of the effect; of two replays one waits and is then refused.
async fn claim(tx: &Tx, found: &row::Model, now: DateTime<Utc>) -> Result<()> {
    let claimed = row::Entity::update_many()
        .col_expr(row::Column::ReplayedAt, now.into())
        .col_expr(row::Column::Attempts, (found.attempts + 1).into())
        .filter(row::Column::Id.eq(found.id))
        .filter(row::Column::ReplayedAt.is_null())
        .exec(tx)
        .await?;
    if claimed.rows_affected == 1 {
        Ok(())
    } else {
        Err(Refusal::invalid_state("REPLAYED", "REPLAYED").into())
    }
}

async fn remember(
    consumer: &Consumer,
    (found, event): (&row::Model, &Envelope),
    error: &Error,
) -> Result<()> {
    let (now, reason, attempts) = (consumer.0.clock.now(), &reason(error), found.attempts + 1);
    consumer
        .0
        .db
        .write(|tx| async move {
            let noted = row::Entity::update_many()
                .col_expr(row::Column::Error, reason.as_str().into())
                .col_expr(row::Column::Attempts, attempts.into())
                .col_expr(row::Column::FailedAt, now.into())
                .filter(row::Column::Id.eq(found.id))
                .filter(row::Column::ReplayedAt.is_null())
                .exec(&tx)
                .await?;
            if noted.rows_affected == 1 {
                consumer.tell(&tx, (&found.source, event), (attempts, error), now).await?;
            }
            Ok(())
        })
        .await
}
