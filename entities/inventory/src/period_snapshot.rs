//! What an item held, and what that was worth, at the end of a closed month.

use primitives::{Decimal, InventoryItemId, StockPeriodId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `period_snapshot`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_snapshot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub period_id: StockPeriodId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: InventoryItemId,
    pub tenant_id: TenantId,
    pub on_hand: Decimal,
    pub total_value: Decimal,
}

/// Whose balance it was.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::inventory_item::Entity",
        from = "Column::ItemId",
        to = "super::inventory_item::Column::Id"
    )]
    Item,
}

impl Related<super::inventory_item::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Item.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
