//! Purchase requests as rows; every query starts at the tenant.

mod rows;

use std::collections::HashMap;

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, Tx, page};
use chrono::{DateTime, Utc};
use entities_procurement::{approval, purchase_request, purchase_request_line};
use primitives::{
    ApprovalId, Date, Decimal, DepartmentId, LocationId, ProductId, PurchaseRequestId, PurchaseRequestLineId,
    TenantId, UserId, VendorId,
};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, LockType, OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationTrait, Select,
};
use serde::Serialize;

use super::approval::{Approval, ApprovalStatus, Case};
use super::line::{Line, LineStatus};
use super::model::{PurchaseRequest, PurchaseRequestStatus};
use crate::authority::model::Limit;
use crate::machine::Word;
use rows::{from_approval, from_line, from_request, to_approval, to_line, to_request};

/// Rows of one INSERT: 30 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 500;

/// What a list of purchase requests is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RequestCriterion {
    pub(crate) ids: Option<Vec<PurchaseRequestId>>,
    pub(crate) statuses: Option<Vec<PurchaseRequestStatus>>,
    pub(crate) departments: Option<Vec<DepartmentId>>,
    pub(crate) requesters: Option<Vec<UserId>>,
    pub(crate) total_from: Option<Decimal>,
    pub(crate) total_to: Option<Decimal>,
    pub(crate) dated_from: Option<Date>,
    pub(crate) dated_to: Option<Date>,
    pub(crate) replenishes: Option<Vec<LocationId>>,
    /// Words, lower case, that must be found in number or justification.
    pub(crate) words: Vec<String>,
}

/// What a list of purchase requests is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    UpdatedAt,
    Number,
    Total,
    RequiredBy,
    SubmittedAt,
}

impl SortedBy {
    fn column(self) -> purchase_request::Column {
        match self {
            Self::UpdatedAt => purchase_request::Column::UpdatedAt,
            Self::Number => purchase_request::Column::Number,
            Self::Total => purchase_request::Column::Total,
            Self::RequiredBy => purchase_request::Column::RequiredBy,
            Self::SubmittedAt => purchase_request::Column::SubmittedAt,
        }
    }
}

fn scoped(tenant: TenantId) -> Select<purchase_request::Entity> {
    purchase_request::Entity::find().filter(purchase_request::Column::TenantId.eq(tenant))
}

