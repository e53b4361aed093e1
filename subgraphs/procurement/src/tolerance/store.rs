//! Tolerances as rows; every query starts at the tenant.

use std::collections::{BTreeSet, HashMap};

use chassis::{Error, Result};
use entities_procurement::tolerance;
use primitives::{CategoryId, ProductId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::model::{Scope, Tolerances};
use crate::purchase_order::model::Tolerance;

/// Tolerances that are listed.
const LISTED: u64 = 1_000;

fn scoped(tenant: TenantId) -> Select<tolerance::Entity> {
    tolerance::Entity::find().filter(tolerance::Column::TenantId.eq(tenant))
}

fn words(tenant: TenantId, scope: Scope) -> (&'static str, Uuid) {
    match scope {
        Scope::Product(id) => ("PRODUCT", id.as_uuid()),
        Scope::Category(id) => ("CATEGORY", id.as_uuid()),
        Scope::Tenant => ("TENANT", tenant.as_uuid()),
    }
}

/// What was said for some products and categories, and for the tenant, in one statement.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (products, categories): (BTreeSet<ProductId>, BTreeSet<CategoryId>),
) -> Result<Tolerances> {
    use tolerance::Column;
    let one_of = |scope: &str, ids: Vec<Uuid>| {
        Condition::all().add(Column::Scope.eq(scope)).add(Column::ScopeId.is_in(ids))
    };
    let any = Condition::any()
        .add(one_of("PRODUCT", products.into_iter().map(ProductId::as_uuid).collect()))
        .add(one_of("CATEGORY", categories.into_iter().map(CategoryId::as_uuid).collect()))
        .add(Column::Scope.eq("TENANT"));
    let rows = scoped(tenant).filter(any).all(db).await?;
    Ok(Tolerances(rows.into_iter().map(to_tolerance).collect::<Result<HashMap<_, _>>>()?))
}

/// Everything that was said, the widest first.
pub(crate) async fn list(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<(Scope, Tolerance)>> {
    use tolerance::Column;
    let rows = scoped(tenant).order_by_desc(Column::Scope).order_by_asc(Column::ScopeId);
    rows.limit(LISTED).all(db).await?.into_iter().map(to_tolerance).collect()
}

/// Says what holds from now on.
pub(crate) async fn put(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (scope, said): (Scope, Tolerance),
) -> Result<()> {
    use tolerance::Column;
    let (scope, scope_id) = words(tenant, scope);
    let row = tolerance::ActiveModel {
        tenant_id: Set(tenant),
        scope: Set(scope.to_owned()),
        scope_id: Set(scope_id),
        price: Set(said.price),
        quantity: Set(said.quantity),
    };
    let said = OnConflict::columns([Column::TenantId, Column::Scope, Column::ScopeId])
        .update_columns([Column::Price, Column::Quantity])
        .to_owned();
    tolerance::Entity::insert(row).on_conflict(said).exec_without_returning(tx).await?;
    Ok(())
}

fn to_tolerance(row: tolerance::Model) -> Result<(Scope, Tolerance)> {
    let scope = match row.scope.as_str() {
        "PRODUCT" => Scope::Product(row.scope_id.into()),
        "CATEGORY" => Scope::Category(row.scope_id.into()),
        "TENANT" => Scope::Tenant,
        other => return Err(Error::internal(format!("unknown scope {other}"))),
    };
    Ok((scope, Tolerance { price: row.price, quantity: row.quantity }))
}
