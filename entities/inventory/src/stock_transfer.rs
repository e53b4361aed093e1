//! Stock on its way from one location to another.

use primitives::{LocationId, StockTransferId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `stock_transfer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_transfer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockTransferId,
    pub tenant_id: TenantId,
    pub number: String,
    pub from_location_id: LocationId,
    pub via_location_id: LocationId,
    pub to_location_id: LocationId,
    pub status: String,
    pub note: Option<String>,
    pub reason: Option<String>,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<UserId>,
    pub shipped_at: Option<DateTimeUtc>,
    pub shipped_by: Option<UserId>,
    pub received_at: Option<DateTimeUtc>,
    pub received_by: Option<UserId>,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_by: Option<UserId>,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub updated_at: DateTimeUtc,
    pub updated_by: UserId,
}

/// What hangs on a transfer.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::stock_transfer_line::Entity")]
    Line,
}

impl Related<super::stock_transfer_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Line.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
