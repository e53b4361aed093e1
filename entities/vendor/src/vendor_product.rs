//! What a vendor's relation to one product is, apart from its price.

use primitives::{Decimal, ProductId, TenantId, Unit, VendorId, VendorProductId};
use sea_orm::entity::prelude::*;

/// One row of `vendor_product`. `unit`, `base_unit` and `factor` come together or not at all; the last two are snapshots.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor_product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VendorProductId,
    pub tenant_id: TenantId,
    pub vendor_id: VendorId,
    pub product_id: ProductId,
    pub vendor_sku: Option<String>,
    pub unit: Option<Unit>,
    pub base_unit: Option<Unit>,
    pub factor: Option<Decimal>,
    pub is_preferred: bool,
    pub is_blocked: bool,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// Whose it is.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::vendor::Entity",
        from = "Column::VendorId",
        to = "super::vendor::Column::Id"
    )]
    Vendor,
}

impl Related<super::vendor::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Vendor.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
