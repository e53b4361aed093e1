//! Rights lent for a while.

use primitives::{CurrencyCode, Decimal, DelegationId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `delegation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DelegationId,
    pub tenant_id: TenantId,
    pub from_id: UserId,
    pub to_id: UserId,
    pub doc_types: Json,
    pub limit_amount: Decimal,
    pub limit_currency: CurrencyCode,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub reason: String,
    pub status: String,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// Relations are followed by id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
