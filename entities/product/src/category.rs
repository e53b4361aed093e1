//! The tree products are sorted into.

use primitives::{CategoryId, TenantId, UserId};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One row of `category`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CategoryId,
    pub tenant_id: TenantId,
    pub parent_id: Option<CategoryId>,
    pub sibling_scope: Uuid,
    pub level: i16,
    pub name: String,
    pub local_name: Option<String>,
    pub name_key: String,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// A category hangs under another.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
    Parent,
}

impl ActiveModelBehavior for ActiveModel {}
