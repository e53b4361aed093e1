//! The events this service publishes.

use chassis::Event;
use chrono::{DateTime, Utc};
use primitives::SessionId;
use serde_json::json;

use crate::account::model::Account;
use crate::session::model::RevokedBecause;

/// Somebody signed in.
pub(crate) fn user_logged_in(account: &Account, session: SessionId, now: DateTime<Utc>) -> Event {
    about(account, "user.logged_in", json!({ "sessionId": session }), now)
}

/// Too many wrong passwords: the account is closed for a while.
pub(crate) fn user_locked(account: &Account, until: DateTime<Utc>, now: DateTime<Utc>) -> Event {
    // Whoever tried is not the account's owner, as far as anybody knows.
    Event { actor: None, ..about(account, "user.locked", json!({ "lockedUntil": until }), now) }
}

/// A session ended before its time.
pub(crate) fn session_revoked(
    account: &Account,
    session: SessionId,
    because: RevokedBecause,
    now: DateTime<Utc>,
) -> Event {
    let payload = json!({ "sessionId": session, "because": because.as_str() });
    about(account, "session.revoked", payload, now)
}

fn about(account: &Account, kind: &'static str, payload: serde_json::Value, now: DateTime<Utc>) -> Event {
    Event {
        tenant: account.tenant,
        kind,
        version: 1,
        aggregate: account.id.as_uuid(),
        aggregate_version: account.version,
        occurred_at: now,
        actor: Some(account.id),
        causation: None,
        payload,
    }
}
