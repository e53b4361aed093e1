//! Up to which value balances are put right without asking.

use primitives::{Decimal, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `adjustment_limit`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adjustment_limit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub reason: String,
    pub amount: Decimal,
    pub version: i32,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// Nothing hangs on a limit.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
