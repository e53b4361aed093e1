//! What is known about products as rows; every query starts at the tenant.

use std::collections::{BTreeSet, HashMap};

use chassis::Result;
use chrono::{DateTime, Utc};
use entities_vendor::product_ref;
use primitives::{Decimal, ProductId, TenantId, Unit};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::service::Known;

/// Rows of one INSERT: 6 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 2_000;

/// Remembers what is known about these products.
pub(crate) async fn remember(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (products, known): (BTreeSet<ProductId>, &Known),
    now: DateTime<Utc>,
) -> Result<()> {
    use product_ref::Column::{BaseUnit, Factor, LearnedAt, ProductId as Product, TenantId as Tenant, Unit};
    let packs = products.into_iter().filter_map(|product| known.get(&product).map(|packs| (product, packs)));
    let mut rows: Vec<_> = packs
        .flat_map(|(product, packs)| {
            let factors = packs.factors.iter().filter(|(_, factor)| factor.is_positive());
            factors.map(move |(unit, factor)| (product, unit.code(), packs.base_unit, *factor))
        })
        .collect();
    // Always in the same order: of two transactions that learn the same products, one waits for the other.
    rows.sort_by_key(|(product, unit, ..)| (*product, *unit));
    let newer =
        OnConflict::columns([Tenant, Product, Unit]).update_columns([BaseUnit, Factor, LearnedAt]).to_owned();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let rows = chunk.iter().map(|(product, unit, base_unit, factor)| product_ref::ActiveModel {
            tenant_id: Set(tenant),
            product_id: Set(*product),
            unit: Set((*unit).to_owned()),
            base_unit: Set(*base_unit),
            factor: Set(*factor),
            learned_at: Set(now),
        });
        let insert = product_ref::Entity::insert_many(rows).on_conflict(newer.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Base units in one of a unit, for products of which that is remembered; one statement.
pub(crate) async fn factors(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    wanted: Vec<(ProductId, Unit)>,
) -> Result<HashMap<(ProductId, Unit), Decimal>> {
    let products: BTreeSet<ProductId> = wanted.iter().map(|(product, _)| *product).collect();
    let units: BTreeSet<&str> = wanted.iter().map(|(_, unit)| unit.code()).collect();
    let rows = product_ref::Entity::find()
        .filter(product_ref::Column::TenantId.eq(tenant))
        .filter(product_ref::Column::ProductId.is_in(products))
        .filter(product_ref::Column::Unit.is_in(units))
        .all(db)
        .await?;
    let known = rows.into_iter().filter_map(|row| {
        let unit = Unit::from_code(&row.unit)?;
        Some(((row.product_id, unit), row.factor))
    });
    Ok(known.collect())
}
