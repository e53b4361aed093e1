//! One line of the ledger: a signed change of a balance, in the item's base unit.

use primitives::{
    CurrencyCode, Decimal, InventoryItemId, LocationId, PostingId, ProductId, ReservationId, StockMovementId,
    TenantId, Unit, UserId,
};
use sea_orm::entity::prelude::*;

/// One row of `stock_movement`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockMovementId,
    pub tenant_id: TenantId,
    pub seq: i64,
    pub item_id: InventoryItemId,
    pub product_id: ProductId,
    pub location_id: LocationId,
    pub kind: String,
    pub reason: String,
    pub quantity: Decimal,
    pub unit_cost: Decimal,
    pub total_value: Decimal,
    pub base_unit: Unit,
    pub currency: CurrencyCode,
    pub on_hand_after: Decimal,
    pub value_after: Decimal,
    pub posting_id: PostingId,
    pub reference_type: Option<String>,
    pub reference_id: Option<String>,
    pub reference_line: Option<String>,
    pub reservation_id: Option<ReservationId>,
    pub note: Option<String>,
    pub occurred_at: DateTimeUtc,
    pub posted_at: DateTimeUtc,
    pub posted_by: UserId,
}

/// Where the movement happened.
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
