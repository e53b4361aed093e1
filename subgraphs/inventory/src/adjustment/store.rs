//! Adjustments, their lines and the limits as rows.

use std::collections::HashMap;

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Order, SortKey};
use chrono::{DateTime, Utc};
use entities_inventory::{adjustment_limit, stock_adjustment, stock_adjustment_line};
use primitives::{Decimal, PostingId, StockAdjustmentId, TenantId, UserId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use stock_adjustment::{Column, Entity};

use super::model::AdjustmentCriterion;
use super::{AdjustmentLine, StockAdjustment};
use crate::ledger::{self, MovementReason, StockMovement};
use crate::machine::Machine;

/// The tenant's adjustments: every query starts here.
fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn scoped_lines(tenant: TenantId) -> Select<stock_adjustment_line::Entity> {
    stock_adjustment_line::Entity::find().filter(stock_adjustment_line::Column::TenantId.eq(tenant))
}

/// One page of the adjustments that meet `criteria`, by age.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<AdjustmentCriterion>,
    order: Order,
    page: PageRequest,
) -> chassis::Result<Connection<StockAdjustment>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let by_age = SortKey { column: Column::CreatedAt, order };
    Ok(page::list(db, select, &[by_age], Column::Id, page).await?.try_map(from_row)?)
}

fn condition(tenant: TenantId, criterion: &AdjustmentCriterion) -> Condition {
    use stock_adjustment_line::Column as Line;
    let AdjustmentCriterion { ids, numbers, statuses, products, locations } = criterion;
    let among = |lines: Select<stock_adjustment_line::Entity>| {
        Column::Id.in_subquery(lines.select_only().column(Line::AdjustmentId).into_query())
    };
    let of = products
        .as_ref()
        .map(|ids| among(scoped_lines(tenant).filter(Line::ProductId.is_in(ids.iter().copied()))));
    let at = locations
        .as_ref()
        .map(|ids| among(scoped_lines(tenant).filter(Line::LocationId.is_in(ids.iter().copied()))));
    // Spelt out, so that `not` finds drafts, too.
    let numbered = numbers.as_ref().map(|numbers| {
        let among = Column::Number.is_in(numbers.iter().cloned());
        Condition::all().add(Column::Number.is_not_null()).add(among)
    });
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(numbered)
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|status| status.code()))))
        .add_option(of)
        .add_option(at)
}

/// Adjustments by id.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockAdjustmentId],
) -> Result<Vec<StockAdjustment>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// The lines of adjustments, each one's in their order, in one statement.
pub(crate) async fn lines_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StockAdjustmentId],
) -> Result<HashMap<StockAdjustmentId, Vec<AdjustmentLine>>, DbErr> {
    use stock_adjustment_line::Column as Line;
    let select = scoped_lines(tenant).filter(Line::AdjustmentId.is_in(ids.iter().copied()));
    let mut lines: HashMap<StockAdjustmentId, Vec<AdjustmentLine>> = HashMap::new();
    for row in select.order_by_asc(Line::Position).all(db).await? {
        lines.entry(row.adjustment_id).or_default().push(line_from_row(row)?);
    }
    Ok(lines)
}

/// The adjustment, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: StockAdjustmentId,
) -> Result<Option<StockAdjustment>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}

/// Adds an adjustment with its lines.
pub(crate) async fn insert_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    adjustment: &StockAdjustment,
    lines: &[AdjustmentLine],
) -> Result<(), DbErr> {
    Entity::insert(to_row(tenant, adjustment).into_active_model()).exec_without_returning(tx).await?;
    for chunk in lines.chunks(500) {
        let rows = chunk.iter().map(|line| line_to_row(tenant, adjustment.id, line).into_active_model());
        stock_adjustment_line::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Writes a changed adjustment that was locked before.
pub(crate) async fn save_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    adjustment: &StockAdjustment,
) -> Result<(), DbErr> {
    let row: stock_adjustment::ActiveModel = to_row(tenant, adjustment).into_active_model().reset_all();
    let update = Entity::update_many().set(row).filter(Column::TenantId.eq(tenant));
    update.filter(Column::Id.eq(adjustment.id)).exec(tx).await.map(drop)
}

/// The ledger lines of a posting, in ledger order.
pub(crate) async fn movements_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    posting: PostingId,
) -> Result<Vec<StockMovement>, DbErr> {
    use entities_inventory::stock_movement::Column as Moved;
    let query = ledger::store::scoped(tenant).filter(Moved::PostingId.eq(posting)).order_by_asc(Moved::Seq);
    query.all(db).await?.into_iter().map(ledger::store::from_row).collect()
}

