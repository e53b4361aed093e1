//! Budgets and their commitments as rows; every query starts at the tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use entities_procurement::{
    budget, budget_commitment, purchase_request, vendor_invoice, vendor_invoice_line,
};
use primitives::{
    Audit, BudgetId, CategoryId, Date, Decimal, DepartmentId, PurchaseOrderLineId, PurchaseRequestId,
    TenantId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait,
    Select,
};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Budget, Claim, Owner, Shift, month_of};
use crate::machine::Word;
use crate::vendor_invoice::model::InvoiceStatus;

/// Rows of one INSERT: 5 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;

/// What a list of budgets is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct BudgetCriterion {
    pub(crate) departments: Option<Vec<DepartmentId>>,
    pub(crate) categories: Option<Vec<CategoryId>>,
    pub(crate) month_from: Option<Date>,
    pub(crate) month_to: Option<Date>,
}

/// What a list of budgets is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    Month,
    Amount,
}

fn scoped(tenant: TenantId) -> Select<budget::Entity> {
    budget::Entity::find().filter(budget::Column::TenantId.eq(tenant))
}

fn condition(criterion: &BudgetCriterion) -> Condition {
    use budget::Column;
    Condition::all()
        .add_option(criterion.departments.as_ref().map(|ids| Column::DepartmentId.is_in(ids.iter().copied())))
        .add_option(criterion.categories.as_ref().map(|ids| Column::CategoryId.is_in(ids.iter().copied())))
        .add_option(criterion.month_from.map(|day| Column::Month.gte(month_of(day))))
        .add_option(criterion.month_to.map(|day| Column::Month.lte(day)))
}

/// A page of the budgets that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<BudgetCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<Budget>> {
    use budget::Column;
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let column = match by {
        SortedBy::Month => Column::Month,
        SortedBy::Amount => Column::Amount,
    };
    Ok(page::list(db, select, &[SortKey { column, order }], Column::Id, page).await?.map(to_budget))
}

/// The budget of an owner for exactly this category, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (owner, category): (Owner, Option<CategoryId>),
) -> Result<Option<Budget>> {
    use budget::Column;
    let select = scoped(tenant)
        .filter(Column::DepartmentId.eq(owner.department))
        .filter(Column::Month.eq(owner.month))
        .filter(match category {
            Some(category) => Column::CategoryId.eq(category),
            None => Column::CategoryId.is_null(),
        });
    Ok(select.lock(LockType::Update).one(tx).await?.map(to_budget))
}

/// Writes a new budget. False when somebody else made it meanwhile.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, budget: &Budget) -> Result<bool> {
    let written = budget::Entity::insert(budget::ActiveModel {
        id: Set(budget.id),
        tenant_id: Set(tenant),
        department_id: Set(budget.owner.department),
        category_id: Set(budget.category),
        month: Set(budget.owner.month),
        amount: Set(budget.amount),
        soft: Set(budget.soft),
        hard: Set(budget.hard),
        actual: Set(budget.actual),
        created_at: Set(budget.audit.created_at),
        created_by: Set(budget.audit.created_by),
        updated_at: Set(budget.audit.updated_at),
        updated_by: Set(budget.audit.updated_by),
        version: Set(budget.version),
    });
    Ok(chassis::is_first(written.exec_without_returning(tx).await)?)
}

/// Writes a locked budget's amount.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, budget: &Budget) -> Result<()> {
    use budget::Column;
    let written = budget::Entity::update_many()
        .set(budget::ActiveModel {
            amount: Set(budget.amount),
            updated_at: Set(budget.audit.updated_at),
            updated_by: Set(budget.audit.updated_by),
            version: Set(budget.version),
            ..Default::default()
        })
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(budget.id))
        .filter(Column::Version.eq(budget.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked budget was changed by somebody else")),
    }
}

/// The budgets of these owners.
pub(crate) async fn of_owners(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    owners: &BTreeSet<Owner>,
) -> Result<HashMap<(Owner, Option<CategoryId>), Budget>> {
    use budget::Column;
    if owners.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = scoped(tenant)
        .filter(Column::DepartmentId.is_in(owners.iter().map(|owner| owner.department)))
        .filter(Column::Month.is_in(owners.iter().map(|owner| owner.month)))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_budget).map(|budget| ((budget.owner, budget.category), budget)).collect())
}

/// A budget by its id.
pub(crate) async fn by_id(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: BudgetId,
) -> Result<Option<Budget>> {
    Ok(scoped(tenant).filter(budget::Column::Id.eq(id)).one(db).await?.map(to_budget))
}

