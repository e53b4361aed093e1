//! What is left of one receipt at a FIFO item.

use primitives::{CostLayerId, Decimal, InventoryItemId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `cost_layer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cost_layer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CostLayerId,
    pub tenant_id: TenantId,
    pub item_id: InventoryItemId,
    pub received_at: DateTimeUtc,
    pub seq: i64,
    pub quantity_in: Decimal,
    pub quantity_left: Decimal,
    pub value_left: Decimal,
    pub unit_cost: Decimal,
}

/// Layers are read through their item's id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
