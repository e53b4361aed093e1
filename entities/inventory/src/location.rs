//! A place that holds stock, or through which stock is expensed.

use primitives::{CurrencyCode, LocationId, PropertyId, StockCountId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `location`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "location")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocationId,
    pub tenant_id: TenantId,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub currency: CurrencyCode,
    pub allow_negative: bool,
    pub cost_method: Option<String>,
    pub locked_by: Option<StockCountId>,
    pub property_id: Option<PropertyId>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// What hangs on a location.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::inventory_item::Entity")]
    InventoryItem,
}

impl Related<super::inventory_item::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::InventoryItem.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