/// A limit as it was set: what, in which version, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) reason: MovementReason,
    pub(crate) amount: Decimal,
    pub(crate) version: i32,
    pub(crate) updated: Option<(DateTime<Utc>, UserId)>,
}

/// The limits that the tenant has set.
pub(crate) async fn limits(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Limit>, DbErr> {
    let rows = adjustment_limit::Entity::find()
        .filter(adjustment_limit::Column::TenantId.eq(tenant))
        .all(db)
        .await?;
    let limit = |row: adjustment_limit::Model| {
        Ok(Limit {
            reason: row.reason.parse().map_err(DbErr::Type)?,
            amount: row.amount,
            version: row.version,
            updated: Some((row.updated_at, row.updated_by)),
        })
    };
    rows.into_iter().map(limit).collect()
}

/// Writes a limit, unless somebody else wrote it since; answers whether it was written.
pub(crate) async fn save_limit_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    limit: &Limit,
    (at, by): (DateTime<Utc>, UserId),
) -> Result<bool, DbErr> {
    use adjustment_limit::Column as Of;
    let row = adjustment_limit::Model {
        tenant_id: tenant,
        reason: limit.reason.code().to_owned(),
        amount: limit.amount,
        version: limit.version,
        updated_at: at,
        updated_by: by,
    };
    if limit.version == 1 {
        let fresh = adjustment_limit::Entity::insert(row.into_active_model());
        return chassis::is_first(fresh.exec_without_returning(tx).await);
    }
    let update = adjustment_limit::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Of::TenantId.eq(tenant))
        .filter(Of::Reason.eq(limit.reason.code()))
        .filter(Of::Version.eq(limit.version - 1));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

fn from_row(row: stock_adjustment::Model) -> Result<StockAdjustment, DbErr> {
    Ok(StockAdjustment {
        id: row.id,
        number: row.number,
        status: row.status.parse().map_err(DbErr::Type)?,
        note: row.note,
        reason: row.reason,
        value: row.value_moved.zip(row.currency),
        posting: row.posting_id,
        reversal: row.reversal_id,
        submitted: row.submitted_at.zip(row.submitted_by),
        posted: row.posted_at.zip(row.posted_by),
        reversed: row.reversed_at.zip(row.reversed_by),
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, adjustment: &StockAdjustment) -> stock_adjustment::Model {
    stock_adjustment::Model {
        id: adjustment.id,
        tenant_id: tenant,
        number: adjustment.number.clone(),
        status: adjustment.status.code().to_owned(),
        note: adjustment.note.clone(),
        reason: adjustment.reason.clone(),
        value_moved: adjustment.value.map(|(value, _)| value),
        currency: adjustment.value.map(|(_, currency)| currency),
        posting_id: adjustment.posting,
        reversal_id: adjustment.reversal,
        submitted_at: adjustment.submitted.map(|(at, _)| at),
        submitted_by: adjustment.submitted.map(|(_, by)| by),
        posted_at: adjustment.posted.map(|(at, _)| at),
        posted_by: adjustment.posted.map(|(_, by)| by),
        reversed_at: adjustment.reversed.map(|(at, _)| at),
        reversed_by: adjustment.reversed.map(|(_, by)| by),
        version: adjustment.version,
        created_at: adjustment.created_at,
        created_by: adjustment.created_by,
        updated_at: adjustment.updated_at,
        updated_by: adjustment.updated_by,
    }
}

fn line_from_row(row: stock_adjustment_line::Model) -> Result<AdjustmentLine, DbErr> {
    Ok(AdjustmentLine {
        position: row.position,
        product: row.product_id,
        location: row.location_id,
        unit: row.base_unit,
        quantity: row.quantity,
        reason: row.reason.parse().map_err(DbErr::Type)?,
        cost: row.cost_quantity.zip(row.unit_cost),
        lot: row.lot_number,
        expiry: row.expiry,
    })
}

fn line_to_row(
    tenant: TenantId,
    adjustment: StockAdjustmentId,
    line: &AdjustmentLine,
) -> stock_adjustment_line::Model {
    stock_adjustment_line::Model {
        adjustment_id: adjustment,
        position: line.position,
        tenant_id: tenant,
        product_id: line.product,
        location_id: line.location,
        base_unit: line.unit,
        quantity: line.quantity,
        reason: line.reason.code().to_owned(),
        cost_quantity: line.cost.map(|(quantity, _)| quantity),
        unit_cost: line.cost.map(|(_, unit_cost)| unit_cost),
        lot_number: line.lot.clone(),
        expiry: line.expiry,
    }
}