/// The budgets that lines of documents take something of, by line, in one statement.
pub(crate) async fn of_sources(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    sources: Vec<Uuid>,
) -> Result<HashMap<Uuid, Budget>> {
    let taken = commitments(db, tenant, sources).await?;
    let ids: BTreeSet<BudgetId> = taken.values().map(|(budget, _)| *budget).collect();
    let rows = scoped(tenant).filter(budget::Column::Id.is_in(ids)).all(db).await?;
    let budgets: HashMap<BudgetId, Budget> =
        rows.into_iter().map(to_budget).map(|budget| (budget.id, budget)).collect();
    let found = taken.into_iter().filter_map(|(source, (id, _))| Some((source, budgets.get(&id)?.clone())));
    Ok(found.collect())
}

/// What lines of documents take now.
pub(crate) async fn commitments(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    sources: Vec<Uuid>,
) -> Result<HashMap<Uuid, (BudgetId, Decimal)>> {
    let rows = budget_commitment::Entity::find()
        .filter(budget_commitment::Column::TenantId.eq(tenant))
        .filter(budget_commitment::Column::SourceId.is_in(sources))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.source_id, (row.budget_id, row.amount))).collect())
}

/// Writes what lines of documents take from now on.
pub(crate) async fn put_commitments(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    claims: &[(BudgetId, &Claim)],
) -> Result<()> {
    use budget_commitment::Column;
    let written = OnConflict::column(Column::SourceId).update_column(Column::Amount).to_owned();
    let rows: Vec<_> = claims
        .iter()
        .map(|(budget, claim)| budget_commitment::ActiveModel {
            tenant_id: Set(tenant),
            source_id: Set(claim.source),
            stage: Set(claim.stage.code().to_owned()),
            budget_id: Set(*budget),
            amount: Set(claim.amount),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let insert = budget_commitment::Entity::insert_many(chunk.to_vec()).on_conflict(written.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Moves the sums of a budget. False when more would be committed firmly than it allows: then nothing moves. The condition is
/// part of the statement, so however many try at once, the last baht is given once.
pub(crate) async fn shift(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, by): (BudgetId, &Shift),
) -> Result<bool> {
    use budget::Column;
    let taken = Expr::col(Column::Hard).add(Expr::col(Column::Actual));
    let fits = taken.add(by.hard).lte(Expr::col(Column::Amount));
    let update = budget::Entity::update_many()
        .col_expr(Column::Soft, Expr::col(Column::Soft).add(by.soft))
        .col_expr(Column::Hard, Expr::col(Column::Hard).add(by.hard))
        .col_expr(Column::Actual, Expr::col(Column::Actual).add(by.actual))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(id));
    let update = if by.hard.is_positive() { update.filter(fits) } else { update };
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Whose budgets requests count in; nothing for those without a department.
pub(crate) async fn owners_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    requests: BTreeSet<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, Owner>> {
    let rows = purchase_request::Entity::find()
        .filter(purchase_request::Column::TenantId.eq(tenant))
        .filter(purchase_request::Column::Id.is_in(requests))
        .all(db)
        .await?;
    let owner = |row: purchase_request::Model| {
        row.department_id.map(|department| (row.id, Owner::on(department, row.request_date)))
    };
    Ok(rows.into_iter().filter_map(owner).collect())
}

/// How much of order lines was invoiced and approved.
pub(crate) async fn paid_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    lines: Vec<PurchaseOrderLineId>,
) -> Result<BTreeMap<PurchaseOrderLineId, Decimal>> {
    let approved = [InvoiceStatus::Approved, InvoiceStatus::Paid].map(Word::code);
    let rows = vendor_invoice_line::Entity::find()
        .join(JoinType::InnerJoin, vendor_invoice_line::Relation::Invoice.def())
        .filter(vendor_invoice_line::Column::TenantId.eq(tenant))
        .filter(vendor_invoice_line::Column::OrderLineId.is_in(lines))
        .filter(vendor_invoice::Column::Status.is_in(approved))
        .all(db)
        .await?;
    let mut paid: BTreeMap<PurchaseOrderLineId, Decimal> = BTreeMap::new();
    for row in rows {
        let sum = paid.entry(row.order_line_id).or_default();
        *sum = sum.checked_add(row.quantity).ok_or_else(|| Error::internal("stored quantities add up"))?;
    }
    Ok(paid)
}

fn to_budget(row: budget::Model) -> Budget {
    Budget {
        id: row.id,
        owner: Owner { department: row.department_id, month: row.month },
        category: row.category_id,
        amount: row.amount,
        soft: row.soft,
        hard: row.hard,
        actual: row.actual,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    }
}
