//! Known products as rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities_inventory::product_ref::{Column, Entity, Model};
use primitives::{CategoryId, ProductId, TenantId, Unit};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::{Known, Tracking};

/// The products the tenant is known to have.
pub(crate) async fn known(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: &[ProductId],
) -> Result<Vec<Known>, DbErr> {
    let mut known = Vec::new();
    for chunk in products.chunks(1_000) {
        let rows = Entity::find()
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::ProductId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        known.extend(rows.into_iter().map(from_row));
    }
    Ok(known)
}

fn from_row(row: Model) -> Known {
    let tracking = row.is_lot_tracked.zip(row.is_expiry_tracked);
    Known {
        id: row.product_id,
        base_unit: row.base_unit,
        tracking: tracking.map(|(lot, expiry)| Tracking { lot, expiry }),
        category: row.category_id,
    }
}

/// Base units of the products the tenant is known to have.
pub(crate) async fn base_units(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Unit>, DbErr> {
    let known = known(db, tenant, products).await?;
    Ok(known.into_iter().map(|product| (product.id, product.base_unit)).collect())
}

/// Remembers products. The base unit of what is known already stays as it is, because stock is counted in it; what was
/// just learned about how a product is kept replaces what was known.
pub(crate) async fn remember_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    learned: &[Known],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let (described, bare): (Vec<&Known>, Vec<&Known>) =
        learned.iter().partition(|product| product.tracking.is_some());
    let key = || OnConflict::columns([Column::TenantId, Column::ProductId]);
    let newer =
        key().update_columns([Column::IsLotTracked, Column::IsExpiryTracked, Column::CategoryId]).to_owned();
    for (products, conflict) in [(described, newer), (bare, key().do_nothing().to_owned())] {
        for chunk in products.chunks(1_000) {
            let rows = chunk.iter().map(|product| to_row(tenant, product, now).into_active_model());
            Entity::insert_many(rows).on_conflict(conflict.clone()).exec_without_returning(tx).await?;
        }
    }
    Ok(())
}

fn to_row(tenant: TenantId, product: &Known, now: DateTime<Utc>) -> Model {
    Model {
        tenant_id: tenant,
        product_id: product.id,
        base_unit: product.base_unit,
        learned_at: now,
        is_lot_tracked: product.tracking.map(|tracking| tracking.lot),
        is_expiry_tracked: product.tracking.map(|tracking| tracking.expiry),
        category_id: product.category,
    }
}

/// Takes over, or forgets, how a product that is known is kept.
pub(crate) async fn describe_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    product: ProductId,
    (tracking, category): (Option<Tracking>, Option<CategoryId>),
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::IsLotTracked, tracking.map(|tracking| tracking.lot).into())
        .col_expr(Column::IsExpiryTracked, tracking.map(|tracking| tracking.expiry).into())
        .col_expr(Column::CategoryId, category.into())
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::ProductId.eq(product))
        .exec(tx)
        .await
        .map(drop)
}
