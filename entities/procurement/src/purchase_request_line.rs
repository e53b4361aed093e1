//! One product of a purchase request.

use primitives::{
    CategoryId, CurrencyCode, Date, Decimal, LocationId, ProductId, PurchaseRequestId, PurchaseRequestLineId,
    TenantId, Unit, VendorId,
};
use sea_orm::entity::prelude::*;

/// One row of `purchase_request_line`. What is wanted stands beside what was found when the request was submitted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_request_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PurchaseRequestLineId,
    pub tenant_id: TenantId,
    pub request_id: PurchaseRequestId,
    pub position: i32,
    pub product_id: ProductId,
    pub quantity: Decimal,
    pub unit: Unit,
    pub deliver_to: Option<LocationId>,
    pub required_by: Option<Date>,
    pub wanted_vendor_id: Option<VendorId>,
    pub wanted_price: Option<Decimal>,
    pub discount: Decimal,
    pub tax: Decimal,
    pub note: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub category_id: Option<CategoryId>,
    pub base_unit: Option<Unit>,
    pub factor: Option<Decimal>,
    pub vendor_id: Option<VendorId>,
    pub price_source: Option<String>,
    pub price_list: Option<String>,
    pub unit_price: Option<Decimal>,
    pub currency: Option<CurrencyCode>,
    pub amount: Option<Decimal>,
    pub base_amount: Option<Decimal>,
    pub ordered_quantity: Decimal,
    pub reserved_quantity: Decimal,
    pub returned_quantity: Decimal,
}

/// Which request it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::purchase_request::Entity",
        from = "Column::RequestId",
        to = "super::purchase_request::Column::Id"
    )]
    Request,
}

impl Related<super::purchase_request::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Request.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
