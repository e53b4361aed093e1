//! What inventory remembers of a product: that it exists in the tenant, and its base unit.

use primitives::{ProductId, TenantId, Unit};
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
}

/// The product itself lives in another service.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
