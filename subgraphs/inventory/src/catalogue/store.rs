//! Known products as rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities_inventory::product_ref::{Column, Entity, Model};
use primitives::{ProductId, TenantId, Unit};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

/// Base units of the products the tenant is known to have.
pub(crate) async fn base_units(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Unit>, DbErr> {
    let mut known = HashMap::new();
    for chunk in products.chunks(1_000) {
        let rows = Entity::find()
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::ProductId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        known.extend(rows.into_iter().map(|row| (row.product_id, row.base_unit)));
    }
    Ok(known)
}

/// Remembers products; what is known already stays as it is, because stock is counted in it.
pub(crate) async fn remember_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    learned: &[(ProductId, Unit)],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    for chunk in learned.chunks(1_000) {
        let rows = chunk.iter().map(|&(product_id, base_unit)| {
            Model { tenant_id: tenant, product_id, base_unit, learned_at: now }.into_active_model()
        });
        let known = OnConflict::columns([Column::TenantId, Column::ProductId]).do_nothing().to_owned();
        Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    }
    Ok(())
}
