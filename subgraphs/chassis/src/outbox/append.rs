//! Writing events as the last thing a transaction does.

use std::collections::BTreeMap;

use primitives::{EventId, TenantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbBackend, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait, Statement, Value,
};

use super::Event;
use super::row::{self, Column, counter};
use crate::clock::Clock;
use crate::db::Batch;
use crate::error::{Error, Result};
use crate::telemetry;

/// Rows of one INSERT; 14 values each keep it far below both databases' limits.
const ROWS_PER_STATEMENT: usize = 500;

/// Moves the tenant's counter by the number of events. The row stays locked until the transaction ends, which is what makes
/// sequence order commit order.
const ADVANCE: &str = "INSERT INTO outbox_counter (tenant_id, seq) VALUES ($1, $2) \
    ON CONFLICT (tenant_id) DO UPDATE SET seq = outbox_counter.seq + excluded.seq";

/// Leaves `events` to be written with the rest of what the transaction says last. Tenants are visited in id order, so two
/// transactions that write for several tenants cannot lock each other out.
pub(crate) fn append(backend: DbBackend, parting: &mut Batch, events: &[Event]) -> Result<()> {
    let mut by_tenant: BTreeMap<TenantId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_tenant.entry(event.tenant).or_default().push(event);
    }
    for (tenant, events) in by_tenant {
        let count = i64::try_from(events.len()).map_err(Error::internal)?;
        let values = [tenant.as_uuid().into(), count.into()];
        parting.push(Statement::from_sql_and_values(backend, ADVANCE, values));
        let behind = (0..count).rev().zip(events).collect::<Vec<_>>();
        for chunk in behind.chunks(ROWS_PER_STATEMENT) {
            parting.push(insert(backend, tenant, chunk)?);
        }
    }
    Ok(())
}

/// Inserts events, each so many places behind the last that the counter has given out.
fn insert(backend: DbBackend, tenant: TenantId, events: &[(i64, &Event)]) -> Result<Statement> {
    let last = counter::Entity::find()
        .select_only()
        .column(counter::Column::Seq)
        .filter(counter::Column::TenantId.eq(tenant.as_uuid()))
        .into_query();
    let mut insert = Query::insert();
    insert.into_table(row::Entity).columns(Column::iter());
    for (behind, event) in events {
        let row = active(event);
        let value = |column: Column| match column {
            Column::Seq => Expr::from(last.clone()).sub(*behind),
            other => Expr::from(row.get(other).into_value().unwrap_or(Value::Bool(None))),
        };
        insert.values(Column::iter().map(value)).map_err(Error::internal)?;
    }
    Ok(backend.build(&insert))
}

fn active(event: &Event) -> row::ActiveModel {
    let origin = telemetry::origin();
    row::ActiveModel {
        tenant_id: Set(event.tenant.as_uuid()),
        seq: NotSet,
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
        written_at: Set(Clock::system().now()),
    }
}
