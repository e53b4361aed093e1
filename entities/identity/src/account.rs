//! Somebody who can sign in.

use primitives::{TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `account`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub tenant_id: TenantId,
    #[sea_orm(unique)]
    pub username: String,
    pub email: String,
    pub display_name: String,
    pub password_hash: String,
    pub status: String,
    pub failed_attempts: i32,
    pub first_failed_at: Option<DateTimeUtc>,
    pub locked_until: Option<DateTimeUtc>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

/// What belongs to an account.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::session::Entity")]
    Session,
    #[sea_orm(has_many = "super::account_role::Entity")]
    AccountRole,
}

impl Related<super::session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Session.def()
    }
}

impl Related<super::role::Entity> for Entity {
    fn to() -> RelationDef {
        super::account_role::Relation::Role.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::account_role::Relation::Account.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
