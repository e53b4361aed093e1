//! Months, their snapshots and the day up to which the books are closed, as rows.

use std::collections::HashMap;

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Order, SortKey, house};
use chrono::{DateTime, Utc};
use entities_inventory::stock_period::{self, Column, Entity};
use entities_inventory::{inventory_item, period_head, period_snapshot, stock_count, stock_movement};
use primitives::{Date, Decimal, InventoryItemId, LocationId, StockPeriodId, TenantId, UserId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select, Statement,
};

use super::{ItemValue, Month, PeriodFilter, PeriodStatus, StockPeriod, ValuationFilter};
use crate::machine::Machine;
use crate::stocktake::CountStatus;
use crate::{ledger, stock};

/// The tenant's months: every query starts here.
fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// One page of months.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<PeriodFilter>,
    order: Order,
    page: PageRequest,
) -> chassis::Result<Connection<StockPeriod>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let by_month = SortKey { column: Column::StartsOn, order };
    Ok(page::list(db, select, &[by_month], Column::Id, page).await?.try_map(from_row)?)
}

fn condition(filter: &PeriodFilter) -> Condition {
    let PeriodFilter { statuses, from, before } = filter;
    Condition::all()
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|status| status.code()))))
        .add_option(from.map(|day| Column::StartsOn.gte(day)))
        .add_option(before.map(|day| Column::StartsOn.lt(day)))
}

/// A month, where it was ever closed.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    month: Month,
) -> Result<Option<StockPeriod>, DbErr> {
    let row = scoped(tenant).filter(Column::StartsOn.eq(month.starts_on())).one(db).await?;
    row.map(from_row).transpose()
}

/// The day up to which the books are closed, kept from changing until the transaction ends.
pub(crate) async fn keep_closed_before_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Option<Date>, DbErr> {
    let head = || period_head::Entity::find_by_id(tenant);
    if let Some(head) = head().lock_shared().one(tx).await? {
        return Ok(head.closed_before);
    }
    ensure_head_in(tx, tenant).await?;
    Ok(head().lock_shared().one(tx).await?.and_then(|head| head.closed_before))
}

/// How far the books are closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    /// The day up to which they are.
    pub(crate) closed_before: Option<Date>,
    /// The month that is being closed, and by whom.
    pub(crate) closing: Option<(StockPeriodId, UserId)>,
    /// How often closing a month began.
    pub(crate) closings: i32,
}

/// The same, locked to be changed: every posting that has begun is done, and none begins.
pub(crate) async fn lock_head_in(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<Head, DbErr> {
    ensure_head_in(tx, tenant).await?;
    let head = period_head::Entity::find_by_id(tenant).lock_exclusive().one(tx).await?;
    let head = head.ok_or_else(|| DbErr::RecordNotFound("the row that was just ensured".to_owned()))?;
    let closing = head.closing_id.zip(head.closing_by);
    Ok(Head { closed_before: head.closed_before, closing, closings: head.closings })
}

/// Writes which month is being closed, if one is. The row must be locked.
pub(crate) async fn save_closing_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (closing, closings): (Option<(StockPeriodId, UserId)>, i32),
) -> Result<(), DbErr> {
    use period_head::Column::{ClosingBy, ClosingId, Closings};
    period_head::Entity::update_many()
        .col_expr(ClosingId, closing.map(|(id, _)| id.as_uuid()).into())
        .col_expr(ClosingBy, closing.map(|(_, by)| by.as_uuid()).into())
        .col_expr(Closings, closings.into())
        .filter(period_head::Column::TenantId.eq(tenant))
        .exec(tx)
        .await
        .map(drop)
}

/// The months of all tenants that are being closed.
pub(crate) async fn closing_across_tenants(
    db: &impl ConnectionTrait,
) -> Result<Vec<(TenantId, StockPeriodId)>, DbErr> {
    let heads =
        period_head::Entity::find().filter(period_head::Column::ClosingId.is_not_null()).all(db).await?;
    Ok(heads.into_iter().filter_map(|head| Some((head.tenant_id, head.closing_id?))).collect())
}

async fn ensure_head_in(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<(), DbErr> {
    let row = period_head::Model {
        tenant_id: tenant,
        closed_before: None,
        closing_id: None,
        closing_by: None,
        closings: 0,
    };
    let row = row.into_active_model();
    let known = OnConflict::column(period_head::Column::TenantId).do_nothing().to_owned();
    period_head::Entity::insert(row).on_conflict(known).exec_without_returning(tx).await.map(drop)
}

/// Writes a month and the day up to which the books are closed now.
pub(crate) async fn save_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    period: &StockPeriod,
    closed_before: Option<Date>,
) -> Result<(), DbErr> {
    let row = to_row(tenant, period).into_active_model().reset_all();
    let newer = OnConflict::column(Column::Id)
        .update_columns([
            Column::Status,
            Column::Reason,
            Column::ClosedAt,
            Column::ClosedBy,
            Column::Version,
            Column::UpdatedAt,
            Column::UpdatedBy,
        ])
        .to_owned();
    Entity::insert(row).on_conflict(newer).exec_without_returning(tx).await?;
    period_head::Entity::update_many()
        .col_expr(period_head::Column::ClosedBefore, closed_before.into())
        .filter(period_head::Column::TenantId.eq(tenant))
        .exec(tx)
        .await
        .map(drop)
}

