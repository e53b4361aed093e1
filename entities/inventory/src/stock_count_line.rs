//! One product of a count.

use primitives::{Decimal, ProductId, StockCountId, TenantId, Unit, UserId};
use sea_orm::entity::prelude::*;

/// One row of `stock_count_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_count_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub count_id: StockCountId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub tenant_id: TenantId,
    pub position: i32,
    pub base_unit: Unit,
    pub expected: Decimal,
    pub counted: Option<Decimal>,
    pub recounted: Option<Decimal>,
    pub counted_at: Option<DateTimeUtc>,
    pub counted_by: Option<UserId>,
}

/// Which count the line belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::stock_count::Entity",
        from = "Column::CountId",
        to = "super::stock_count::Column::Id"
    )]
    Count,
}

impl Related<super::stock_count::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Count.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
