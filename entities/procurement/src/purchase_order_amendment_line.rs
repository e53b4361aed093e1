//! One order line that is changed.

use primitives::{Decimal, PurchaseOrderAmendmentId, PurchaseOrderLineId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `purchase_order_amendment_line`: quantity and price without and with the change.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_order_amendment_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub amendment_id: PurchaseOrderAmendmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub tenant_id: TenantId,
    pub order_line_id: PurchaseOrderLineId,
    pub quantity_before: Decimal,
    pub quantity_after: Decimal,
    pub price_before: Decimal,
    pub price_after: Decimal,
}

/// Which amendment it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::purchase_order_amendment::Entity",
        from = "Column::AmendmentId",
        to = "super::purchase_order_amendment::Column::Id"
    )]
    Amendment,
}

impl Related<super::purchase_order_amendment::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Amendment.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