/// Counts of shelves that began before a day and are still under way.
pub(crate) async fn counts_under_way(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    before: Date,
) -> Result<u64, DbErr> {
    use stock_count::Column as Count;
    stock_count::Entity::find()
        .filter(Count::TenantId.eq(tenant))
        .filter(Count::Status.is_in([CountStatus::InProgress, CountStatus::Review].map(CountStatus::code)))
        .filter(Count::StartedAt.lt(house::midnight(before)))
        .count(tx)
        .await
}

/// The last closed month that ended on or before a day: whatever happened before is in its snapshot.
pub(crate) async fn last_closed_before(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    day: Date,
) -> Result<Option<StockPeriod>, DbErr> {
    let row = scoped(tenant)
        .filter(Column::Status.ne(PeriodStatus::Open.code()))
        .filter(Column::EndsBefore.lte(day))
        .order_by_desc(Column::StartsOn)
        .one(db)
        .await?;
    row.map(from_row).transpose()
}

/// What the snapshot of a month holds: everything that happened before its end, summed from the last snapshot and what came
/// after it.
const SNAPSHOT: &str = "INSERT INTO period_snapshot (period_id, item_id, tenant_id, on_hand, total_value) \
    SELECT $1, item_id, $2, CAST(SUM(quantity) AS BIGINT), CAST(SUM(worth) AS BIGINT) FROM ( \
        SELECT item_id, on_hand AS quantity, total_value AS worth FROM period_snapshot \
            WHERE tenant_id = $2 AND period_id = $3 \
        UNION ALL \
        SELECT item_id, quantity, total_value AS worth FROM stock_movement \
            WHERE tenant_id = $2 AND occurred_at >= $4 AND occurred_at < $5 \
    ) AS parts GROUP BY item_id HAVING SUM(quantity) <> 0 OR SUM(worth) <> 0";

/// Writes the snapshot of a month anew.
pub(crate) async fn write_snapshot_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    period: &StockPeriod,
) -> Result<(), DbErr> {
    period_snapshot::Entity::delete_many()
        .filter(period_snapshot::Column::TenantId.eq(tenant))
        .filter(period_snapshot::Column::PeriodId.eq(period.id))
        .exec(tx)
        .await?;
    let base = last_closed_before(tx, tenant, period.month.starts_on()).await?;
    // A month that is closed for the first time has nothing below it: its own id finds no snapshot.
    let base_id = base.as_ref().map_or(period.id, |base| base.id);
    let since = base.map_or(DateTime::<Utc>::MIN_UTC, |base| house::midnight(base.month.ends_before()));
    let values = [
        period.id.as_uuid().into(),
        tenant.as_uuid().into(),
        base_id.as_uuid().into(),
        earliest(since).into(),
        house::midnight(period.month.ends_before()).into(),
    ];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), SNAPSHOT, values);
    tx.execute_raw(statement).await.map(drop)
}

/// An instant both databases can hold: stock has not moved before the year 1.
fn earliest(at: DateTime<Utc>) -> DateTime<Utc> {
    at.max(DateTime::from_timestamp(-62_135_596_800, 0).unwrap_or(at))
}

/// One page of items with what they held at the end of a day.
pub(crate) async fn item_values(
    db: &Db,
    tenant: TenantId,
    (filter, base, before): (&ValuationFilter, Option<&StockPeriod>, Date),
    page: PageRequest,
) -> chassis::Result<Connection<ItemValue>> {
    let select = stock::store::scoped(tenant).filter(item_condition(filter));
    let rows = page::list(db, select, &[], inventory_item::Column::Id, page).await?;
    let items = rows.try_map(stock::store::from_row)?;
    let ids: Vec<InventoryItemId> = items.as_edges().iter().map(|edge| edge.node.id).collect();
    let held = held_by(db.read(), tenant, (&ids, base, before)).await?;
    Ok(items.map(|item| {
        let (on_hand, value) = held.get(&item.id).copied().unwrap_or_default();
        ItemValue { item, on_hand: Decimal::from_raw(on_hand), value: Decimal::from_raw(value) }
    }))
}

fn item_condition(filter: &ValuationFilter) -> Condition {
    use inventory_item::Column as Item;
    Condition::all()
        .add_option(filter.locations.as_ref().map(|ids| Item::LocationId.is_in(ids.iter().copied())))
        .add_option(filter.products.as_ref().map(|ids| Item::ProductId.is_in(ids.iter().copied())))
}

