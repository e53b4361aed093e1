//! A line of an order that was sent, and what came of it; quantities and price per base unit, the price in the base currency.

use primitives::{Date, Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId, TenantId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `expected_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expected_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: PurchaseOrderLineId,
    pub tenant_id: TenantId,
    pub purchase_order_id: PurchaseOrderId,
    pub vendor_id: VendorId,
    pub product_id: ProductId,
    pub position: i32,
    pub due_on: Option<Date>,
    pub ordered_quantity: Decimal,
    pub received_quantity: Decimal,
    pub agreed_price: Option<Decimal>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
