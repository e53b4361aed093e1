//! A delivery that the house has taken over.

use primitives::{Date, Decimal, GoodsReceivedNoteId, PurchaseOrderId, TenantId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `delivery`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub note_id: GoodsReceivedNoteId,
    pub tenant_id: TenantId,
    pub purchase_order_id: PurchaseOrderId,
    pub vendor_id: VendorId,
    pub received_on: Date,
    pub is_on_time: Option<bool>,
    pub agreed_value: Decimal,
    pub paid_value: Decimal,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
