//! Parts of the house, as a tree.

use primitives::{DepartmentId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `department`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "department")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DepartmentId,
    pub tenant_id: TenantId,
    pub parent_id: Option<DepartmentId>,
    pub code: String,
    pub name: String,
    pub head_id: Option<UserId>,
    pub cost_centre: Option<String>,
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
