//! What is still to come, and which promises serve a request, as rows.

use std::collections::HashMap;

use entities_inventory::incoming_line::{Column, Entity, Model};
use entities_inventory::reservation;
use primitives::{
    Decimal, LocationId, ProductId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId, TenantId,
};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use super::service::REQUEST;
use crate::reservation::{Reservation, ReservationStatus, store as reservations};

/// What is to come of one order line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) line: PurchaseOrderLineId,
    pub(crate) product: ProductId,
    pub(crate) location: LocationId,
    pub(crate) quantity: Decimal,
}

/// Takes over the state of an order, unless a later one is known.
pub(crate) async fn save_order_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (order, version): (PurchaseOrderId, i32),
    lines: &[Incoming],
) -> Result<(), DbErr> {
    let known = Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::PurchaseOrderId.eq(order))
        .filter(Column::OrderVersion.gt(version))
        .one(tx)
        .await?;
    if known.is_some() {
        return Ok(());
    }
    // A line that an amendment took out is to come no longer.
    Entity::delete_many()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::PurchaseOrderId.eq(order))
        .exec(tx)
        .await?;
    let key = [Column::TenantId, Column::PurchaseOrderId, Column::LineId];
    let newer = OnConflict::columns(key).update_columns([Column::Quantity, Column::OrderVersion]).to_owned();
    for chunk in lines.chunks(500) {
        let rows = chunk.iter().map(|line| {
            let row = Model {
                tenant_id: tenant,
                purchase_order_id: order,
                line_id: line.line,
                product_id: line.product,
                location_id: line.location,
                quantity: line.quantity,
                order_version: version,
            };
            row.into_active_model()
        });
        Entity::insert_many(rows).on_conflict(newer.clone()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// What is to come to places. PostgreSQL sums BIGINT as NUMERIC, hence the cast.
pub(crate) async fn on_order(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    places: &[(ProductId, LocationId)],
) -> Result<HashMap<(ProductId, LocationId), Decimal>, DbErr> {
    let rows: Vec<(ProductId, LocationId, i64)> = Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Quantity.gt(0_i64))
        .filter(Column::ProductId.is_in(places.iter().map(|(product, _)| *product)))
        .filter(Column::LocationId.is_in(places.iter().map(|(_, location)| *location)))
        .select_only()
        .columns([Column::ProductId, Column::LocationId])
        .column_as(Expr::cust("CAST(SUM(\"quantity\") AS BIGINT)"), "to_come")
        .group_by(Column::ProductId)
        .group_by(Column::LocationId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(product, place, raw)| ((product, place), Decimal::from_raw(raw))).collect())
}

/// The promises that serve requests, in the order they were made; only those that still hold something where that is asked.
pub(crate) async fn promises(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (requests, only_active): (&[PurchaseRequestId], bool),
) -> Result<Vec<Reservation>, DbErr> {
    use reservation::Column as Promise;
    let mut select = reservations::scoped(tenant)
        .filter(Promise::ReferenceType.eq(REQUEST))
        .filter(Promise::ReferenceId.is_in(requests.iter().map(ToString::to_string)));
    if only_active {
        select = select.filter(Promise::Status.eq(ReservationStatus::Active.code()));
    }
    let rows = select.order_by_asc(Promise::Id).all(db).await?;
    rows.into_iter().map(reservations::from_row).collect()
}
