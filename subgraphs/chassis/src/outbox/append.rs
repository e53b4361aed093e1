//! Writing events as the last thing a transaction does.

use std::collections::BTreeMap;

use primitives::{EventId, TenantId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};

use super::{Event, row};
use crate::error::{Error, Result};
use crate::telemetry;

/// Rows of one INSERT; 13 columns each keep it far below both databases' limits.
const ROWS_PER_STATEMENT: usize = 500;

/// Moves the tenant's counter by the number of events and answers where it stood before. The row stays locked until the
/// transaction ends, which is what makes sequence order commit order.
const ADVANCE: &str = "INSERT INTO outbox_counter (tenant_id, seq) VALUES ($1, $2) \
    ON CONFLICT (tenant_id) DO UPDATE SET seq = outbox_counter.seq + excluded.seq RETURNING seq";

/// Appends `events` in the running transaction. Tenants are visited in id order, so two transactions that write for
/// several tenants cannot lock each other out.
pub(crate) async fn append(tx: &impl ConnectionTrait, events: &[Event]) -> Result<()> {
    let mut by_tenant: BTreeMap<TenantId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_tenant.entry(event.tenant).or_default().push(event);
    }
    for (tenant, events) in by_tenant {
        let count = i64::try_from(events.len()).map_err(Error::internal)?;
        let first = advance(tx, tenant, count).await? - count + 1;
        let rows: Vec<_> = (first..).zip(&events).map(|(seq, event)| active(event, seq)).collect();
        for chunk in rows.chunks(ROWS_PER_STATEMENT) {
            row::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
        }
    }
    Ok(())
}

async fn advance(tx: &impl ConnectionTrait, tenant: TenantId, count: i64) -> Result<i64> {
    let backend = tx.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, ADVANCE, [tenant.as_uuid().into(), count.into()]);
    let row = tx.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::internal("the outbox counter answered no row"))?;
    Ok(row.try_get_by_index(0)?)
}

fn active(event: &Event, seq: i64) -> row::ActiveModel {
    let origin = telemetry::origin();
    row::ActiveModel {
        tenant_id: Set(event.tenant.as_uuid()),
        seq: Set(seq),
        event_id: Set(EventId::at(event.occurred_at).as_uuid()),
        kind: Set(event.kind.to_owned()),
        version: Set(event.version),
        aggregate_id: Set(event.aggregate),
        aggregate_version: Set(event.aggregate_version),
        occurred_at: Set(event.occurred_at),
        actor_id: Set(event.actor.map(primitives::UserId::as_uuid)),
        causation_id: Set(event.causation.or(origin.cause).map(EventId::as_uuid)),
        correlation_id: Set(origin.request_id),
        traceparent: Set(origin.traceparent),
        payload: Set(event.payload.clone()),
    }
}
