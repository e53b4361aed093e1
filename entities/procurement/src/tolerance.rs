//! How far deliveries and invoices may differ from what was ordered.

use primitives::{Decimal, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `tolerance`, in per cent. `scope_id` is a product's or a category's id, or the tenant's own.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tolerance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope_id: Uuid,
    pub price: Decimal,
    pub quantity: Decimal,
    pub version: i32,
}

/// It stands alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
