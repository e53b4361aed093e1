//! One step of an approval: a level of one submission, and who decided it.

use primitives::{ApprovalId, Decimal, PurchaseRequestId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `approval`. There is one per level and submission.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalId,
    pub tenant_id: TenantId,
    pub request_id: PurchaseRequestId,
    pub submission: i32,
    pub level: i32,
    pub status: String,
    pub limit_required: Decimal,
    pub approver: Option<UserId>,
    pub delegated_from: Option<UserId>,
    pub comment: Option<String>,
    pub decided_at: Option<DateTimeUtc>,
    pub decide_within_hours: i32,
    pub due_at: Option<DateTimeUtc>,
    pub overdue_told_at: Option<DateTimeUtc>,
}

/// What it decides about.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::purchase_request::Entity",
        from = "Column::RequestId",
        to = "super::purchase_request::Column::Id"
    )]
    Request,
}

impl Related<super::purchase_request::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Request.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
