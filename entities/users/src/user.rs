//! People.

use primitives::{CurrencyCode, Decimal, PropertyId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `user`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub tenant_id: TenantId,
    pub username: String,
    pub username_key: String,
    pub email: String,
    pub email_key: String,
    pub display_name: String,
    pub name_key: String,
    pub search_text: String,
    pub locale: String,
    pub time_zone: String,
    pub status: String,
    pub employee_no: Option<String>,
    pub manager_id: Option<UserId>,
    pub limit_amount: Option<Decimal>,
    pub limit_currency: Option<CurrencyCode>,
    pub date_format: String,
    pub default_property_id: Option<PropertyId>,
    pub wants_digest: bool,
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
