//! Counts and their lines as rows.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, SortKey};
use entities_inventory::{location, stock_count, stock_count_line};
use primitives::{Decimal, InventoryItemId, LocationId, ProductId, StockCountId, TenantId, Unit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;
use stock_count::{Column, Entity};

use super::model::CountCriterion;
use super::{CountLine, LINES_MAX, StockCount};
use crate::machine::Machine;
use crate::stock::store as stock;

/// Rows written by one statement: 10 columns each stay below SQLite's 32,766 parameters.
const CHUNK: usize = 1_000;

/// The tenant's counts: every query starts here.
fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn scoped_lines(tenant: TenantId, count: StockCountId) -> Select<stock_count_line::Entity> {
    stock_count_line::Entity::find()
        .filter(stock_count_line::Column::TenantId.eq(tenant))
        .filter(stock_count_line::Column::CountId.eq(count))
}

/// One page of the counts that meet `criteria`, the newest first.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<CountCriterion>,
    order: chassis::Order,
    page: PageRequest,
) -> chassis::Result<Connection<StockCount>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let by_age = SortKey { column: Column::CreatedAt, order };
    Ok(page::list(db, select, &[by_age], Column::Id, page).await?.try_map(from_row)?)
}

fn condition(criterion: &CountCriterion) -> Condition {
    let CountCriterion { ids, numbers, locations, statuses, modes } = criterion;
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(numbers.as_ref().map(|numbers| Column::Number.is_in(numbers.iter().cloned())))
        .add_option(locations.as_ref().map(|ids| Column::LocationId.is_in(ids.iter().copied())))
        .add_option(modes.as_ref().map(|modes| Column::Mode.is_in(modes.iter().map(|mode| mode.code()))))
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|status| status.code()))))
}

/// Counts by id.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockCountId],
) -> Result<Vec<StockCount>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// The count, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: StockCountId,
) -> Result<Option<StockCount>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}

/// Adds a count.
pub(crate) async fn insert_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    count: &StockCount,
) -> Result<(), DbErr> {
    Entity::insert(to_row(tenant, count).into_active_model()).exec_without_returning(tx).await.map(drop)
}

/// Writes a changed count that was locked before.
pub(crate) async fn save_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    count: &StockCount,
) -> Result<(), DbErr> {
    let row: stock_count::ActiveModel = to_row(tenant, count).into_active_model().reset_all();
    let update = Entity::update_many().set(row).filter(Column::TenantId.eq(tenant));
    update.filter(Column::Id.eq(count.id)).exec(tx).await.map(drop)
}

/// Locks a location for a count, or opens it again.
pub(crate) async fn lock_location_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: LocationId,
    by: Option<StockCountId>,
) -> Result<(), DbErr> {
    use location::Column as Place;
    location::Entity::update_many()
        .col_expr(Place::LockedBy, Expr::value(by.map(StockCountId::as_uuid)))
        .filter(Place::TenantId.eq(tenant))
        .filter(Place::Id.eq(location))
        .exec(tx)
        .await
        .map(drop)
}

/// What lies at a location, in the order it was first brought there; at most one more than a count may have.
pub(crate) async fn shelf_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: LocationId,
) -> Result<Vec<(ProductId, Unit, Decimal)>, DbErr> {
    use entities_inventory::inventory_item::Column as Item;
    let rows: Vec<(InventoryItemId, ProductId, Unit, Decimal)> = stock::scoped(tenant)
        .filter(Item::LocationId.eq(location))
        .select_only()
        .columns([Item::Id, Item::ProductId, Item::BaseUnit, Item::OnHand])
        .order_by_asc(Item::Id)
        .limit(LINES_MAX as u64 + 1)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(_, product, unit, on_hand)| (product, unit, on_hand)).collect())
}

/// All lines of a count, in their order.
pub(crate) async fn lines_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    count: StockCountId,
) -> Result<Vec<CountLine>, DbErr> {
    let rows = scoped_lines(tenant, count).order_by_asc(stock_count_line::Column::Position).all(tx).await?;
    Ok(rows.into_iter().map(line_from_row).collect())
}

