//! Transfers and their lines as rows.

use std::collections::HashMap;

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Order, SortKey};
use entities_inventory::{stock_transfer, stock_transfer_line};
use primitives::{Decimal, LocationId, ProductId, StockTransferId, TenantId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, JoinType,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait, Select,
};
use stock_transfer::{Column, Entity};

use super::model::TransferCriterion;
use super::{StockTransfer, TransferLine, TransferStatus};
use crate::machine::Machine;

/// The tenant's transfers: every query starts here.
fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn scoped_lines(tenant: TenantId) -> Select<stock_transfer_line::Entity> {
    stock_transfer_line::Entity::find().filter(stock_transfer_line::Column::TenantId.eq(tenant))
}

/// One page of the transfers that meet `criteria`, by age.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<TransferCriterion>,
    order: Order,
    page: PageRequest,
) -> chassis::Result<Connection<StockTransfer>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let by_age = SortKey { column: Column::CreatedAt, order };
    Ok(page::list(db, select, &[by_age], Column::Id, page).await?.try_map(from_row)?)
}

fn condition(tenant: TenantId, criterion: &TransferCriterion) -> Condition {
    use stock_transfer_line::Column as Line;
    let TransferCriterion { ids, numbers, from, to, statuses, products } = criterion;
    let moving = products.as_ref().map(|products| {
        let lines = scoped_lines(tenant).filter(Line::ProductId.is_in(products.iter().copied()));
        Column::Id.in_subquery(lines.select_only().column(Line::TransferId).into_query())
    });
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(numbers.as_ref().map(|numbers| Column::Number.is_in(numbers.iter().cloned())))
        .add_option(from.as_ref().map(|ids| Column::FromLocationId.is_in(ids.iter().copied())))
        .add_option(to.as_ref().map(|ids| Column::ToLocationId.is_in(ids.iter().copied())))
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|status| status.code()))))
        .add_option(moving)
}

/// Transfers by id.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockTransferId],
) -> Result<Vec<StockTransfer>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// The lines of transfers, each transfer's in their order, in one statement.
pub(crate) async fn lines_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockTransferId],
) -> Result<HashMap<StockTransferId, Vec<TransferLine>>, DbErr> {
    use stock_transfer_line::Column as Line;
    let select = scoped_lines(tenant).filter(Line::TransferId.is_in(ids.iter().copied()));
    let mut lines: HashMap<StockTransferId, Vec<TransferLine>> = HashMap::new();
    for row in select.order_by_asc(Line::Position).all(db).await? {
        lines.entry(row.transfer_id).or_default().push(line_from_row(row));
    }
    Ok(lines)
}

/// What is on its way to places. PostgreSQL sums BIGINT as NUMERIC, hence the cast.
pub(crate) async fn on_the_way(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    places: &[(ProductId, LocationId)],
) -> Result<HashMap<(ProductId, LocationId), Decimal>, DbErr> {
    use stock_transfer_line::{Column as Line, Relation};
    let moving = [TransferStatus::Shipped, TransferStatus::PartiallyReceived].map(TransferStatus::code);
    let sum = "CAST(SUM(\"shipped\" - \"received\" - \"lost\") AS BIGINT)";
    let rows: Vec<(ProductId, LocationId, i64)> = scoped_lines(tenant)
        .join(JoinType::InnerJoin, Relation::Transfer.def())
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Status.is_in(moving))
        .filter(Column::ToLocationId.is_in(places.iter().map(|(_, location)| *location)))
        .filter(Line::ProductId.is_in(places.iter().map(|(product, _)| *product)))
        .select_only()
        .column(Line::ProductId)
        .column(Column::ToLocationId)
        .column_as(Expr::cust(sum), "on_the_way")
        .group_by(Line::ProductId)
        .group_by(Column::ToLocationId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(product, place, raw)| ((product, place), Decimal::from_raw(raw))).collect())
}

/// The transfer, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: StockTransferId,
) -> Result<Option<StockTransfer>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}

