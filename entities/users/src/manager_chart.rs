//! Who answers to whom, as one thing: a row per tenant that changes whenever somebody gets another manager.

use primitives::TenantId;
use sea_orm::entity::prelude::*;

/// One row of `manager_chart`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "manager_chart")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub changes: i64,
}

/// Nothing hangs on the counter.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
