//! Keeping accounts like the people they belong to: names and mail addresses follow the users service, and who leaves
//! signs in no more: open sessions end, and what was signed in a moment before ends with them.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Event, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::UserId;
use serde::Deserialize;

use super::model::Status;
use super::store;
use crate::session::model::RevokedBecause;
use crate::{event, session};

/// The service that owns people.
const SOURCE: &str = "users";

/// What an event about a person says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    user_id: UserId,
    email: String,
    display_name: String,
}

/// What this service does when people change.
pub(crate) fn handlers(clock: &Clock) -> Handlers {
    let mut handlers = Handlers::new();
    for (kind, status) in [
        ("user.updated", None),
        ("user.deactivated", Some((Status::Active, Status::Disabled))),
        ("user.reactivated", Some((Status::Disabled, Status::Active))),
    ] {
        let clock = clock.clone();
        handlers = handlers.on(SOURCE, kind, move |tx, event| {
            let clock = clock.clone();
            async move { follow(&tx, &event, status, &clock).await }
        });
    }
    handlers
}

/// People without an account are nobody's business here.
async fn follow(
    tx: &Tx,
    event: &Arc<Envelope>,
    status: Option<(Status, Status)>,
    clock: &Clock,
) -> Result<()> {
    let person: Person = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let named = (person.email.as_str(), person.display_name.as_str());
    store::rename(tx, event.tenant_id, person.user_id, named, clock.now()).await?;
    if let Some((from, to)) = status {
        store::move_status(tx, event.tenant_id, person.user_id, (from, to), clock.now()).await?;
        if to == Status::Disabled {
            end_sessions(tx, event, person.user_id, clock.now()).await?;
        }
    }
    Ok(())
}

/// Ends whatever the account has signed in to. It is locked until then, so nobody signs in meanwhile.
async fn end_sessions(tx: &Tx, cause: &Envelope, id: UserId, now: DateTime<Utc>) -> Result<()> {
    let Some(account) = store::lock(tx, cause.tenant_id, id).await? else { return Ok(()) };
    let (owner, because) = ((cause.tenant_id, id), RevokedBecause::Left);
    for session in session::store::revoke(tx, owner, None, because, now).await? {
        let told = event::session_revoked(&account, session, because, now);
        tx.publish(Event { actor: cause.actor_id, causation: Some(cause.event_id), ..told });
    }
    Ok(())
}
