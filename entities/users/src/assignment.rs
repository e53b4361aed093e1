//! Who works where, and as what.

use primitives::{AssignmentId, DepartmentId, PropertyId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `assignment`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub property_id: PropertyId,
    pub department_id: DepartmentId,
    pub location_ids: Json,
    pub role: String,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
}

/// Relations are followed by id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
