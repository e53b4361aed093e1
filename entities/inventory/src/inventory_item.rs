//! The balance of one product at one location.

use primitives::{CurrencyCode, Decimal, InventoryItemId, LocationId, ProductId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `inventory_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inventory_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InventoryItemId,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub location_id: LocationId,
    pub base_unit: Unit,
    pub currency: CurrencyCode,
    pub cost_method: String,
    pub allow_negative: bool,
    pub on_hand: Decimal,
    pub reserved: Decimal,
    pub total_value: Decimal,
    pub average_cost: Decimal,
    pub reorder_point: Option<Decimal>,
    pub is_kept_by_lots: bool,
    pub on_hold: Decimal,
    pub min_quantity: Option<Decimal>,
    pub par_quantity: Option<Decimal>,
    pub max_quantity: Option<Decimal>,
    pub reorder_quantity: Option<Decimal>,
    pub lead_time_days: Option<i32>,
    pub low_since: Option<DateTimeUtc>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

/// Where the balance lies.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::location::Entity",
        from = "Column::LocationId",
        to = "super::location::Column::Id"
    )]
    Location,
}

impl Related<super::location::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Location.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
