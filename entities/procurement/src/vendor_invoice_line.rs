//! One product of a vendor's invoice, and what the match made of it.

use primitives::{
    Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId, TenantId, Unit, VendorInvoiceId,
    VendorInvoiceLineId,
};
use sea_orm::entity::prelude::*;

/// One row of `vendor_invoice_line`. Quantities are in the order line's unit; `order_price`, `received_quantity` and
/// `invoiced_quantity` are what the last match saw, `differences` the words of what it found.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor_invoice_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VendorInvoiceLineId,
    pub tenant_id: TenantId,
    pub invoice_id: VendorInvoiceId,
    pub position: i32,
    pub order_id: PurchaseOrderId,
    pub order_line_id: PurchaseOrderLineId,
    pub product_id: ProductId,
    pub unit: Unit,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub discount: Decimal,
    pub tax: Decimal,
    pub amount: Decimal,
    pub base_amount: Decimal,
    pub order_price: Decimal,
    pub received_quantity: Decimal,
    pub invoiced_quantity: Decimal,
    pub differences: String,
}

/// Which invoice it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::vendor_invoice::Entity",
        from = "Column::InvoiceId",
        to = "super::vendor_invoice::Column::Id"
    )]
    Invoice,
}

impl Related<super::vendor_invoice::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Invoice.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
