//! Who buys for a store that runs low.

use primitives::{DepartmentId, LocationId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `replenishment_rule`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "replenishment_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: LocationId,
    pub department_id: DepartmentId,
    pub requested_by: UserId,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
