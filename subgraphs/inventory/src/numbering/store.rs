//! The counters as rows.

use entities_inventory::document_counter::{
    ActiveModel,
    Column::{Kind, Last, TenantId as Tenant, Year},
    Entity,
};
use primitives::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, ExprTrait};

/// The next number of a kind of document in a year, such as `SC-2026-001`; from the thousandth on it grows longer.
pub(crate) async fn next_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (kind, year): (&'static str, i32),
) -> Result<String, DbErr> {
    let further = Expr::col((Entity, Last)).add(1_i32);
    let counted = OnConflict::columns([Tenant, Kind, Year]).value(Last, further).to_owned();
    let first =
        ActiveModel { tenant_id: Set(tenant), kind: Set(kind.to_owned()), year: Set(year), last: Set(1) };
    let row = Entity::insert(first).on_conflict(counted).exec_with_returning(tx).await?;
    Ok(format!("{kind}-{year}-{:03}", row.last))
}
