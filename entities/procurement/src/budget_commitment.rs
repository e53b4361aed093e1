//! What one line of a document takes of a budget.

use primitives::{BudgetId, Decimal, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `budget_commitment`. `source_id` is a line of a request, an order or an invoice, by `stage`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_commitment")]
pub struct Model {
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    pub stage: String,
    pub budget_id: BudgetId,
    pub amount: Decimal,
}

/// It names its budget by id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
