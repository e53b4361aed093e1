//! How much of a lot lies at an item.

use primitives::{Decimal, InventoryItemId, LotId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `lot_balance`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lot_balance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: InventoryItemId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub lot_id: LotId,
    pub tenant_id: TenantId,
    pub on_hand: Decimal,
}

/// What lies where.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::lot::Entity", from = "Column::LotId", to = "super::lot::Column::Id")]
    Lot,
    #[sea_orm(
        belongs_to = "super::inventory_item::Entity",
        from = "Column::ItemId",
        to = "super::inventory_item::Column::Id"
    )]
    Item,
}

impl Related<super::lot::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lot.def()
    }
}

impl Related<super::inventory_item::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Item.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
