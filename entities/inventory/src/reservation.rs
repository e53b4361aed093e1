//! Stock promised to somebody.

use primitives::{Decimal, InventoryItemId, LocationId, ProductId, ReservationId, TenantId, Unit, UserId};
use sea_orm::entity::prelude::*;

/// One row of `reservation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReservationId,
    pub tenant_id: TenantId,
    pub item_id: InventoryItemId,
    pub product_id: ProductId,
    pub location_id: LocationId,
    pub base_unit: Unit,
    pub quantity: Decimal,
    pub quantity_left: Decimal,
    pub status: String,
    pub reference_type: Option<String>,
    pub reference_id: Option<String>,
    pub reference_line: Option<String>,
    pub expires_at: Option<DateTimeUtc>,
    pub is_told: bool,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// Where the promised stock lies.
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
