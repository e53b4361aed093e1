//! One balance put right.

use primitives::{Date, Decimal, LocationId, ProductId, StockAdjustmentId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `stock_adjustment_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_adjustment_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub adjustment_id: StockAdjustmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub location_id: LocationId,
    pub base_unit: Unit,
    pub quantity: Decimal,
    pub reason: String,
    pub cost_quantity: Option<Decimal>,
    pub unit_cost: Option<Decimal>,
    pub lot_number: Option<String>,
    pub expiry: Option<Date>,
}

/// Which adjustment the line belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::stock_adjustment::Entity",
        from = "Column::AdjustmentId",
        to = "super::stock_adjustment::Column::Id"
    )]
    Adjustment,
}

impl Related<super::stock_adjustment::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Adjustment.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
