//! Requisitions and their lines as rows.

use std::collections::HashMap;

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Order, SortKey};
use entities_inventory::{store_requisition, store_requisition_line};
use primitives::{StoreRequisitionId, TenantId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use store_requisition::{Column, Entity};

use super::model::RequisitionCriterion;
use super::{RequisitionLine, StoreRequisition};
use crate::machine::Machine;

/// The tenant's requisitions: every query starts here.
fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn scoped_lines(tenant: TenantId) -> Select<store_requisition_line::Entity> {
    store_requisition_line::Entity::find().filter(store_requisition_line::Column::TenantId.eq(tenant))
}

/// One page of the requisitions that meet `criteria`, by age.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<RequisitionCriterion>,
    order: Order,
    page: PageRequest,
) -> chassis::Result<Connection<StoreRequisition>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let by_age = SortKey { column: Column::CreatedAt, order };
    Ok(page::list(db, select, &[by_age], Column::Id, page).await?.try_map(from_row)?)
}

fn condition(tenant: TenantId, criterion: &RequisitionCriterion) -> Condition {
    use store_requisition_line::Column as Line;
    let RequisitionCriterion { ids, numbers, from, to, statuses, products, needed_before } = criterion;
    let with = products.as_ref().map(|products| {
        let lines = scoped_lines(tenant).filter(Line::ProductId.is_in(products.iter().copied()));
        Column::Id.in_subquery(lines.select_only().column(Line::RequisitionId).into_query())
    });
    // Spelt out, so that `not` finds what has no number or day, too.
    let numbered = numbers.as_ref().map(|numbers| {
        let among = Column::Number.is_in(numbers.iter().cloned());
        Condition::all().add(Column::Number.is_not_null()).add(among)
    });
    let needed = needed_before
        .map(|day| Condition::all().add(Column::NeededOn.is_not_null()).add(Column::NeededOn.lt(day)));
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(numbered)
        .add_option(from.as_ref().map(|ids| Column::FromLocationId.is_in(ids.iter().copied())))
        .add_option(to.as_ref().map(|ids| Column::ToLocationId.is_in(ids.iter().copied())))
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|status| status.code()))))
        .add_option(with)
        .add_option(needed)
}

/// Requisitions by id.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StoreRequisitionId],
) -> Result<Vec<StoreRequisition>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// The lines of requisitions, each one's in their order, in one statement.
pub(crate) async fn lines_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[StoreRequisitionId],
) -> Result<HashMap<StoreRequisitionId, Vec<RequisitionLine>>, DbErr> {
    use store_requisition_line::Column as Line;
    let select = scoped_lines(tenant).filter(Line::RequisitionId.is_in(ids.iter().copied()));
    let mut lines: HashMap<StoreRequisitionId, Vec<RequisitionLine>> = HashMap::new();
    for row in select.order_by_asc(Line::Position).all(db).await? {
        lines.entry(row.requisition_id).or_default().push(line_from_row(row));
    }
    Ok(lines)
}

/// The requisition, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: StoreRequisitionId,
) -> Result<Option<StoreRequisition>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}

/// Adds a requisition.
pub(crate) async fn insert_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    requisition: &StoreRequisition,
) -> Result<(), DbErr> {
    Entity::insert(to_row(tenant, requisition).into_active_model()).exec_without_returning(tx).await.map(drop)
}

/// Writes a changed requisition that was locked before.
pub(crate) async fn save_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    requisition: &StoreRequisition,
) -> Result<(), DbErr> {
    let row: store_requisition::ActiveModel = to_row(tenant, requisition).into_active_model().reset_all();
    let update = Entity::update_many().set(row).filter(Column::TenantId.eq(tenant));
    update.filter(Column::Id.eq(requisition.id)).exec(tx).await.map(drop)
}

/// Writes the lines of a requisition in place of those it had. A document has at most 500 of them.
pub(crate) async fn save_lines_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    requisition: StoreRequisitionId,
    lines: &[RequisitionLine],
) -> Result<(), DbErr> {
    use store_requisition_line::Column as Line;
    store_requisition_line::Entity::delete_many()
        .filter(Line::TenantId.eq(tenant))
        .filter(Line::RequisitionId.eq(requisition))
        .exec(tx)
        .await?;
    if lines.is_empty() {
        return Ok(());
    }
    let rows = lines.iter().map(|line| line_to_row(tenant, requisition, line).into_active_model());
    store_requisition_line::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

fn from_row(row: store_requisition::Model) -> Result<StoreRequisition, DbErr> {
    Ok(StoreRequisition {
        id: row.id,
        number: row.number,
        from: row.from_location_id,
        to: row.to_location_id,
        needed_on: row.needed_on,
        status: row.status.parse().map_err(DbErr::Type)?,
        note: row.note,
        reason: row.reason,
        submitted: row.submitted_at.zip(row.submitted_by),
        approved: row.approved_at.zip(row.approved_by),
        issued: row.issued_at.zip(row.issued_by),
        closed: row.closed_at.zip(row.closed_by),
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, requisition: &StoreRequisition) -> store_requisition::Model {
    store_requisition::Model {
        id: requisition.id,
        tenant_id: tenant,
        number: requisition.number.clone(),
        from_location_id: requisition.from,
        to_location_id: requisition.to,
        needed_on: requisition.needed_on,
        status: requisition.status.code().to_owned(),
        note: requisition.note.clone(),
        reason: requisition.reason.clone(),
        submitted_at: requisition.submitted.map(|(at, _)| at),
        submitted_by: requisition.submitted.map(|(_, by)| by),
        approved_at: requisition.approved.map(|(at, _)| at),
        approved_by: requisition.approved.map(|(_, by)| by),
        issued_at: requisition.issued.map(|(at, _)| at),
        issued_by: requisition.issued.map(|(_, by)| by),
        closed_at: requisition.closed.map(|(at, _)| at),
        closed_by: requisition.closed.map(|(_, by)| by),
        version: requisition.version,
        created_at: requisition.created_at,
        created_by: requisition.created_by,
        updated_at: requisition.updated_at,
        updated_by: requisition.updated_by,
    }
}

fn line_from_row(row: store_requisition_line::Model) -> RequisitionLine {
    RequisitionLine {
        position: row.position,
        product: row.product_id,
        unit: row.base_unit,
        requested: row.requested,
        approved: row.approved,
        issued: row.issued,
        reservation: row.reservation_id,
    }
}

fn line_to_row(
    tenant: TenantId,
    requisition: StoreRequisitionId,
    line: &RequisitionLine,
) -> store_requisition_line::Model {
    store_requisition_line::Model {
        requisition_id: requisition,
        product_id: line.product,
        tenant_id: tenant,
        position: line.position,
        base_unit: line.unit,
        requested: line.requested,
        approved: line.approved,
        issued: line.issued,
        reservation_id: line.reservation,
    }
}
