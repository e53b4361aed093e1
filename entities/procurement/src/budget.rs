//! What a department may spend in a month.

use primitives::{BudgetId, CategoryId, Date, Decimal, DepartmentId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `budget`, in the house's currency. `month` is the first day of it; without a category it is for all that have
/// no budget of their own.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BudgetId,
    pub tenant_id: TenantId,
    pub department_id: DepartmentId,
    pub category_id: Option<CategoryId>,
    pub month: Date,
    pub amount: Decimal,
    pub soft: Decimal,
    pub hard: Decimal,
    pub actual: Decimal,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// Commitments name it by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
