//! Preferences of houses as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::Result;
use entities_vendor::property_preference::{self, Column};
use primitives::{Act, ProductId, PropertyId, TenantId, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// Writes which vendor a house prefers for a product; without one, that it prefers none of its own.
pub(crate) async fn put(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (property, product, vendor): (PropertyId, ProductId, Option<VendorId>),
    act: Act,
) -> Result<()> {
    let Some(vendor) = vendor else {
        property_preference::Entity::delete_many()
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::PropertyId.eq(property))
            .filter(Column::ProductId.eq(product))
            .exec(tx)
            .await?;
        return Ok(());
    };
    let row = property_preference::ActiveModel {
        tenant_id: Set(tenant),
        property_id: Set(property),
        product_id: Set(product),
        vendor_id: Set(vendor),
        updated_at: Set(act.at),
        updated_by: Set(act.by),
    };
    let known = OnConflict::columns([Column::TenantId, Column::PropertyId, Column::ProductId])
        .update_columns([Column::VendorId, Column::UpdatedAt, Column::UpdatedBy])
        .to_owned();
    property_preference::Entity::insert(row).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Whom a house prefers for products; one statement.
pub(crate) async fn by_products(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (property, products): (PropertyId, &[ProductId]),
) -> Result<HashMap<ProductId, VendorId>> {
    let rows = property_preference::Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::PropertyId.eq(property))
        .filter(Column::ProductId.is_in(products.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.vendor_id)).collect())
}
