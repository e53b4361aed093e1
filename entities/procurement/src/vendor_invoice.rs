//! What a vendor wants to be paid for.

use primitives::{CurrencyCode, Date, Decimal, TenantId, UserId, VendorId, VendorInvoiceId};
use sea_orm::entity::prelude::*;

/// One row of `vendor_invoice`. `number_key` is the vendor's number without case; `base_total` is in the house's currency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor_invoice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VendorInvoiceId,
    pub tenant_id: TenantId,
    pub vendor_id: VendorId,
    pub number: String,
    pub number_key: String,
    pub status: String,
    pub status_reason: Option<String>,
    pub currency: CurrencyCode,
    pub invoice_date: Date,
    pub due_date: Option<Date>,
    pub total: Decimal,
    pub base_total: Decimal,
    pub credited_total: Decimal,
    pub recorded_by: UserId,
    pub approved_by: Option<UserId>,
    pub delegated_from: Option<UserId>,
    pub approved_at: Option<DateTimeUtc>,
    pub paid_on: Option<Date>,
    pub payment_reference: Option<String>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What is on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::vendor_invoice_line::Entity")]
    Lines,
}

impl Related<super::vendor_invoice_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
