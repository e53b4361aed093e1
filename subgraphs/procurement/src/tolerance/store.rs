//! Tolerances as rows; every query starts at the tenant.

use std::collections::{BTreeSet, HashMap};

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Error, Result, SortKey, is_first};
use entities_procurement::tolerance;
use primitives::{CategoryId, ProductId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Said, Scope, Tolerances};
use crate::purchase_order::model::Tolerance;

/// Which tolerances to list. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ToleranceCriterion {
    pub(crate) products: Option<Vec<ProductId>>,
    pub(crate) categories: Option<Vec<CategoryId>>,
}

/// What a list of tolerances is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    ScopeDesc,
    ScopeAsc,
    PricePercentDesc,
    QuantityPercentDesc,
}

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

fn this(tenant: TenantId, scope: Scope) -> Select<tolerance::Entity> {
    let (scope, scope_id) = words(tenant, scope);
    scoped(tenant).filter(tolerance::Column::Scope.eq(scope)).filter(tolerance::Column::ScopeId.eq(scope_id))
}

fn one_of(scope: &str, ids: impl IntoIterator<Item = Uuid>) -> Condition {
    use tolerance::Column;
    Condition::all().add(Column::Scope.eq(scope)).add(Column::ScopeId.is_in(ids))
}

fn condition(criterion: &ToleranceCriterion) -> Condition {
    let products =
        criterion.products.as_ref().map(|ids| one_of("PRODUCT", ids.iter().map(|id| id.as_uuid())));
    let categories = criterion.categories.as_ref();
    let categories = categories.map(|ids| one_of("CATEGORY", ids.iter().map(|id| id.as_uuid())));
    Condition::all().add_option(products).add_option(categories)
}

/// What was said for some products and categories, and for the tenant, in one statement.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (products, categories): (BTreeSet<ProductId>, BTreeSet<CategoryId>),
) -> Result<Tolerances> {
    use tolerance::Column;
    let any = Condition::any()
        .add(one_of("PRODUCT", products.into_iter().map(ProductId::as_uuid)))
        .add(one_of("CATEGORY", categories.into_iter().map(CategoryId::as_uuid)))
        .add(Column::Scope.eq("TENANT"));
    let rows = scoped(tenant).filter(any).all(db).await?;
    Ok(Tolerances(rows.into_iter().map(to_tolerance).collect::<Result<HashMap<_, _>>>()?))
}

/// A page of what was said that meets `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<ToleranceCriterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Said>> {
    use tolerance::Column;
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let keys = [match by {
        // The words for a product, a category and everything else are in the order of the alphabet.
        SortedBy::ScopeDesc => SortKey::descending(Column::Scope),
        SortedBy::ScopeAsc => SortKey::ascending(Column::Scope),
        SortedBy::PricePercentDesc => SortKey::descending(Column::Price),
        SortedBy::QuantityPercentDesc => SortKey::descending(Column::Quantity),
    }];
    page::list(db, select, &keys, Column::ScopeId, page).await?.try_map(to_said)
}

/// The version of what is said for a scope, locked until the transaction ends.
pub(crate) async fn lock(tx: &impl ConnectionTrait, tenant: TenantId, scope: Scope) -> Result<Option<i32>> {
    let row = this(tenant, scope).lock(LockType::Update).one(tx).await?;
    Ok(row.map(|row| row.version))
}

/// Says something new. False when somebody else did meanwhile.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, said: Said) -> Result<bool> {
    Ok(is_first(tolerance::Entity::insert(from_said(tenant, said)).exec_without_returning(tx).await)?)
}

/// Says something else where something was said and locked.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, said: Said) -> Result<()> {
    tolerance::Entity::update(from_said(tenant, said)).exec(tx).await?;
    Ok(())
}

fn from_said(tenant: TenantId, Said { scope, tolerance, version }: Said) -> tolerance::ActiveModel {
    let (scope, scope_id) = words(tenant, scope);
    tolerance::ActiveModel {
        tenant_id: Set(tenant),
        scope: Set(scope.to_owned()),
        scope_id: Set(scope_id),
        price: Set(tolerance.price),
        quantity: Set(tolerance.quantity),
        version: Set(version),
    }
}

fn to_said(row: tolerance::Model) -> Result<Said> {
    let version = row.version;
    let (scope, tolerance) = to_tolerance(row)?;
    Ok(Said { scope, tolerance, version })
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
