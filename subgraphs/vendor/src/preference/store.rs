//! Preferences of houses as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Result, SortKey, is_first};
use entities_vendor::property_preference::{ActiveModel, Column, Entity, Model};
use primitives::{ProductId, PropertyId, TenantId, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use serde::Serialize;

use super::model::Preference;

/// What a list of preferences is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct PreferenceCriterion {
    pub(crate) properties: Option<Vec<PropertyId>>,
    pub(crate) products: Option<Vec<ProductId>>,
    pub(crate) vendors: Option<Vec<VendorId>>,
}

/// What a list of preferences is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    PropertyAsc,
    UpdatedAtDesc,
}

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn condition(criterion: &PreferenceCriterion) -> Condition {
    let PreferenceCriterion { properties, products, vendors } = criterion;
    Condition::all()
        .add_option(properties.as_ref().map(|ids| Column::PropertyId.is_in(ids.iter().copied())))
        .add_option(products.as_ref().map(|ids| Column::ProductId.is_in(ids.iter().copied())))
        .add_option(vendors.as_ref().map(|ids| Column::VendorId.is_in(ids.iter().copied())))
}

/// A page of the preferences that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<PreferenceCriterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Preference>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    // A house has one preference for a product: both together tell equals apart.
    let keys = match by {
        SortedBy::PropertyAsc => vec![SortKey::ascending(Column::PropertyId)],
        SortedBy::UpdatedAtDesc => {
            vec![SortKey::descending(Column::UpdatedAt), SortKey::descending(Column::PropertyId)]
        }
    };
    Ok(page::list(db, select, &keys, Column::ProductId, page).await?.map(to_preference))
}

/// Whom a house prefers for a product, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (property, product): (PropertyId, ProductId),
) -> Result<Option<Preference>> {
    let this = scoped(tenant).filter(Column::PropertyId.eq(property)).filter(Column::ProductId.eq(product));
    Ok(this.lock(LockType::Update).one(tx).await?.map(to_preference))
}

/// Writes a new preference. False when somebody else did meanwhile.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, new: Preference) -> Result<bool> {
    let written = Entity::insert(from_preference(tenant, new)).exec_without_returning(tx).await;
    Ok(is_first(written)?)
}

/// Writes a preference in place of the one that was locked.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, changed: Preference) -> Result<()> {
    Entity::update(from_preference(tenant, changed)).exec(tx).await?;
    Ok(())
}

/// Removes a preference.
pub(crate) async fn remove(tx: &impl ConnectionTrait, tenant: TenantId, gone: &Preference) -> Result<()> {
    Entity::delete_by_id((tenant, gone.property_id, gone.product_id)).exec(tx).await?;
    Ok(())
}

/// Whom a house prefers for products; one statement.
pub(crate) async fn by_products(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (property, products): (PropertyId, &[ProductId]),
) -> Result<HashMap<ProductId, VendorId>> {
    let of_house = scoped(tenant).filter(Column::PropertyId.eq(property));
    let rows = of_house.filter(Column::ProductId.is_in(products.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.vendor_id)).collect())
}

fn to_preference(row: Model) -> Preference {
    Preference {
        property_id: row.property_id,
        product_id: row.product_id,
        vendor_id: row.vendor_id,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
        version: row.version,
    }
}

fn from_preference(tenant: TenantId, preference: Preference) -> ActiveModel {
    ActiveModel {
        tenant_id: Set(tenant),
        property_id: Set(preference.property_id),
        product_id: Set(preference.product_id),
        vendor_id: Set(preference.vendor_id),
        updated_at: Set(preference.updated_at),
        updated_by: Set(preference.updated_by),
        version: Set(preference.version),
    }
}