/// What items held: the snapshot they are based on, and what happened between it and the day.
async fn held_by(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (items, base, before): (&[InventoryItemId], Option<&StockPeriod>, Date),
) -> Result<HashMap<InventoryItemId, (i64, i64)>, DbErr> {
    let mut held: HashMap<InventoryItemId, (i64, i64)> = HashMap::new();
    if let Some(base) = base {
        use period_snapshot::Column as Snapshot;
        let rows = period_snapshot::Entity::find()
            .filter(Snapshot::TenantId.eq(tenant))
            .filter(Snapshot::PeriodId.eq(base.id))
            .filter(Snapshot::ItemId.is_in(items.iter().copied()))
            .all(db)
            .await?;
        held.extend(rows.into_iter().map(|row| (row.item_id, (row.on_hand.raw(), row.total_value.raw()))));
    }
    use stock_movement::Column as Moved;
    let rows: Vec<(InventoryItemId, i64, i64)> = moved_between(tenant, base, before)
        .filter(Moved::ItemId.is_in(items.iter().copied()))
        .select_only()
        .column(Moved::ItemId)
        .column_as(Expr::cust("CAST(SUM(\"quantity\") AS BIGINT)"), "moved")
        .column_as(Expr::cust("CAST(SUM(\"total_value\") AS BIGINT)"), "worth")
        .group_by(Moved::ItemId)
        .into_tuple()
        .all(db)
        .await?;
    for (item, quantity, value) in rows {
        let entry = held.entry(item).or_default();
        *entry = (entry.0 + quantity, entry.1 + value);
    }
    Ok(held)
}

fn moved_between(
    tenant: TenantId,
    base: Option<&StockPeriod>,
    before: Date,
) -> Select<stock_movement::Entity> {
    use stock_movement::Column as Moved;
    let select = ledger::store::scoped(tenant).filter(Moved::OccurredAt.lt(house::midnight(before)));
    match base {
        Some(base) => select.filter(Moved::OccurredAt.gte(house::midnight(base.month.ends_before()))),
        None => select,
    }
}

/// What locations held altogether: their currency and worth, location by location.
pub(crate) async fn location_values(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (filter, base, before): (&ValuationFilter, Option<&StockPeriod>, Date),
) -> Result<HashMap<LocationId, i64>, DbErr> {
    let mut worth: HashMap<LocationId, i64> = HashMap::new();
    if let Some(base) = base {
        use inventory_item::Column as Item;
        use period_snapshot::{Column as Snapshot, Relation};
        let rows: Vec<(LocationId, i64)> = period_snapshot::Entity::find()
            .join(JoinType::InnerJoin, Relation::Item.def())
            .filter(Snapshot::TenantId.eq(tenant))
            .filter(Snapshot::PeriodId.eq(base.id))
            .filter(item_condition(filter))
            .select_only()
            .column(Item::LocationId)
            .column_as(Expr::cust("CAST(SUM(\"period_snapshot\".\"total_value\") AS BIGINT)"), "worth")
            .group_by(Item::LocationId)
            .into_tuple()
            .all(db)
            .await?;
        worth.extend(rows);
    }
    use stock_movement::Column as Moved;
    let narrowed = Condition::all()
        .add_option(filter.locations.as_ref().map(|ids| Moved::LocationId.is_in(ids.iter().copied())))
        .add_option(filter.products.as_ref().map(|ids| Moved::ProductId.is_in(ids.iter().copied())));
    let rows: Vec<(LocationId, i64)> = moved_between(tenant, base, before)
        .filter(narrowed)
        .select_only()
        .column(Moved::LocationId)
        .column_as(Expr::cust("CAST(SUM(\"total_value\") AS BIGINT)"), "worth")
        .group_by(Moved::LocationId)
        .into_tuple()
        .all(db)
        .await?;
    for (location, value) in rows {
        *worth.entry(location).or_default() += value;
    }
    Ok(worth)
}

/// A month by its id.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockPeriodId],
) -> Result<Vec<StockPeriod>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: stock_period::Model) -> Result<StockPeriod, DbErr> {
    Ok(StockPeriod {
        id: row.id,
        month: Month::of(row.starts_on),
        status: row.status.parse().map_err(DbErr::Type)?,
        reason: row.reason,
        closed: row.closed_at.zip(row.closed_by),
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, period: &StockPeriod) -> stock_period::Model {
    stock_period::Model {
        id: period.id,
        tenant_id: tenant,
        starts_on: period.month.starts_on(),
        ends_before: period.month.ends_before(),
        status: period.status.code().to_owned(),
        reason: period.reason.clone(),
        closed_at: period.closed.map(|(at, _)| at),
        closed_by: period.closed.map(|(_, by)| by),
        version: period.version,
        created_at: period.created_at,
        created_by: period.created_by,
        updated_at: period.updated_at,
        updated_by: period.updated_by,
    }
}
