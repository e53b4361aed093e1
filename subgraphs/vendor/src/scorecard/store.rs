//! What was ordered and what came, as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::Result;
use entities_vendor::{delivery, delivery_part, expected_line};
use primitives::{
    Date, Decimal, GoodsReceivedNoteId, PurchaseOrderId, PurchaseOrderLineId, TenantId, VendorId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::model::{Expected, Scorecard, Tally};

fn lines(tenant: TenantId) -> Select<expected_line::Entity> {
    expected_line::Entity::find().filter(expected_line::Column::TenantId.eq(tenant))
}

/// The lines of an order, in their order, locked until the transaction ends.
pub(crate) async fn lock_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    order: PurchaseOrderId,
) -> Result<Vec<Expected>> {
    let rows = lines(tenant)
        .filter(expected_line::Column::PurchaseOrderId.eq(order))
        .order_by_asc(expected_line::Column::Position)
        .lock(LockType::Update)
        .all(tx)
        .await?;
    let expected = rows.into_iter().map(|row| Expected {
        line: row.order_line_id,
        product: row.product_id,
        due_on: row.due_on,
        ordered: row.ordered_quantity,
        received: row.received_quantity,
        agreed_price: row.agreed_price,
    });
    Ok(expected.collect())
}

/// Writes the lines of an order. Of those that are known only quantity and day change.
pub(crate) async fn put_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (order, vendor): (PurchaseOrderId, VendorId),
    expected: &[Expected],
) -> Result<()> {
    if expected.is_empty() {
        return Ok(());
    }
    let rows = (0..).zip(expected).map(|(position, line)| expected_line::ActiveModel {
        order_line_id: Set(line.line),
        tenant_id: Set(tenant),
        purchase_order_id: Set(order),
        vendor_id: Set(vendor),
        product_id: Set(line.product),
        position: Set(position),
        due_on: Set(line.due_on),
        ordered_quantity: Set(line.ordered),
        received_quantity: Set(line.received),
        agreed_price: Set(line.agreed_price),
    });
    let known = OnConflict::column(expected_line::Column::OrderLineId)
        .update_columns([expected_line::Column::OrderedQuantity, expected_line::Column::DueOn])
        .to_owned();
    expected_line::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a delivery; answers whether it is new. The lines of its order must be locked.
pub(crate) async fn insert_delivery(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (note, order, vendor): (GoodsReceivedNoteId, PurchaseOrderId, VendorId),
    (received_on, tally): (Date, &Tally),
) -> Result<bool> {
    let row = delivery::ActiveModel {
        note_id: Set(note),
        tenant_id: Set(tenant),
        purchase_order_id: Set(order),
        vendor_id: Set(vendor),
        received_on: Set(received_on),
        is_on_time: Set(tally.is_on_time),
        agreed_value: Set(tally.agreed_value),
        paid_value: Set(tally.paid_value),
    };
    let again = OnConflict::column(delivery::Column::NoteId).do_nothing().to_owned();
    let written = delivery::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    if written == 0 {
        return Ok(false);
    }
    if !tally.parts.is_empty() {
        let rows = tally.parts.iter().map(|(line, quantity)| delivery_part::ActiveModel {
            note_id: Set(note),
            order_line_id: Set(*line),
            tenant_id: Set(tenant),
            quantity: Set(*quantity),
        });
        delivery_part::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for (line, quantity) in &tally.parts {
        add_received(tx, tenant, *line, *quantity).await?;
    }
    Ok(true)
}

/// Whether any delivery was counted.
pub(crate) async fn has_deliveries(db: &impl ConnectionTrait, tenant: TenantId) -> Result<bool> {
    let any = delivery::Entity::find().filter(delivery::Column::TenantId.eq(tenant)).one(db).await?;
    Ok(any.is_some())
}

/// Takes a delivery back, with what it counted for.
pub(crate) async fn remove_delivery(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    note: GoodsReceivedNoteId,
) -> Result<()> {
    let parts = delivery_part::Entity::find()
        .filter(delivery_part::Column::TenantId.eq(tenant))
        .filter(delivery_part::Column::NoteId.eq(note))
        .all(tx)
        .await?;
    for part in parts {
        let taken = part.quantity.checked_neg().unwrap_or(Decimal::ZERO);
        add_received(tx, tenant, part.order_line_id, taken).await?;
    }
    // Its parts go with it.
    delivery::Entity::delete_many()
        .filter(delivery::Column::TenantId.eq(tenant))
        .filter(delivery::Column::NoteId.eq(note))
        .exec(tx)
        .await?;
    Ok(())
}

async fn add_received(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    line: PurchaseOrderLineId,
    quantity: Decimal,
) -> Result<()> {
    let column = expected_line::Column::ReceivedQuantity;
    expected_line::Entity::update_many()
        .col_expr(column, Expr::col(column).add(quantity.raw()))
        .filter(expected_line::Column::TenantId.eq(tenant))
        .filter(expected_line::Column::OrderLineId.eq(line))
        .exec(tx)
        .await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Deliveries {
    vendor_id: VendorId,
    dated: i64,
    on_time: i64,
    agreed: i64,
    paid: i64,
}

#[derive(Debug, FromQueryResult)]
struct Lines {
    vendor_id: VendorId,
    ordered: i64,
    filled: i64,
}

/// What is known about vendors since a day: one statement for deliveries and one for orders, however many vendors.
pub(crate) async fn scorecards(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (since, today): (Date, Date),
    vendors: &[VendorId],
) -> Result<HashMap<VendorId, Scorecard>> {
    use delivery::Column::ReceivedOn;
    use expected_line::Column::{DueOn, ReceivedQuantity};
    let sum = |text: &'static str| Expr::cust(format!("CAST(COALESCE(SUM({text}), 0) AS BIGINT)"));
    let deliveries = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::VendorId)
        .column_as(sum("CASE WHEN is_on_time IS NULL THEN 0 ELSE 1 END"), "dated")
        .column_as(sum("CASE WHEN is_on_time THEN 1 ELSE 0 END"), "on_time")
        .column_as(sum("agreed_value"), "agreed")
        .column_as(sum("paid_value"), "paid")
        .filter(delivery::Column::TenantId.eq(tenant))
        .filter(delivery::Column::VendorId.is_in(vendors.iter().copied()))
        .filter(ReceivedOn.gte(since))
        .group_by(delivery::Column::VendorId)
        .into_model::<Deliveries>()
        .all(db)
        .await?;
    let due = Condition::any().add(DueOn.lt(today)).add(ReceivedQuantity.gt(Decimal::ZERO));
    let lines = expected_line::Entity::find()
        .select_only()
        .column(expected_line::Column::VendorId)
        .column_as(sum("ordered_quantity"), "ordered")
        .column_as(
            sum("CASE WHEN received_quantity > ordered_quantity THEN ordered_quantity ELSE received_quantity END"),
            "filled",
        )
        .filter(expected_line::Column::TenantId.eq(tenant))
        .filter(expected_line::Column::VendorId.is_in(vendors.iter().copied()))
        .filter(Condition::any().add(DueOn.is_null()).add(DueOn.gte(since)))
        .filter(due)
        .group_by(expected_line::Column::VendorId)
        .into_model::<Lines>()
        .all(db)
        .await?;
    let mut cards: HashMap<VendorId, Scorecard> = HashMap::new();
    for row in deliveries {
        let card = cards.entry(row.vendor_id).or_default();
        (card.dated, card.on_time) = (row.dated, row.on_time);
        (card.agreed_value, card.paid_value) = (Decimal::from_raw(row.agreed), Decimal::from_raw(row.paid));
    }
    for row in lines {
        let card = cards.entry(row.vendor_id).or_default();
        (card.ordered, card.filled) = (Decimal::from_raw(row.ordered), Decimal::from_raw(row.filled));
    }
    Ok(cards)
}
