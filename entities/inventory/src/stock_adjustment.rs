//! Balances put right with somebody's consent.

use primitives::{CurrencyCode, Decimal, PostingId, StockAdjustmentId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `stock_adjustment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_adjustment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockAdjustmentId,
    pub tenant_id: TenantId,
    pub number: Option<String>,
    pub status: String,
    pub note: Option<String>,
    pub reason: Option<String>,
    pub value_moved: Option<Decimal>,
    pub currency: Option<CurrencyCode>,
    pub posting_id: Option<PostingId>,
    pub reversal_id: Option<PostingId>,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_by: Option<UserId>,
    pub posted_at: Option<DateTimeUtc>,
    pub posted_by: Option<UserId>,
    pub reversed_at: Option<DateTimeUtc>,
    pub reversed_by: Option<UserId>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// What hangs on an adjustment.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::stock_adjustment_line::Entity")]
    Line,
}

impl Related<super::stock_adjustment_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Line.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
