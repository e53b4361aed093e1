//! What somebody asks of a store.

use primitives::{Date, LocationId, StoreRequisitionId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `store_requisition`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_requisition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StoreRequisitionId,
    pub tenant_id: TenantId,
    pub number: Option<String>,
    pub from_location_id: LocationId,
    pub to_location_id: LocationId,
    pub needed_on: Option<Date>,
    pub status: String,
    pub note: Option<String>,
    pub reason: Option<String>,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_by: Option<UserId>,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<UserId>,
    pub issued_at: Option<DateTimeUtc>,
    pub issued_by: Option<UserId>,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_by: Option<UserId>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// What hangs on a requisition.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::store_requisition_line::Entity")]
    Line,
}

impl Related<super::store_requisition_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Line.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
