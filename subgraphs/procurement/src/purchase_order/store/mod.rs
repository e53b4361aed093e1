//! Purchase orders as rows; every query starts at the tenant.

mod rows;

use std::collections::HashMap;

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use entities_procurement::{purchase_order, purchase_order_line};
use primitives::{
    Date, Decimal, LocationId, ProductId, PurchaseOrderId, PurchaseOrderLineId, TenantId, VendorId,
};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, Select,
};
use serde::Serialize;

use super::model::{OrderLine, PurchaseOrder, PurchaseOrderStatus};
use crate::machine::Word;
use rows::{from_line, from_order, to_line, to_order};

/// Rows of one INSERT: 23 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;
/// Order lines of one product that are looked at.
const OPEN_LINES: u64 = 1_000;

/// The states in which something is still to come.
pub(crate) const OPEN: [PurchaseOrderStatus; 3] =
    [PurchaseOrderStatus::Sent, PurchaseOrderStatus::Acknowledged, PurchaseOrderStatus::PartiallyReceived];

/// The states in which something may still come, also of what has not gone out.
const COMING: [PurchaseOrderStatus; 6] = [
    PurchaseOrderStatus::Draft,
    PurchaseOrderStatus::PendingApproval,
    PurchaseOrderStatus::Approved,
    PurchaseOrderStatus::Sent,
    PurchaseOrderStatus::Acknowledged,
    PurchaseOrderStatus::PartiallyReceived,
];

/// What a list of orders is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct OrderCriterion {
    pub(crate) ids: Option<Vec<PurchaseOrderId>>,
    pub(crate) statuses: Option<Vec<PurchaseOrderStatus>>,
    pub(crate) vendors: Option<Vec<VendorId>>,
    pub(crate) places: Option<Vec<LocationId>>,
    pub(crate) due_before: Option<Date>,
    /// Words, lower case, that must be found in number or vendor reference.
    pub(crate) words: Vec<String>,
}

/// What a list of orders is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    UpdatedAt,
    Number,
    DeliveryDate,
    Total,
}

fn scoped(tenant: TenantId) -> Select<purchase_order::Entity> {
    purchase_order::Entity::find().filter(purchase_order::Column::TenantId.eq(tenant))
}

fn lines(tenant: TenantId) -> Select<purchase_order_line::Entity> {
    purchase_order_line::Entity::find().filter(purchase_order_line::Column::TenantId.eq(tenant))
}

fn condition(criterion: &OrderCriterion) -> Condition {
    use purchase_order::Column;
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
        .add_option(criterion.vendors.as_ref().map(|ids| Column::VendorId.is_in(ids.iter().copied())))
        .add_option(criterion.places.as_ref().map(|ids| Column::DeliverTo.is_in(ids.iter().copied())))
        .add_option(criterion.due_before.map(|day| Column::DeliveryDate.lt(day)))
}

/// A page of the orders that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<OrderCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<PurchaseOrder>> {
    use purchase_order::Column;
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let column = match by {
        SortedBy::UpdatedAt => Column::UpdatedAt,
        SortedBy::Number => Column::Number,
        SortedBy::DeliveryDate => Column::DeliveryDate,
        SortedBy::Total => Column::BaseTotal,
    };
    page::list(db, select, &[SortKey { column, order }], Column::Id, page).await?.try_map(to_order)
}

/// Orders by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseOrderId>,
) -> Result<HashMap<PurchaseOrderId, PurchaseOrder>> {
    let rows = scoped(tenant).filter(purchase_order::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_order(row).map(|order| (order.id, order))).collect()
}

