//! How vendors stand to products, as rows.

use std::collections::HashMap;

use chassis::{
    Connection, Criteria, Db, Error, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use chrono::{DateTime, Utc};
use entities_vendor::vendor_product::{self, Column};
use primitives::{ProductId, TenantId, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Select};
use serde::Serialize;

use super::super::relation::{Pack, VendorProduct};

/// Rows of one INSERT: 12 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;

/// What a list of relations is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RelationCriterion {
    pub(crate) vendor_ids: Option<Vec<VendorId>>,
    pub(crate) product_ids: Option<Vec<ProductId>>,
    pub(crate) is_preferred: Option<bool>,
    pub(crate) is_blocked: Option<bool>,
}

fn scoped(tenant: TenantId) -> Select<vendor_product::Entity> {
    vendor_product::Entity::find().filter(Column::TenantId.eq(tenant))
}

fn condition(criterion: &RelationCriterion) -> Condition {
    let RelationCriterion { vendor_ids, product_ids, is_preferred, is_blocked } = criterion;
    Condition::all()
        .add_option(vendor_ids.as_ref().map(|ids| Column::VendorId.is_in(ids.iter().copied())))
        .add_option(product_ids.as_ref().map(|ids| Column::ProductId.is_in(ids.iter().copied())))
        .add_option(is_preferred.map(|is_preferred| Column::IsPreferred.eq(is_preferred)))
        .add_option(is_blocked.map(|is_blocked| Column::IsBlocked.eq(is_blocked)))
}

/// What a list of relations is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelationsBy {
    CreatedAtAsc,
    CreatedAtDesc,
    UpdatedAtDesc,
}

/// A page of the relations that meet `criteria`.
pub(crate) async fn list_relations(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<RelationCriterion>,
    by: RelationsBy,
    page: PageRequest,
) -> Result<Connection<VendorProduct>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    // Ids are in the order in which relations were made.
    let keys = match by {
        RelationsBy::CreatedAtAsc => Vec::new(),
        RelationsBy::CreatedAtDesc => vec![SortKey::descending(Column::Id)],
        RelationsBy::UpdatedAtDesc => vec![SortKey::descending(Column::UpdatedAt)],
    };
    Ok(page::list(db, select, &keys, Column::Id, page).await?.map(to_relation))
}

/// The vendor's relation to a product.
pub(crate) async fn find_relation(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (vendor_id, product_id): (VendorId, ProductId),
) -> Result<Option<VendorProduct>> {
    let row = scoped(tenant)
        .filter(Column::VendorId.eq(vendor_id))
        .filter(Column::ProductId.eq(product_id))
        .one(db)
        .await?;
    Ok(row.map(to_relation))
}

/// Takes the preference for a product away from whichever other vendor has it.
pub(crate) async fn clear_preferred(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (vendor_id, product_id): (VendorId, ProductId),
    now: DateTime<Utc>,
) -> Result<()> {
    vendor_product::Entity::update_many()
        .col_expr(Column::IsPreferred, Expr::value(false))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::ProductId.eq(product_id))
        .filter(Column::VendorId.ne(vendor_id))
        .filter(Column::IsPreferred.eq(true))
        .exec(tx)
        .await?;
    Ok(())
}

/// Writes relations, new ones and changed ones.
pub(crate) async fn put_relations(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    relations: &[VendorProduct],
) -> Result<()> {
    let known = OnConflict::columns([Column::TenantId, Column::VendorId, Column::ProductId])
        .update_columns([
            Column::VendorSku,
            Column::IsPreferred,
            Column::IsBlocked,
            Column::Unit,
            Column::BaseUnit,
            Column::Factor,
            Column::UpdatedAt,
            Column::Version,
        ])
        .to_owned();
    for chunk in relations.chunks(ROWS_PER_INSERT) {
        let rows = chunk.iter().map(|relation| from_relation(tenant, relation));
        vendor_product::Entity::insert_many(rows)
            .on_conflict(known.clone())
            .exec_without_returning(tx)
            .await
            .map_err(preferred)?;
    }
    Ok(())
}

/// The preferred vendors of products, in one statement.
pub(crate) async fn preferred_by_products(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: Vec<ProductId>,
) -> Result<HashMap<ProductId, VendorId>> {
    let rows = scoped(tenant)
        .filter(Column::ProductId.is_in(products))
        .filter(Column::IsPreferred.eq(true))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.vendor_id)).collect())
}

fn to_relation(row: vendor_product::Model) -> VendorProduct {
    let pack = match (row.unit, row.base_unit, row.factor) {
        (Some(unit), Some(base_unit), Some(factor)) => Some(Pack { unit, base_unit, factor }),
        _ => None,
    };
    VendorProduct {
        id: row.id,
        vendor_id: row.vendor_id,
        product_id: row.product_id,
        vendor_sku: row.vendor_sku,
        is_preferred: row.is_preferred,
        is_blocked: row.is_blocked,
        pack,
        updated_at: row.updated_at,
        version: row.version,
    }
}

fn from_relation(tenant: TenantId, relation: &VendorProduct) -> vendor_product::ActiveModel {
    vendor_product::ActiveModel {
        id: Set(relation.id),
        tenant_id: Set(tenant),
        vendor_id: Set(relation.vendor_id),
        product_id: Set(relation.product_id),
        vendor_sku: Set(relation.vendor_sku.clone()),
        unit: Set(relation.pack.map(|pack| pack.unit)),
        base_unit: Set(relation.pack.map(|pack| pack.base_unit)),
        factor: Set(relation.pack.map(|pack| pack.factor)),
        is_preferred: Set(relation.is_preferred),
        is_blocked: Set(relation.is_blocked),
        updated_at: Set(relation.updated_at),
        version: Set(relation.version),
    }
}

/// Somebody else made another vendor the preferred one at the same time.
fn preferred(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("isPreferred", "another vendor was made the preferred one at the same time").into()
    } else {
        error.into()
    }
}
