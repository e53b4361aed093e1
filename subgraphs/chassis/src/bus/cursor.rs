//! How far each consumer has read a source, kept in the source's own database.

use primitives::TenantId;
use sea_orm::{ConnectionTrait, Statement};

use crate::db::Db;
use crate::error::Result;

/// One statement over all tenants: those with events that the consumer has not settled.
const BEHIND: &str = "SELECT counter.tenant_id, COALESCE(place.seq, 0), counter.seq FROM outbox_counter counter \
    LEFT JOIN outbox_cursor place ON place.tenant_id = counter.tenant_id AND place.consumer = $1 \
    WHERE counter.seq > COALESCE(place.seq, 0) ORDER BY counter.tenant_id";

/// The latest sequence of each tenant.
const LATEST: &str = "SELECT tenant_id, seq FROM outbox_counter WHERE seq > 0 ORDER BY tenant_id";

/// Only forward: a replica that settles late must not take back what another one settled.
const MOVE: &str = "INSERT INTO outbox_cursor (consumer, tenant_id, seq) VALUES ($1, $2, $3) \
    ON CONFLICT (consumer, tenant_id) DO UPDATE SET seq = excluded.seq WHERE outbox_cursor.seq < excluded.seq";

/// A tenant with events that a consumer has not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    pub(super) tenant: TenantId,
    /// The last sequence that was settled; 0 before the first.
    pub(super) settled: i64,
    /// The latest sequence there is.
    pub(super) latest: i64,
}

/// The tenants in which `consumer` has something to read.
pub(super) async fn behind(db: &Db, consumer: &str) -> Result<Vec<Behind>> {
    let statement = Statement::from_sql_and_values(db.backend(), BEHIND, [consumer.into()]);
    let rows = db.read().query_all_raw(statement).await?;
    let places = rows.iter().map(|row| {
        Ok(Behind {
            tenant: TenantId::from_uuid(row.try_get_by_index(0)?),
            settled: row.try_get_by_index(1)?,
            latest: row.try_get_by_index(2)?,
        })
    });
    places.collect()
}

/// The latest sequence of every tenant that has events.
pub(super) async fn latest(db: &Db) -> Result<Vec<(TenantId, i64)>> {
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), LATEST)).await?;
    let places =
        rows.iter().map(|row| Ok((TenantId::from_uuid(row.try_get_by_index(0)?), row.try_get_by_index(1)?)));
    places.collect()
}

/// Moves `consumer`'s places forward, all or none.
pub(super) async fn advance(db: &Db, consumer: &str, places: &[(TenantId, i64)]) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    db.write(|tx| async move {
        for (tenant, seq) in places {
            let values = [consumer.into(), tenant.as_uuid().into(), (*seq).into()];
            tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), MOVE, values)).await?;
        }
        Ok(())
    })
    .await
}
