//! What is ordered from one vendor, in one currency, for one place.

use primitives::{CurrencyCode, Date, Decimal, LocationId, PurchaseOrderId, TenantId, UserId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `purchase_order`. `base_total` is in the house's currency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PurchaseOrderId,
    pub tenant_id: TenantId,
    pub number: String,
    pub status: String,
    pub status_reason: Option<String>,
    pub vendor_id: VendorId,
    pub currency: CurrencyCode,
    pub deliver_to: LocationId,
    pub delivery_date: Option<Date>,
    pub total: Decimal,
    pub base_total: Decimal,
    pub vendor_reference: Option<String>,
    pub ordered_by: UserId,
    pub approved_by: Option<UserId>,
    pub delegated_from: Option<UserId>,
    pub approved_at: Option<DateTimeUtc>,
    pub sent_at: Option<DateTimeUtc>,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    pub revision: i32,
    pub time_zone: Option<String>,
    pub approved_base_total: Option<Decimal>,
    pub search_text: String,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What is on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::purchase_order_line::Entity")]
    Lines,
}

impl Related<super::purchase_order_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
