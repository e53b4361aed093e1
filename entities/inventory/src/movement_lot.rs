//! How much of a lot a ledger line moved.

use primitives::{Decimal, InventoryItemId, LotId, StockMovementId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `movement_lot`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "movement_lot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub movement_id: StockMovementId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub lot_id: LotId,
    pub tenant_id: TenantId,
    pub item_id: InventoryItemId,
    pub quantity: Decimal,
}

/// What moved.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::lot::Entity", from = "Column::LotId", to = "super::lot::Column::Id")]
    Lot,
}

impl Related<super::lot::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lot.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
