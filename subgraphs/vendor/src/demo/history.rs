//! What vendors kept of what they promised.

use chassis::{BoxFuture, Caller, Envelope, Environment, Event, Result};
use primitives::EventId;

use crate::scorecard::{hearing, store};

/// Counts orders and deliveries of the past for the scorecards of the caller's tenant, as if they had just been told. Where
/// deliveries were counted before, nothing is done. Answers how many counted.
///
/// # Errors
/// `Internal` when the database fails or something cannot be read.
pub fn hear<'a>(
    environment: &'a Environment,
    caller: &'a Caller,
    told: &'a [Event],
) -> BoxFuture<'a, Result<usize>> {
    Box::pin(count(environment, caller, told))
}

async fn count(environment: &Environment, caller: &Caller, told: &[Event]) -> Result<usize> {
    environment
        .db
        .write(|tx| async move {
            if store::has_deliveries(&*tx, caller.tenant).await? {
                return Ok(0);
            }
            for event in told {
                hearing::take(&tx, &envelope(event)).await?;
            }
            Ok(told.len())
        })
        .await
}

/// The event as it would have come.
fn envelope(event: &Event) -> Envelope {
    Envelope {
        event_id: EventId::at(event.occurred_at),
        tenant_id: event.tenant,
        kind: event.kind.to_owned(),
        version: event.version,
        aggregate_id: event.aggregate,
        aggregate_version: event.aggregate_version,
        seq: 0,
        occurred_at: event.occurred_at,
        actor_id: event.actor,
        causation_id: event.causation,
        correlation_id: None,
        traceparent: None,
        payload: event.payload.clone(),
    }
}
