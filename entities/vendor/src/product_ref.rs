//! What one unit of a product holds, as the product service said it last.

use primitives::{Decimal, ProductId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `product_ref`. The unit is plain here: SeaORM wants to make key parts from numbers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_ref")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: String,
    pub base_unit: Unit,
    pub factor: Decimal,
    pub learned_at: DateTimeUtc,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
