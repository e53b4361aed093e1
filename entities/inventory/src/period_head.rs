//! Up to which day the tenant's books are closed, and which month is being closed.

use primitives::{Date, StockPeriodId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `period_head`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_head")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub closed_before: Option<Date>,
    pub closing_id: Option<StockPeriodId>,
    pub closing_by: Option<UserId>,
    pub closings: i32,
}

/// Nothing hangs on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
