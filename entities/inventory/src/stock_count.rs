//! A count of what lies at a location.

use primitives::{CurrencyCode, Decimal, LocationId, PostingId, StockCountId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `stock_count`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_count")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockCountId,
    pub tenant_id: TenantId,
    pub number: String,
    pub location_id: LocationId,
    pub mode: String,
    pub status: String,
    pub is_whole: bool,
    pub tolerance_percent: Decimal,
    pub round: i32,
    pub note: Option<String>,
    pub reason: Option<String>,
    pub started_at: Option<DateTimeUtc>,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_by: Option<UserId>,
    pub closed_at: Option<DateTimeUtc>,
    pub posting_id: Option<PostingId>,
    pub variance_value: Option<Decimal>,
    pub variance_currency: Option<CurrencyCode>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// Lines are read by the count's id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