fn condition(criterion: &RequestCriterion) -> Condition {
    use purchase_request::Column;
    let is_word = |word: &String| {
        let literal = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        Column::SearchText.like(LikeExpr::new(format!("%{literal}%")).escape('\\'))
    };
    let words = criterion.words.iter().map(is_word).fold(Condition::all(), Condition::add);
    words
        .add_option(criterion.ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(
            criterion.statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
        .add_option(criterion.departments.as_ref().map(|ids| Column::DepartmentId.is_in(ids.iter().copied())))
        .add_option(criterion.requesters.as_ref().map(|ids| Column::RequestedBy.is_in(ids.iter().copied())))
        .add_option(criterion.total_from.map(|total| Column::Total.gte(total)))
        .add_option(criterion.total_to.map(|total| Column::Total.lte(total)))
        .add_option(criterion.dated_from.map(|day| Column::RequestDate.gte(day)))
        .add_option(criterion.dated_to.map(|day| Column::RequestDate.lte(day)))
        .add_option(criterion.replenishes.as_ref().map(|ids| {
            // Spelt out, so that `not` finds what people began, too.
            let is_one = Column::Replenishes.is_in(ids.iter().copied());
            Condition::all().add(Column::Replenishes.is_not_null()).add(is_one)
        }))
}

/// A page of the purchase requests that meet `criteria`; of one requester only where one is given.
pub(crate) async fn list(
    db: &Db,
    (tenant, only): (TenantId, Option<UserId>),
    criteria: &Criteria<RequestCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<PurchaseRequest>> {
    let own = only.map(|user| purchase_request::Column::RequestedBy.eq(user));
    let select =
        scoped(tenant).filter(criteria.condition(&condition)).filter(Condition::all().add_option(own));
    let keys = [SortKey { column: by.column(), order }];
    page::list(db, select, &keys, purchase_request::Column::Id, page).await?.try_map(to_request)
}

/// A page of what waits for somebody's approval and meets `criteria`; only what was due by a moment where one is given.
pub(crate) async fn list_awaiting(
    db: &Db,
    tenant: TenantId,
    (user, most, due_by): (UserId, Limit, Option<DateTime<Utc>>),
    criteria: &Criteria<RequestCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<PurchaseRequest>> {
    use purchase_request::Column;
    let pending = approvals(tenant).filter(approval::Column::Status.eq(ApprovalStatus::Pending.code()));
    let pending = match most {
        Limit::Unlimited => pending,
        Limit::UpTo(most) => pending.filter(approval::Column::LimitRequired.lte(most)),
        Limit::Nothing => pending.filter(Expr::value(1).eq(0)),
    };
    let due = due_by.map(|due_by| approval::Column::DueAt.lte(due_by));
    let pending = pending.filter(Condition::all().add_option(due));
    let decided = Query::select()
        .column(approval::Column::RequestId)
        .from(approval::Entity)
        .and_where(approval::Column::TenantId.eq(tenant))
        .and_where(approval::Column::Approver.eq(user).or(approval::Column::DelegatedFrom.eq(user)))
        .and_where(
            Expr::col((approval::Entity, approval::Column::Submission))
                .equals((purchase_request::Entity, Column::Submission)),
        )
        .and_where(
            Expr::col((approval::Entity, approval::Column::RequestId))
                .equals((purchase_request::Entity, Column::Id)),
        )
        .to_owned();
    let pending = pending.select_only().column(approval::Column::RequestId).into_query();
    let select = scoped(tenant)
        .filter(Column::Status.eq(PurchaseRequestStatus::PendingApproval.code()))
        .filter(Column::RequestedBy.ne(user))
        .filter(Column::Id.in_subquery(pending))
        .filter(Column::Id.not_in_subquery(decided))
        .filter(criteria.condition(&condition));
    let keys = [SortKey { column: by.column(), order }];
    page::list(db, select, &keys, Column::Id, page).await?.try_map(to_request)
}

/// Levels of all tenants that should have decided by now and of which that was not told, the longest overdue first.
pub(crate) async fn due_across_tenants(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(TenantId, PurchaseRequestId, ApprovalId)>> {
    use approval::Column;
    let due = approval::Entity::find()
        // In the words of the index over what waits: SQLite does not look into bound values.
        .filter(Expr::cust("\"status\" = 'PENDING'"))
        .filter(Column::OverdueToldAt.is_null())
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .limit(limit)
        .select_only()
        .columns([Column::TenantId, Column::RequestId, Column::Id]);
    Ok(due.into_tuple().all(db).await?)
}

/// Notes that it was told that a level is overdue; false when that was noted before.
pub(crate) async fn note_overdue(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (level, now): (ApprovalId, DateTime<Utc>),
) -> Result<bool> {
    let noted = approval::Entity::update_many()
        .col_expr(approval::Column::OverdueToldAt, Expr::value(now))
        .filter(approval::Column::TenantId.eq(tenant))
        .filter(approval::Column::Id.eq(level))
        .filter(approval::Column::OverdueToldAt.is_null())
        .exec(tx)
        .await?;
    Ok(noted.rows_affected == 1)
}

/// Purchase requests by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, PurchaseRequest>> {
    let rows = scoped(tenant).filter(purchase_request::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_request(row).map(|request| (request.id, request))).collect()
}

/// The lines of requests in their order, in one statement.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, Vec<Line>>> {
    let rows = purchase_request_line::Entity::find()
        .filter(purchase_request_line::Column::TenantId.eq(tenant))
        .filter(purchase_request_line::Column::RequestId.is_in(ids))
        .order_by_asc(purchase_request_line::Column::RequestId)
        .order_by_asc(purchase_request_line::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<PurchaseRequestId, Vec<Line>> = HashMap::new();
    for row in rows {
        found.entry(row.request_id).or_default().push(to_line(row)?);
    }
    Ok(found)
}

/// To which requests lines belong and who sells them, where that is known; in one statement.
pub(crate) async fn requests_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    lines: Vec<PurchaseRequestLineId>,
) -> Result<HashMap<PurchaseRequestLineId, (PurchaseRequestId, Option<VendorId>)>> {
    let rows = purchase_request_line::Entity::find()
        .filter(purchase_request_line::Column::TenantId.eq(tenant))
        .filter(purchase_request_line::Column::Id.is_in(lines))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.request_id, row.vendor_id))).collect())
}

