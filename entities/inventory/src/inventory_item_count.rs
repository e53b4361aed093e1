//! How many balances a location has; a trigger keeps it.

use primitives::{LocationId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `inventory_item_count`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inventory_item_count")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: LocationId,
    pub items: i64,
}

/// Nothing hangs on the counter.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
