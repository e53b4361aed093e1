//! One product that is asked of a store.

use primitives::{Decimal, ProductId, ReservationId, StoreRequisitionId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `store_requisition_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_requisition_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub requisition_id: StoreRequisitionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub tenant_id: TenantId,
    pub position: i32,
    pub base_unit: Unit,
    pub requested: Decimal,
    pub approved: Decimal,
    pub issued: Decimal,
    pub reservation_id: Option<ReservationId>,
}

/// Which requisition the line belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::store_requisition::Entity",
        from = "Column::RequisitionId",
        to = "super::store_requisition::Column::Id"
    )]
    Requisition,
}

impl Related<super::store_requisition::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Requisition.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
