//! A product's own ratio between two units.

use primitives::{Decimal, ProductId, TenantId, UnitConversionId};
use sea_orm::entity::prelude::*;

/// One row of `unit_conversion`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_conversion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitConversionId,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub from_unit: String,
    pub to_unit: String,
    pub from_quantity: Decimal,
    pub to_quantity: Decimal,
    pub low_unit: String,
    pub high_unit: String,
    pub position: i32,
}

/// Whose ratio it is.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::product::Entity",
        from = "Column::ProductId",
        to = "super::product::Column::Id"
    )]
    Product,
}

impl Related<super::product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Product.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
