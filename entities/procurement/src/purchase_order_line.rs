//! One product of an order, and how much of it came.

use primitives::{
    CategoryId, Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId,
    PurchaseRequestLineId, TenantId, Unit,
};
use sea_orm::entity::prelude::*;

/// One row of `purchase_order_line`. Quantities are in the line's unit; `receivable_quantity` is what may come at most.
/// Tolerances are in per cent, as they were when the order was made.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_order_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PurchaseOrderLineId,
    pub tenant_id: TenantId,
    pub order_id: PurchaseOrderId,
    pub position: i32,
    pub request_id: PurchaseRequestId,
    pub request_line_id: PurchaseRequestLineId,
    pub product_id: ProductId,
    pub category_id: Option<CategoryId>,
    pub unit: Unit,
    pub base_unit: Unit,
    pub factor: Decimal,
    pub ordered_quantity: Decimal,
    pub received_quantity: Decimal,
    pub cancelled_quantity: Decimal,
    pub receivable_quantity: Decimal,
    pub invoiced_quantity: Decimal,
    pub price_tolerance: Decimal,
    pub quantity_tolerance: Decimal,
    pub unit_price: Decimal,
    pub discount: Decimal,
    pub tax: Decimal,
    pub amount: Decimal,
    pub base_amount: Decimal,
}

/// Which order it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::purchase_order::Entity",
        from = "Column::OrderId",
        to = "super::purchase_order::Column::Id"
    )]
    Order,
}

impl Related<super::purchase_order::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Order.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
