//! What inventory remembers of a product: that it exists in the tenant, its base unit, its category and how it is kept. Null
//! means that nobody has asked yet.

use primitives::{CategoryId, ProductId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `product_ref`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_ref")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub base_unit: Unit,
    pub learned_at: DateTimeUtc,
    pub is_lot_tracked: Option<bool>,
    pub is_expiry_tracked: Option<bool>,
    pub category_id: Option<CategoryId>,
}

/// The product itself lives in another service.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
