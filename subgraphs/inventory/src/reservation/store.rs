//! Reservations as rows.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, SortKey};
use chrono::{DateTime, Utc};
use entities_inventory::reservation::{self, Column, Entity};
use primitives::{ReservationId, TenantId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::{Reservation, ReservationFilter, ReservationStatus};
use crate::ledger::Reference;

/// The tenant's reservations: every query starts here.
pub(crate) fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// The row as the model tells it.
pub(crate) fn from_row(row: reservation::Model) -> Result<Reservation, DbErr> {
    let reference = match (row.reference_type, row.reference_id, row.reference_line) {
        (Some(kind), Some(id), Some(line)) => Some(Reference { kind, id, line }),
        _ => None,
    };
    Ok(Reservation {
        id: row.id,
        item: row.item_id,
        product: row.product_id,
        location: row.location_id,
        unit: row.base_unit,
        quantity: row.quantity,
        quantity_left: row.quantity_left,
        status: row.status.parse().map_err(DbErr::Type)?,
        reference,
        expires_at: row.expires_at,
        is_told: row.is_told,
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, reservation: &Reservation) -> reservation::Model {
    let (kind, id, line) = match reservation.reference.clone() {
        Some(Reference { kind, id, line }) => (Some(kind), Some(id), Some(line)),
        None => (None, None, None),
    };
    reservation::Model {
        id: reservation.id,
        tenant_id: tenant,
        item_id: reservation.item,
        product_id: reservation.product,
        location_id: reservation.location,
        base_unit: reservation.unit,
        quantity: reservation.quantity,
        quantity_left: reservation.quantity_left,
        status: reservation.status.code().to_owned(),
        reference_type: kind,
        reference_id: id,
        reference_line: line,
        expires_at: reservation.expires_at,
        is_told: reservation.is_told,
        version: reservation.version,
        created_at: reservation.created_at,
        created_by: reservation.created_by,
        updated_at: reservation.updated_at,
        updated_by: reservation.updated_by,
    }
}

/// What a list of reservations is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    CreatedAtDesc,
    CreatedAtAsc,
    ExpiresAtAsc,
}

/// One page of reservations.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<ReservationFilter>,
    by: SortedBy,
    page: PageRequest,
) -> chassis::Result<Connection<Reservation>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let key = match by {
        SortedBy::CreatedAtDesc => SortKey::descending(Column::CreatedAt),
        SortedBy::CreatedAtAsc => SortKey::ascending(Column::CreatedAt),
        SortedBy::ExpiresAtAsc => SortKey::ascending(Column::ExpiresAt),
    };
    let rows = page::list(db, select, &[key], Column::Id, page).await?;
    Ok(rows.try_map(from_row)?)
}

/// The condition a filter stands for.
fn condition(filter: &ReservationFilter) -> Condition {
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
    if !filter.statuses.is_empty() {
        all = all.add(Column::Status.is_in(filter.statuses.iter().map(|status| status.code())));
    }
    if let Some(id) = &filter.reference_id {
        // Spelt out, so that `not` finds those without a reference, too.
        all = all.add(Column::ReferenceId.is_not_null()).add(Column::ReferenceId.eq(id.as_str()));
    }
    all
}

pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[ReservationId],
) -> Result<Vec<Reservation>, DbErr> {
    let query = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).order_by_asc(Column::Id);
    query.all(db).await?.into_iter().map(from_row).collect()
}

/// The reservations as they stand now. Their items must be locked already: a reservation changes only under its item's
/// lock, so it needs none of its own.
pub(crate) async fn under_lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[ReservationId],
) -> Result<Vec<Reservation>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(tx).await?;
    rows.into_iter().map(from_row).collect()
}

pub(crate) async fn insert_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    made: &[Reservation],
) -> Result<(), DbErr> {
    for chunk in made.chunks(500) {
        let rows = chunk.iter().map(|reservation| to_row(tenant, reservation).into_active_model());
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Writes how a reservation changed, unless somebody else changed it since; answers whether it was written.
pub(crate) async fn update_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    reservation: &Reservation,
) -> Result<bool, DbErr> {
    let outcome = Entity::update_many()
        .col_expr(Column::QuantityLeft, reservation.quantity_left.into())
        .col_expr(Column::Status, reservation.status.code().into())
        .col_expr(Column::Version, reservation.version.into())
        .col_expr(Column::UpdatedAt, reservation.updated_at.into())
        .col_expr(Column::UpdatedBy, reservation.updated_by.into())
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(reservation.id))
        .filter(Column::Version.eq(reservation.version - 1))
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Active reservations whose time was over at `now`, whoever's they are: the sweep serves all tenants.
pub(crate) async fn due_across_tenants(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<(TenantId, Reservation)>, DbErr> {
    let rows = Entity::find()
        .filter(Column::Status.eq(ReservationStatus::Active.code()))
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(limit as u64)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((row.tenant_id, from_row(row)?))).collect()
}
