//! A month of the stock's books.

use primitives::{Date, StockPeriodId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `stock_period`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_period")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockPeriodId,
    pub tenant_id: TenantId,
    pub starts_on: Date,
    pub ends_before: Date,
    pub status: String,
    pub reason: Option<String>,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_by: Option<UserId>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// Snapshots are read by the period's id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
