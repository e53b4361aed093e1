//! Which vendor a single house prefers for a product.

use primitives::{ProductId, PropertyId, TenantId, UserId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `property_preference`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "property_preference")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub property_id: PropertyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub vendor_id: VendorId,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
