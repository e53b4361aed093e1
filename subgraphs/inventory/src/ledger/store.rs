//! Ledger lines as rows.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Order, SortKey};
use chrono::{DateTime, Utc};
use entities_inventory::stock_movement::{self, Column, Entity};
use entities_inventory::{inventory_item, ledger_head};
use primitives::{Decimal, InventoryItemId, StockMovementId, TenantId};
use sea_orm::sea_query::{Alias, Expr, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::{MovementFilter, MovementKind, MovementReason, Reference, StockMovement};

/// The tenant's ledger: every query starts here.
pub(crate) fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// The row as the model tells it.
pub(crate) fn from_row(row: stock_movement::Model) -> Result<StockMovement, DbErr> {
    let reference = match (row.reference_type, row.reference_id, row.reference_line) {
        (Some(kind), Some(id), Some(line)) => Some(Reference { kind, id, line }),
        _ => None,
    };
    Ok(StockMovement {
        id: row.id,
        seq: row.seq,
        item: row.item_id,
        product: row.product_id,
        location: row.location_id,
        kind: row.kind.parse().map_err(DbErr::Type)?,
        reason: row.reason.parse().map_err(DbErr::Type)?,
        quantity: row.quantity,
        unit_cost: row.unit_cost,
        total_value: row.total_value,
        unit: row.base_unit,
        currency: row.currency,
        on_hand_after: row.on_hand_after,
        value_after: row.value_after,
        posting: row.posting_id,
        reference,
        reservation: row.reservation_id,
        note: row.note,
        occurred_at: row.occurred_at,
        posted_at: row.posted_at,
        posted_by: row.posted_by,
    })
}

/// The line as a row.
pub(crate) fn to_row(tenant: TenantId, movement: &StockMovement) -> stock_movement::Model {
    let reference = movement.reference.clone();
    let (kind, id, line) = match reference {
        Some(Reference { kind, id, line }) => (Some(kind), Some(id), Some(line)),
        None => (None, None, None),
    };
    stock_movement::Model {
        id: movement.id,
        tenant_id: tenant,
        seq: movement.seq,
        item_id: movement.item,
        product_id: movement.product,
        location_id: movement.location,
        kind: movement.kind.code().to_owned(),
        reason: movement.reason.code().to_owned(),
        quantity: movement.quantity,
        unit_cost: movement.unit_cost,
        total_value: movement.total_value,
        base_unit: movement.unit,
        currency: movement.currency,
        on_hand_after: movement.on_hand_after,
        value_after: movement.value_after,
        posting_id: movement.posting,
        reference_type: kind,
        reference_id: id,
        reference_line: line,
        reservation_id: movement.reservation,
        note: movement.note.clone(),
        occurred_at: movement.occurred_at,
        posted_at: movement.posted_at,
        posted_by: movement.posted_by,
    }
}

/// One page of the ledger.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<MovementFilter>,
    order: Order,
    page: PageRequest,
) -> chassis::Result<Connection<StockMovement>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let rows = page::list(db, select, &[SortKey { column: Column::Seq, order }], Column::Id, page)
        .await?
        .try_map(from_row)?;
    let is_whole = criteria
        .conjunction()
        .is_some_and(|filters| filters.into_iter().all(|filter| *filter == MovementFilter::default()));
    let db = db.clone();
    Ok(if is_whole { rows.counted(move || length(db.clone(), tenant)) } else { rows })
}

/// How many lines the tenant's ledger has: they are numbered without a gap.
async fn length(db: Db, tenant: TenantId) -> chassis::Result<u64> {
    let head = ledger_head::Entity::find_by_id(tenant).one(db.read()).await?;
    Ok(head.map_or(0, |head| head.last_seq.unsigned_abs()))
}

pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockMovementId],
) -> Result<Vec<StockMovement>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// What a document wrote, in ledger order. A document has at most some hundred lines.
pub(crate) async fn of_document(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (kind, id): (&str, &str),
) -> Result<Vec<StockMovement>, DbErr> {
    let query = scoped(tenant).filter(Column::ReferenceType.eq(kind)).filter(Column::ReferenceId.eq(id));
    // Spelt out, so that the index of documents' effects serves, which has no lines without one.
    let query = query.filter(Column::ReferenceId.is_not_null());
    query.order_by_asc(Column::Seq).all(db).await?.into_iter().map(from_row).collect()
}

