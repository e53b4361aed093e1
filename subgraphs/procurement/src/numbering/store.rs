//! The counters as rows.

use chassis::{Error, Result};
use chrono::Datelike;
use entities_procurement::document_counter;
use primitives::{Date, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// The next number of a kind in a day's year. The counter's row is locked until the transaction ends: take it last.
pub(crate) async fn next(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    kind: &'static str,
    day: Date,
) -> Result<String> {
    use document_counter::Column::{Kind, Last, TenantId as Tenant, Year};
    let year = day.get().year();
    let first = document_counter::ActiveModel {
        tenant_id: Set(tenant),
        kind: Set(kind.to_owned()),
        year: Set(year),
        last: Set(1),
    };
    let counted = OnConflict::columns([Tenant, Kind, Year])
        .value(Last, Expr::col((document_counter::Entity, Last)).add(1))
        .to_owned();
    document_counter::Entity::insert(first).on_conflict(counted).exec_without_returning(tx).await?;
    let row = document_counter::Entity::find()
        .filter(Tenant.eq(tenant))
        .filter(Kind.eq(kind))
        .filter(Year.eq(year))
        .one(tx)
        .await?;
    let row = row.ok_or_else(|| Error::internal("a counter that was just counted up has a row"))?;
    Ok(super::shown(kind, year, row.last))
}
