//! What a line of an order took of a line of a contract, in base units.

use primitives::{ContractLineId, Decimal, PurchaseOrderId, PurchaseOrderLineId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `contract_use`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_use")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_line_id: ContractLineId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: PurchaseOrderLineId,
    pub tenant_id: TenantId,
    pub purchase_order_id: PurchaseOrderId,
    pub quantity: Decimal,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
