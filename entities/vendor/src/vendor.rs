//! Who sells to the tenant.

use primitives::{CurrencyCode, Decimal, TenantId, UserId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `vendor`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VendorId,
    pub tenant_id: TenantId,
    pub code: String,
    pub name: String,
    pub name_key: String,
    pub search_text: String,
    pub tax_id: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub currency: CurrencyCode,
    pub payment_terms_days: i32,
    pub lead_time_days: i32,
    pub minimum_order: Option<Decimal>,
    pub rating: Option<Decimal>,
    pub contact_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What hangs on a vendor.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::price_list::Entity")]
    PriceLists,
    #[sea_orm(has_many = "super::vendor_product::Entity")]
    Products,
}

impl Related<super::price_list::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PriceLists.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
