//! One product of a contract: its price, how much is committed and how much was taken.

use primitives::{ContractId, ContractLineId, Decimal, ProductId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `contract_line`. `committed_quantity` counts `unit`, `used_quantity` base units; `base_unit` and `factor`
/// are snapshots.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContractLineId,
    pub tenant_id: TenantId,
    pub contract_id: ContractId,
    pub position: i32,
    pub product_id: ProductId,
    pub unit: Unit,
    pub base_unit: Unit,
    pub factor: Decimal,
    pub price: Decimal,
    pub lead_time_days: Option<i32>,
    pub committed_quantity: Option<Decimal>,
    pub used_quantity: Decimal,
}

/// In which contract it stands.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::contract::Entity",
        from = "Column::ContractId",
        to = "super::contract::Column::Id"
    )]
    Contract,
}

impl Related<super::contract::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Contract.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
