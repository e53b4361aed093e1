//! What one unit of a currency is worth in the tenant's base currency, from a day on.

use primitives::{CurrencyCode, Date, Decimal, ExchangeRateId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `exchange_rate`. There is one for a currency and a day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_rate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExchangeRateId,
    pub tenant_id: TenantId,
    pub currency: CurrencyCode,
    pub valid_from: Date,
    pub rate: Decimal,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
