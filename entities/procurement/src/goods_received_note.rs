//! What a vendor brought for one order.

use primitives::{
    CurrencyCode, Date, Decimal, GoodsReceivedNoteId, LocationId, PurchaseOrderId, TenantId, UserId, VendorId,
};
use sea_orm::entity::prelude::*;

/// One row of `goods_received_note`. `extra_costs` are in the order's currency; `valuation_rate` is what one of the place's
/// currency is worth in the house's.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "goods_received_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GoodsReceivedNoteId,
    pub tenant_id: TenantId,
    pub number: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub order_id: PurchaseOrderId,
    pub vendor_id: VendorId,
    pub currency: CurrencyCode,
    pub deliver_to: LocationId,
    pub valuation_currency: Option<CurrencyCode>,
    pub valuation_rate: Option<Decimal>,
    pub delivery_note: Option<String>,
    pub received_on: Date,
    pub extra_costs: Decimal,
    pub split: String,
    pub committed_at: Option<DateTimeUtc>,
    pub posted_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What is on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::goods_received_note_line::Entity")]
    Lines,
}

impl Related<super::goods_received_note_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