/// Adds a transfer with its lines.
pub(crate) async fn insert_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    transfer: &StockTransfer,
    lines: &[TransferLine],
) -> Result<(), DbErr> {
    Entity::insert(to_row(tenant, transfer).into_active_model()).exec_without_returning(tx).await?;
    save_lines_in(tx, tenant, transfer.id, lines).await
}

/// Writes a changed transfer that was locked before.
pub(crate) async fn save_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    transfer: &StockTransfer,
) -> Result<(), DbErr> {
    let row: stock_transfer::ActiveModel = to_row(tenant, transfer).into_active_model().reset_all();
    let update = Entity::update_many().set(row).filter(Column::TenantId.eq(tenant));
    update.filter(Column::Id.eq(transfer.id)).exec(tx).await.map(drop)
}

/// Writes lines: new ones, and those that changed. A document has at most 500 of them.
pub(crate) async fn save_lines_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    transfer: StockTransferId,
    lines: &[TransferLine],
) -> Result<(), DbErr> {
    use stock_transfer_line::Column as Line;
    if lines.is_empty() {
        return Ok(());
    }
    let rows: Vec<stock_transfer_line::ActiveModel> =
        lines.iter().map(|line| line_to_row(tenant, transfer, line).into_active_model()).collect();
    let newer = OnConflict::columns([Line::TransferId, Line::ProductId])
        .update_columns([Line::Shipped, Line::Received, Line::Lost])
        .to_owned();
    stock_transfer_line::Entity::insert_many(rows).on_conflict(newer).exec_without_returning(tx).await?;
    Ok(())
}

fn from_row(row: stock_transfer::Model) -> Result<StockTransfer, DbErr> {
    Ok(StockTransfer {
        id: row.id,
        number: row.number,
        from: row.from_location_id,
        via: row.via_location_id,
        to: row.to_location_id,
        status: row.status.parse().map_err(DbErr::Type)?,
        note: row.note,
        reason: row.reason,
        approved: row.approved_at.zip(row.approved_by),
        shipped: row.shipped_at.zip(row.shipped_by),
        received: row.received_at.zip(row.received_by),
        closed: row.closed_at.zip(row.closed_by),
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, transfer: &StockTransfer) -> stock_transfer::Model {
    stock_transfer::Model {
        id: transfer.id,
        tenant_id: tenant,
        number: transfer.number.clone(),
        from_location_id: transfer.from,
        via_location_id: transfer.via,
        to_location_id: transfer.to,
        status: transfer.status.code().to_owned(),
        note: transfer.note.clone(),
        reason: transfer.reason.clone(),
        approved_at: transfer.approved.map(|(at, _)| at),
        approved_by: transfer.approved.map(|(_, by)| by),
        shipped_at: transfer.shipped.map(|(at, _)| at),
        shipped_by: transfer.shipped.map(|(_, by)| by),
        received_at: transfer.received.map(|(at, _)| at),
        received_by: transfer.received.map(|(_, by)| by),
        closed_at: transfer.closed.map(|(at, _)| at),
        closed_by: transfer.closed.map(|(_, by)| by),
        version: transfer.version,
        created_at: transfer.created_at,
        created_by: transfer.created_by,
        updated_at: transfer.updated_at,
        updated_by: transfer.updated_by,
    }
}

fn line_from_row(row: stock_transfer_line::Model) -> TransferLine {
    TransferLine {
        position: row.position,
        product: row.product_id,
        unit: row.base_unit,
        requested: row.requested,
        shipped: row.shipped,
        received: row.received,
        lost: row.lost,
    }
}

fn line_to_row(
    tenant: TenantId,
    transfer: StockTransferId,
    line: &TransferLine,
) -> stock_transfer_line::Model {
    stock_transfer_line::Model {
        transfer_id: transfer,
        product_id: line.product,
        tenant_id: tenant,
        position: line.position,
        base_unit: line.unit,
        requested: line.requested,
        shipped: line.shipped,
        received: line.received,
        lost: line.lost,
    }
}
