//! A price that a vendor names in its answer.

use primitives::{Decimal, InvitationId, ProductId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `invitation_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub invitation_id: InvitationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub minimum_quantity: Decimal,
    pub price: Decimal,
    pub lead_time_days: Option<i32>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
