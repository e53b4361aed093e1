//! A change to an order that the vendor has.

use primitives::{Date, Decimal, PurchaseOrderAmendmentId, PurchaseOrderId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `purchase_order_amendment`. `revision` is the order's since it was applied; `base_before` and `base_after` are
/// what the order comes to in the house's currency without and with it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_order_amendment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PurchaseOrderAmendmentId,
    pub tenant_id: TenantId,
    pub order_id: PurchaseOrderId,
    pub revision: Option<i32>,
    pub status: String,
    pub reason: String,
    pub delivery_date: Option<Date>,
    pub base_before: Decimal,
    pub base_after: Decimal,
    pub raised_by: UserId,
    pub decided_by: Option<UserId>,
    pub delegated_from: Option<UserId>,
    pub decided_at: Option<DateTimeUtc>,
    pub comment: Option<String>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What is on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::purchase_order_amendment_line::Entity")]
    Lines,
}

impl Related<super::purchase_order_amendment_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