/// The approvals of requests, oldest submission first, in one statement.
pub(crate) async fn approvals_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, Vec<Approval>>> {
    let rows = approvals(tenant)
        .filter(approval::Column::RequestId.is_in(ids))
        .order_by_asc(approval::Column::Submission)
        .order_by_asc(approval::Column::Level)
        .all(db)
        .await?;
    let mut found: HashMap<PurchaseRequestId, Vec<Approval>> = HashMap::new();
    for row in rows {
        found.entry(row.request_id).or_default().push(to_approval(row)?);
    }
    Ok(found)
}

fn approvals(tenant: TenantId) -> Select<approval::Entity> {
    approval::Entity::find().filter(approval::Column::TenantId.eq(tenant))
}

/// The request with its lines and approvals, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: PurchaseRequestId,
) -> Result<Option<Case>> {
    let row =
        scoped(tenant).filter(purchase_request::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let request = to_request(row)?;
    let lines = lines_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    let approvals = approvals_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(Some(Case { request, lines, approvals }))
}

/// The draft that a store's running low began, locked until the transaction ends; the latest of several.
pub(crate) async fn lock_draft_for(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: LocationId,
) -> Result<Option<Case>> {
    use purchase_request::Column;
    let open: Option<PurchaseRequestId> = scoped(tenant)
        .filter(Column::Replenishes.eq(location))
        .filter(Column::Status.eq(PurchaseRequestStatus::Draft.code()))
        .order_by_desc(Column::Id)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .one(tx)
        .await?;
    let Some(open) = open else { return Ok(None) };
    // Who hands it in, or gives it up, meanwhile was faster.
    let case = lock(tx, tenant, open).await?;
    Ok(case.filter(|case| case.request.status == PurchaseRequestStatus::Draft))
}

/// How much of a product for a place is asked for, and neither turned down nor ordered nor kept by a store, in base units.
pub(crate) async fn asked_for(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (product, location): (ProductId, LocationId),
) -> Result<Decimal> {
    use PurchaseRequestStatus::{Approved, PartiallyOrdered, PendingApproval};
    use purchase_request_line::Column;
    let rows = purchase_request_line::Entity::find()
        .join(JoinType::InnerJoin, purchase_request_line::Relation::Request.def())
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::ProductId.eq(product))
        .filter(Column::DeliverTo.eq(location))
        .filter(Column::Status.ne(LineStatus::Rejected.code()))
        .filter(
            purchase_request::Column::Status
                .is_in([PendingApproval, Approved, PartiallyOrdered].map(Word::code)),
        )
        .all(tx)
        .await?;
    let mut asked = Decimal::ZERO;
    for row in rows {
        let line = to_line(row)?;
        let factor = line.terms.as_ref().map_or(Decimal::ONE, |terms| terms.factor);
        // Before the decision all of it is asked for, and may not be ordered yet.
        let open = if line.status == LineStatus::Open { line.quantity } else { line.open_quantity() };
        let sum = open.checked_mul(factor).and_then(|base| asked.checked_add(base));
        asked = sum.ok_or_else(|| Error::internal("what is asked for is beyond all bounds"))?;
    }
    Ok(asked)
}

