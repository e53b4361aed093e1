//! What keeps a step from being done: an event that a consumer could not act on, here or in another service.

use chrono::{DateTime, Utc};
use primitives::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::follow::follow;
use super::model::{Plan, Saga};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::outbox::Envelope;

/// An event that could not be acted on, as others are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    /// Who could not.
    pub(crate) consumer: String,
    /// Whose event it is.
    pub(crate) source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Why.
    pub(crate) error: String,
    /// After how many attempts.
    pub(crate) attempts: i32,
    /// Whether it is given up, until somebody replays it.
    pub(crate) is_final: bool,
}

/// Notes a failure on the steps that depend on it; the event was about a document at some version.
pub(crate) async fn note(
    tx: &Tx,
    plans: &[&'static Plan],
    (tenant, subject, version): (TenantId, Uuid, i32),
    (failure, at): (&Failure, DateTime<Utc>),
) -> Result<()> {
    for (plan, step) in concerned(plans, &failure.consumer, &failure.kind) {
        let said = (failure.error.as_str(), failure.attempts);
        let change = |saga: &mut Saga| match saga.undone_version {
            // What was asked for before the document was given up matters no more.
            Some(undone) if version < undone => {}
            _ if failure.is_final => saga.fail(step, said, at),
            _ => saga.note_attempt(step, said, at),
        };
        follow(tx, plan, (tenant, subject, version), change).await?;
    }
    Ok(())
}

/// Notes what another service could not act on.
pub(crate) async fn dead_letter_told(tx: &Tx, plans: &[&'static Plan], event: &Envelope) -> Result<()> {
    let failure: Failure = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let about = event.subject();
    note(tx, plans, about, (&failure, event.occurred_at)).await
}

/// The steps for which this consumer acts on such events.
fn concerned<'a>(
    plans: &'a [&'static Plan],
    consumer: &'a str,
    kind: &'a str,
) -> impl Iterator<Item = (&'static Plan, &'static str)> + 'a {
    let steps = plans.iter().flat_map(|plan| plan.steps.iter().map(move |step| (*plan, step)));
    steps
        .filter(move |(_, step)| step.events.contains(&(consumer, kind)))
        .map(|(plan, step)| (plan, step.name))
}
