//! A wording of what a product has to be.

use primitives::{ProductId, SpecificationId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `specification`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "specification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SpecificationId,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub revision: i32,
    pub wording: String,
    pub written_at: DateTimeUtc,
    pub written_by: Option<UserId>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