/// Writes a new request.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    request: &PurchaseRequest,
    lines: &[Line],
) -> Result<()> {
    purchase_request::Entity::insert(from_request(tenant, request)).exec_without_returning(tx).await?;
    put_lines(tx, tenant, (request.id, lines)).await
}

/// Leaves a new request to be written with the commit; nothing that it is made of is read again before.
pub(crate) fn draft(tx: &Tx, tenant: TenantId, request: &PurchaseRequest, lines: &[Line]) {
    let backend = tx.get_database_backend();
    tx.later(purchase_request::Entity::insert(from_request(tenant, request)).build(backend));
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, request.id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        tx.later(purchase_request_line::Entity::insert_many(chunk.to_vec()).build(backend));
    }
}

/// Writes a new request with the decisions about it.
pub(crate) async fn insert_case(tx: &impl ConnectionTrait, tenant: TenantId, case: &Case) -> Result<()> {
    insert(tx, tenant, &case.request, &case.lines).await?;
    put_approvals(tx, tenant, case.request.id, &case.approvals).await
}

/// Writes a changed request that was locked before, without its lines and approvals. The version it was read with is
/// compared once more: nothing is ever overwritten unseen.
pub(crate) async fn save(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    request: &PurchaseRequest,
) -> Result<()> {
    let written = purchase_request::Entity::update_many()
        .set(from_request(tenant, request))
        .filter(purchase_request::Column::TenantId.eq(tenant))
        .filter(purchase_request::Column::Id.eq(request.id))
        .filter(purchase_request::Column::Version.eq(request.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked purchase request was changed by somebody else")),
    }
}

/// Writes a changed request with its lines and approvals.
pub(crate) async fn save_case(tx: &impl ConnectionTrait, tenant: TenantId, case: &Case) -> Result<()> {
    save(tx, tenant, &case.request).await?;
    put_lines(tx, tenant, (case.request.id, &case.lines)).await?;
    put_approvals(tx, tenant, case.request.id, &case.approvals).await
}

/// Replaces the lines of a draft.
pub(crate) async fn replace_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (PurchaseRequestId, &[Line]),
) -> Result<()> {
    purchase_request_line::Entity::delete_many()
        .filter(purchase_request_line::Column::TenantId.eq(tenant))
        .filter(purchase_request_line::Column::RequestId.eq(id))
        .exec(tx)
        .await?;
    put_lines(tx, tenant, (id, lines)).await
}

/// Writes how much of a locked request's lines stores keep, and since when that is known. Nothing was decided about it, so its
/// version stays.
pub(crate) async fn put_reserved(tx: &impl ConnectionTrait, tenant: TenantId, case: &Case) -> Result<()> {
    purchase_request::Entity::update_many()
        .col_expr(purchase_request::Column::ReservedAt, case.request.reserved_at.into())
        .filter(purchase_request::Column::TenantId.eq(tenant))
        .filter(purchase_request::Column::Id.eq(case.request.id))
        .exec(tx)
        .await?;
    put_lines(tx, tenant, (case.request.id, &case.lines)).await
}

async fn put_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (PurchaseRequestId, &[Line]),
) -> Result<()> {
    use purchase_request_line::Column;
    let written = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id | Column::TenantId)))
        .to_owned();
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let insert = purchase_request_line::Entity::insert_many(chunk.to_vec()).on_conflict(written.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn put_approvals(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: PurchaseRequestId,
    approvals: &[Approval],
) -> Result<()> {
    use approval::Column;
    if approvals.is_empty() {
        return Ok(());
    }
    // Whether it was told that a level is overdue, the sweep notes.
    let kept = |column: &Column| matches!(column, Column::Id | Column::TenantId | Column::OverdueToldAt);
    let written = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !kept(column)))
        .to_owned();
    let rows = approvals.iter().map(|each| from_approval((tenant, id), each));
    approval::Entity::insert_many(rows).on_conflict(written).exec_without_returning(tx).await?;
    Ok(())
}
