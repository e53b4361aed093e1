//! One product of a transfer.

use primitives::{Decimal, ProductId, StockTransferId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `stock_transfer_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_transfer_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub transfer_id: StockTransferId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub tenant_id: TenantId,
    pub position: i32,
    pub base_unit: Unit,
    pub requested: Decimal,
    pub shipped: Decimal,
    pub received: Decimal,
    pub lost: Decimal,
}

/// Which transfer the line belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::stock_transfer::Entity",
        from = "Column::TransferId",
        to = "super::stock_transfer::Column::Id"
    )]
    Transfer,
}

impl Related<super::stock_transfer::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Transfer.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
