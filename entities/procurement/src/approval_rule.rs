//! From which amount on a further level has to approve.

use primitives::{Decimal, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `approval_rule`. All rows of a document have the same version.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub document: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    pub from_amount: Decimal,
    pub decide_within_hours: i32,
    pub version: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
