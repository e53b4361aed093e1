//! What is still to come of an order line.

use primitives::{Decimal, LocationId, ProductId, PurchaseOrderId, PurchaseOrderLineId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `incoming_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incoming_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub purchase_order_id: PurchaseOrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_id: PurchaseOrderLineId,
    pub product_id: ProductId,
    pub location_id: LocationId,
    pub quantity: Decimal,
    pub order_version: i32,
}

/// The order itself lives in another service.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
