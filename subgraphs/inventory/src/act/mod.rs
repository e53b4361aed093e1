//! Who acts. In the documents of the store it is always a person.

pub(crate) mod graphql;

use chassis::Envelope;
use chrono::{DateTime, Utc};
use primitives::UserId;

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Who.
    pub(crate) by: UserId,
}

/// Who acts upon an event: whoever caused it, and where it names nobody the platform itself, which goes by its tenant's id.
pub(crate) fn of_event(event: &Envelope) -> UserId {
    event.actor_id.unwrap_or_else(|| UserId::from_uuid(event.tenant_id.as_uuid()))
}
