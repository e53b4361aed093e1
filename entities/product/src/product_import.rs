//! How far an import is.

use primitives::{ImportId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `product_import`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    pub tenant_id: TenantId,
    pub started_at: DateTimeUtc,
    pub started_by: UserId,
    pub updated_at: DateTimeUtc,
    pub total: i32,
    pub created: i32,
    pub updated: i32,
    pub skipped: i32,
    pub refused: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