/// The lines of orders in their order, in one statement.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseOrderId>,
) -> Result<HashMap<PurchaseOrderId, Vec<OrderLine>>> {
    let rows = lines(tenant)
        .filter(purchase_order_line::Column::OrderId.is_in(ids))
        .order_by_asc(purchase_order_line::Column::OrderId)
        .order_by_asc(purchase_order_line::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<PurchaseOrderId, Vec<OrderLine>> = HashMap::new();
    for row in rows {
        found.entry(row.order_id).or_default().push(to_line(row));
    }
    Ok(found)
}

/// Order lines by their ids, each with its order, in one statement.
pub(crate) async fn lines_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseOrderLineId>,
) -> Result<HashMap<PurchaseOrderLineId, (PurchaseOrderId, OrderLine)>> {
    let rows = lines(tenant).filter(purchase_order_line::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.order_id, to_line(row)))).collect())
}

/// The lines on which something of these products is still to come, oldest order first, in one statement.
pub(crate) async fn open_lines(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<(PurchaseOrderId, OrderLine)>>> {
    use purchase_order_line::Column;
    let due = Expr::col((purchase_order_line::Entity, Column::OrderedQuantity))
        .sub(Expr::col((purchase_order_line::Entity, Column::CancelledQuantity)));
    let rows = lines(tenant)
        .join(JoinType::InnerJoin, purchase_order_line::Relation::Order.def())
        .filter(Column::ProductId.is_in(products))
        .filter(purchase_order::Column::Status.is_in(OPEN.map(Word::code)))
        .filter(Expr::col((purchase_order_line::Entity, Column::ReceivedQuantity)).lt(due))
        .order_by_asc(Column::OrderId)
        .order_by_asc(Column::Position)
        .limit(OPEN_LINES)
        .all(db)
        .await?;
    let mut found: HashMap<ProductId, Vec<(PurchaseOrderId, OrderLine)>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push((row.order_id, to_line(row)));
    }
    Ok(found)
}

/// How much of a product is still to come to a place, also by orders that have not gone out, in base units.
pub(crate) async fn coming_to(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (product, location): (ProductId, LocationId),
) -> Result<Decimal> {
    let rows = lines(tenant)
        .join(JoinType::InnerJoin, purchase_order_line::Relation::Order.def())
        .filter(purchase_order_line::Column::ProductId.eq(product))
        .filter(purchase_order::Column::DeliverTo.eq(location))
        .filter(purchase_order::Column::Status.is_in(COMING.map(Word::code)))
        .all(tx)
        .await?;
    let mut coming = Decimal::ZERO;
    for line in rows.into_iter().map(to_line) {
        let sum = line.outstanding().checked_mul(line.factor).and_then(|base| coming.checked_add(base));
        coming = sum.ok_or_else(|| Error::internal("what is to come is beyond all bounds"))?;
    }
    Ok(coming)
}

/// The order with its lines, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: PurchaseOrderId,
) -> Result<Option<(PurchaseOrder, Vec<OrderLine>)>> {
    let row = scoped(tenant).filter(purchase_order::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(Some((to_order(row)?, lines)))
}

/// Writes a new order.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    order: &PurchaseOrder,
    lines: &[OrderLine],
) -> Result<()> {
    purchase_order::Entity::insert(from_order(tenant, order)).exec_without_returning(tx).await?;
    put_lines(tx, tenant, (order.id, lines)).await
}

/// Writes a changed order that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, order: &PurchaseOrder) -> Result<()> {
    let written = purchase_order::Entity::update_many()
        .set(from_order(tenant, order))
        .filter(purchase_order::Column::TenantId.eq(tenant))
        .filter(purchase_order::Column::Id.eq(order.id))
        .filter(purchase_order::Column::Version.eq(order.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked purchase order was changed by somebody else")),
    }
}

/// Writes the lines of an order, new or changed.
pub(crate) async fn put_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (PurchaseOrderId, &[OrderLine]),
) -> Result<()> {
    use purchase_order_line::Column;
    let written = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id | Column::TenantId)))
        .to_owned();
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let insert = purchase_order_line::Entity::insert_many(chunk.to_vec()).on_conflict(written.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}
