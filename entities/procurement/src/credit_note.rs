//! What a vendor owes for what went back or cost too much.

use primitives::{
    CreditNoteId, CurrencyCode, Decimal, GoodsReceivedNoteId, LocationId, PurchaseOrderId, TenantId, UserId,
    VendorId, VendorInvoiceId,
};
use sea_orm::entity::prelude::*;

/// One row of `credit_note`. `confirmed_at` is when inventory took the goods out; `invoice_id` is what it was applied to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditNoteId,
    pub tenant_id: TenantId,
    pub number: Option<String>,
    pub kind: String,
    pub status: String,
    pub status_reason: Option<String>,
    pub note_id: GoodsReceivedNoteId,
    pub order_id: PurchaseOrderId,
    pub vendor_id: VendorId,
    pub currency: CurrencyCode,
    pub location_id: LocationId,
    pub reason: String,
    pub total: Decimal,
    pub base_total: Decimal,
    pub raised_by: UserId,
    pub approved_by: Option<UserId>,
    pub delegated_from: Option<UserId>,
    pub approved_at: Option<DateTimeUtc>,
    pub posted_at: Option<DateTimeUtc>,
    pub confirmed_at: Option<DateTimeUtc>,
    pub invoice_id: Option<VendorInvoiceId>,
    pub applied_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What is on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::credit_note_line::Entity")]
    Lines,
}

impl Related<super::credit_note_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
