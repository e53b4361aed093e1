//! What is agreed with a vendor for a time.

use primitives::{ContractId, CurrencyCode, Date, TenantId, UserId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `contract`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContractId,
    pub tenant_id: TenantId,
    pub number: String,
    pub vendor_id: VendorId,
    pub currency: CurrencyCode,
    pub valid_from: Date,
    pub valid_to: Date,
    pub status: String,
    pub status_reason: Option<String>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What stands in it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::contract_line::Entity")]
    Lines,
}

impl Related<super::contract_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