/// The last line of each item. The numbers are looked up item by item at the end of an index, however long its ledger is; grouping
/// would read all of it.
pub(crate) async fn last_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    items: &[InventoryItemId],
) -> Result<Vec<StockMovement>, DbErr> {
    use inventory_item::Column as Item;
    let line = Alias::new("line");
    let last = Query::select()
        .expr(Expr::col((line.clone(), Column::Seq)).max())
        .from_as(Entity, line.clone())
        .and_where(
            Expr::col((line.clone(), Column::TenantId)).equals((inventory_item::Entity, Item::TenantId)),
        )
        .and_where(Expr::col((line, Column::ItemId)).equals((inventory_item::Entity, Item::Id)))
        .take();
    let numbers = Query::select()
        .expr(SimpleExpr::SubQuery(None, Box::new(last.into())))
        .from(inventory_item::Entity)
        .and_where(Expr::col((inventory_item::Entity, Item::TenantId)).eq(tenant))
        .and_where(Expr::col((inventory_item::Entity, Item::Id)).is_in(items.iter().copied()))
        .take();
    scoped(tenant).filter(Column::Seq.in_subquery(numbers)).all(db).await?.into_iter().map(from_row).collect()
}

/// The lines from one number to another, both included, in ledger order: a posting's lines are numbered without a gap.
pub(crate) async fn by_seq_range(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    first: i64,
    last: i64,
) -> Result<Vec<StockMovement>, DbErr> {
    let query = scoped(tenant).filter(Column::Seq.between(first, last)).order_by_asc(Column::Seq);
    query.all(db).await?.into_iter().map(from_row).collect()
}

/// The item's last line that was written before `moment`.
pub(crate) async fn last_before(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    item: InventoryItemId,
    moment: DateTime<Utc>,
) -> Result<Option<StockMovement>, DbErr> {
    let query = scoped(tenant).filter(Column::ItemId.eq(item)).filter(Column::PostedAt.lt(moment));
    query.order_by_desc(Column::Seq).limit(1).one(db).await?.map(from_row).transpose()
}

/// What was used of an item since a moment: issues, without what went back to a vendor. PostgreSQL sums BIGINT as NUMERIC,
/// hence the cast.
pub(crate) async fn used_since(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (item, since): (InventoryItemId, DateTime<Utc>),
) -> Result<Decimal, DbErr> {
    let used: Option<Option<i64>> = scoped(tenant)
        .filter(Column::ItemId.eq(item))
        .filter(Column::Kind.eq(MovementKind::Out.code()))
        .filter(Column::Reason.ne(MovementReason::ReturnToVendor.code()))
        .filter(Column::OccurredAt.gte(since))
        .select_only()
        .column_as(Expr::cust("CAST(SUM(\"quantity\") AS BIGINT)"), "used")
        .into_tuple()
        .one(db)
        .await?;
    Ok(Decimal::from_raw(-used.flatten().unwrap_or_default()))
}

/// The condition a filter stands for.
fn condition(filter: &MovementFilter) -> Condition {
    let mut all = Condition::all();
    if !filter.products.is_empty() {
        all = all.add(Column::ProductId.is_in(filter.products.iter().copied()));
    }
    if !filter.locations.is_empty() {
        all = all.add(Column::LocationId.is_in(filter.locations.iter().copied()));
    }
    if let Some(item) = filter.item {
        all = all.add(Column::ItemId.eq(item));
    }
    if !filter.kinds.is_empty() {
        all = all.add(Column::Kind.is_in(filter.kinds.iter().map(|kind| kind.code())));
    }
    if !filter.reasons.is_empty() {
        all = all.add(Column::Reason.is_in(filter.reasons.iter().map(|reason| reason.code())));
    }
    if let Some(id) = &filter.reference_id {
        // Spelt out, so that `not` finds those without a reference, too.
        all = all.add(Column::ReferenceId.is_not_null()).add(Column::ReferenceId.eq(id.as_str()));
    }
    if let Some(seq) = filter.after_seq {
        all = all.add(Column::Seq.gt(seq));
    }
    if let Some(from) = filter.from {
        all = all.add(Column::OccurredAt.gte(from));
    }
    if let Some(to) = filter.to {
        all = all.add(Column::OccurredAt.lt(to));
    }
    if let Some(from) = filter.posted_from {
        all = all.add(Column::PostedAt.gte(from));
    }
    if let Some(to) = filter.posted_to {
        all = all.add(Column::PostedAt.lt(to));
    }
    all
}
