//! What somebody asks to be bought.

use primitives::{Date, Decimal, DepartmentId, LocationId, PropertyId, PurchaseRequestId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `purchase_request`. `total` is in the house's currency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PurchaseRequestId,
    pub tenant_id: TenantId,
    pub number: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub revision: i32,
    pub submission: i32,
    pub level: i32,
    pub requested_by: UserId,
    pub department_id: Option<DepartmentId>,
    pub property_id: Option<PropertyId>,
    pub time_zone: Option<String>,
    pub request_date: Date,
    pub required_by: Option<Date>,
    pub priority: String,
    pub justification: String,
    pub total: Decimal,
    pub search_text: String,
    pub submitted_at: Option<DateTimeUtc>,
    pub reserved_at: Option<DateTimeUtc>,
    pub replenishes: Option<LocationId>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// What it asks for and who decided.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::purchase_request_line::Entity")]
    Lines,
    #[sea_orm(has_many = "super::approval::Entity")]
    Approvals,
}

impl Related<super::purchase_request_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lines.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
