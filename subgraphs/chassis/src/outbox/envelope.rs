//! What an event says, before it is published and as consumers read it.

use chrono::{DateTime, Utc};
use primitives::{EventId, TenantId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::row;

/// A fact that a use case publishes; [`Tx::publish`](crate::Tx::publish) takes it.
#[derive(Clone, Debug)]
pub struct Event {
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// What happened, past tense: `stock.changed`.
    pub kind: &'static str,
    /// The version of the payload's shape.
    pub version: i32,
    /// The record it happened to; events of one aggregate keep their order.
    pub aggregate: Uuid,
    /// The aggregate's version after the change.
    pub aggregate_version: i32,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Who did it; nobody for what the system does by itself.
    pub actor: Option<UserId>,
    /// The event that caused this one.
    pub causation: Option<EventId>,
    /// The facts, in the shape of `version`.
    pub payload: Value,
}

/// An event as consumers read it, in commit order per tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Identifies the event everywhere; inboxes remember it.
    pub event_id: EventId,
    /// The tenant it belongs to.
    pub tenant_id: TenantId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version of the payload's shape.
    pub version: i32,
    /// The record it happened to.
    pub aggregate_id: Uuid,
    /// The aggregate's version after the change.
    pub aggregate_version: i32,
    /// The place in the tenant's gapless, commit-ordered sequence.
    pub seq: i64,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Who did it.
    pub actor_id: Option<UserId>,
    /// The event that caused this one.
    pub causation_id: Option<EventId>,
    /// Groups all events of one client request.
    pub correlation_id: Option<String>,
    /// The trace in which it was published.
    pub traceparent: Option<String>,
    /// The facts.
    pub payload: Value,
}

impl Envelope {
    /// What it is about: the tenant's record, at the version after the change.
    pub fn subject(&self) -> (TenantId, Uuid, i32) {
        (self.tenant_id, self.aggregate_id, self.aggregate_version)
    }

    /// What is told about the same record as of the same version, in answer to this.
    pub fn answer(&self, kind: &'static str, payload: Value, now: DateTime<Utc>) -> Event {
        Event {
            tenant: self.tenant_id,
            kind,
            version: 1,
            aggregate: self.aggregate_id,
            aggregate_version: self.aggregate_version,
            occurred_at: now,
            actor: self.actor_id,
            causation: Some(self.event_id),
            payload,
        }
    }
}

impl From<row::Model> for Envelope {
    fn from(row: row::Model) -> Self {
        Self {
            event_id: EventId::from_uuid(row.event_id),
            tenant_id: TenantId::from_uuid(row.tenant_id),
            kind: row.kind,
            version: row.version,
            aggregate_id: row.aggregate_id,
            aggregate_version: row.aggregate_version,
            seq: row.seq,
            occurred_at: row.occurred_at,
            actor_id: row.actor_id.map(UserId::from_uuid),
            causation_id: row.causation_id.map(EventId::from_uuid),
            correlation_id: row.correlation_id,
            traceparent: row.traceparent,
            payload: row.payload,
        }
    }
}
