//! Hotels and other places at an address.

use primitives::{CurrencyCode, PropertyId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `property`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "property")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PropertyId,
    pub tenant_id: TenantId,
    pub code: String,
    pub name: String,
    pub currency: CurrencyCode,
    pub time_zone: String,
    pub fiscal_year_start: i32,
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