/// Which lines of a count to list.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct LineFilter {
    /// Only those that nobody counted yet, or only the others.
    pub(crate) is_open: Option<bool>,
    /// Only those of these products.
    pub(crate) products: Option<Vec<ProductId>>,
}

/// One page of the lines of a count, by their places.
pub(crate) async fn list_lines(
    db: &Db,
    tenant: TenantId,
    (count, LineFilter { is_open, products }): (StockCountId, LineFilter),
    order: chassis::Order,
    page: PageRequest,
) -> chassis::Result<Connection<CountLine>> {
    use stock_count_line::Column as Line;
    let mut select = scoped_lines(tenant, count);
    if let Some(is_open) = is_open {
        let uncounted = Line::Counted.is_null().and(Line::Recounted.is_null());
        select = select.filter(if is_open { uncounted } else { uncounted.not() });
    }
    if let Some(products) = products {
        select = select.filter(Line::ProductId.is_in(products));
    }
    let in_order = [SortKey { column: Line::Position, order }];
    Ok(page::list(db, select, &in_order, Line::ProductId, page).await?.map(line_from_row))
}

/// Writes lines: new ones, and those that changed.
pub(crate) async fn save_lines_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    count: StockCountId,
    lines: &[CountLine],
) -> Result<(), DbErr> {
    use stock_count_line::Column as Line;
    for chunk in lines.chunks(CHUNK) {
        let rows: Vec<stock_count_line::ActiveModel> =
            chunk.iter().map(|line| line_to_row(tenant, count, line).into_active_model()).collect();
        let newer = OnConflict::columns([Line::CountId, Line::ProductId])
            .update_columns([
                Line::Expected,
                Line::Counted,
                Line::Recounted,
                Line::CountedAt,
                Line::CountedBy,
            ])
            .to_owned();
        stock_count_line::Entity::insert_many(rows).on_conflict(newer).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn from_row(row: stock_count::Model) -> Result<StockCount, DbErr> {
    Ok(StockCount {
        id: row.id,
        number: row.number,
        location: row.location_id,
        mode: row.mode.parse().map_err(DbErr::Type)?,
        status: row.status.parse().map_err(DbErr::Type)?,
        is_whole: row.is_whole,
        tolerance_percent: row.tolerance_percent,
        round: row.round,
        note: row.note,
        reason: row.reason,
        started_at: row.started_at,
        submitted: row.submitted_at.zip(row.submitted_by),
        closed_at: row.closed_at,
        posting: row.posting_id,
        variance_value: row.variance_value.zip(row.variance_currency),
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, count: &StockCount) -> stock_count::Model {
    stock_count::Model {
        id: count.id,
        tenant_id: tenant,
        number: count.number.clone(),
        location_id: count.location,
        mode: count.mode.code().to_owned(),
        status: count.status.code().to_owned(),
        is_whole: count.is_whole,
        tolerance_percent: count.tolerance_percent,
        round: count.round,
        note: count.note.clone(),
        reason: count.reason.clone(),
        started_at: count.started_at,
        submitted_at: count.submitted.map(|(at, _)| at),
        submitted_by: count.submitted.map(|(_, by)| by),
        closed_at: count.closed_at,
        posting_id: count.posting,
        variance_value: count.variance_value.map(|(value, _)| value),
        variance_currency: count.variance_value.map(|(_, currency)| currency),
        version: count.version,
        created_at: count.created_at,
        created_by: count.created_by,
        updated_at: count.updated_at,
        updated_by: count.updated_by,
    }
}

fn line_from_row(row: stock_count_line::Model) -> CountLine {
    CountLine {
        position: row.position,
        product: row.product_id,
        unit: row.base_unit,
        expected: row.expected,
        counted: row.counted,
        recounted: row.recounted,
        counted_by: row.counted_at.zip(row.counted_by),
    }
}

fn line_to_row(tenant: TenantId, count: StockCountId, line: &CountLine) -> stock_count_line::Model {
    stock_count_line::Model {
        count_id: count,
        product_id: line.product,
        tenant_id: tenant,
        position: line.position,
        base_unit: line.unit,
        expected: line.expected,
        counted: line.counted,
        recounted: line.recounted,
        counted_at: line.counted_by.map(|(at, _)| at),
        counted_by: line.counted_by.map(|(_, by)| by),
    }
}
