//! Units of a product that came together.

use primitives::{Date, LotId, ProductId, TenantId, UserId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `lot`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LotId,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub number: String,
    pub expiry: Option<Date>,
    pub status: String,
    pub reason: Option<String>,
    pub told_days: Option<i32>,
    pub vendor_id: Option<VendorId>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// Balances and movements point here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
