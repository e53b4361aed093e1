//! A named set of permissions.

use primitives::{RoleId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `role`. `permissions` is a JSON list of `resource:action` strings.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    pub tenant_id: TenantId,
    pub key: String,
    pub name: String,
    pub permissions: Json,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

/// Who has a role.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::account_role::Entity")]
    AccountRole,
}

impl Related<super::account_role::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AccountRole.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
