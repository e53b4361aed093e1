//! What of a delivery counts for which line of the order.

use primitives::{Decimal, GoodsReceivedNoteId, PurchaseOrderLineId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `delivery_part`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub note_id: GoodsReceivedNoteId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: PurchaseOrderLineId,
    pub tenant_id: TenantId,
    pub quantity: Decimal,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
