//! Amendments as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::{
    Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, is_unique_violation, page,
};
use entities_procurement::{purchase_order_amendment as head, purchase_order_amendment_line as line};
use primitives::{Audit, PurchaseOrderAmendmentId, PurchaseOrderId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;

use super::model::{AmendedLine, Amendment, AmendmentStatus};
use super::service::another_waits;
use crate::machine::Word;

/// Amendments of one order that are shown.
const OF_ORDER: usize = 100;

/// What a list of amendments is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct AmendmentCriterion {
    pub(crate) statuses: Option<Vec<AmendmentStatus>>,
    pub(crate) orders: Option<Vec<PurchaseOrderId>>,
}

fn scoped(tenant: TenantId) -> Select<head::Entity> {
    head::Entity::find().filter(head::Column::TenantId.eq(tenant))
}

fn condition(criterion: &AmendmentCriterion) -> Condition {
    use head::Column;
    Condition::all()
        .add_option(
            criterion.statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
        .add_option(criterion.orders.as_ref().map(|ids| Column::OrderId.is_in(ids.iter().copied())))
}

/// A page of the amendments that meet `criteria`, by their latest change.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<AmendmentCriterion>,
    order: Order,
    page: PageRequest,
) -> Result<Connection<Amendment>> {
    use head::Column;
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let keys = [SortKey { column: Column::UpdatedAt, order }];
    page::list(db, select, &keys, Column::Id, page).await?.try_map(|row| to_amendment(row, Vec::new()))
}

/// The lines of amendments in their order, in one statement.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PurchaseOrderAmendmentId>,
) -> Result<HashMap<PurchaseOrderAmendmentId, Vec<AmendedLine>>> {
    let rows = line::Entity::find()
        .filter(line::Column::TenantId.eq(tenant))
        .filter(line::Column::AmendmentId.is_in(ids))
        .order_by_asc(line::Column::AmendmentId)
        .order_by_asc(line::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<PurchaseOrderAmendmentId, Vec<AmendedLine>> = HashMap::new();
    for row in rows {
        found.entry(row.amendment_id).or_default().push(AmendedLine {
            line: row.order_line_id,
            quantity: (row.quantity_before, row.quantity_after),
            price: (row.price_before, row.price_after),
        });
    }
    Ok(found)
}

/// The amendments of orders, oldest first, in one statement.
pub(crate) async fn of_orders(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    orders: Vec<PurchaseOrderId>,
) -> Result<HashMap<PurchaseOrderId, Vec<Amendment>>> {
    let rows = scoped(tenant)
        .filter(head::Column::OrderId.is_in(orders))
        .order_by_asc(head::Column::CreatedAt)
        .order_by_asc(head::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<PurchaseOrderId, Vec<Amendment>> = HashMap::new();
    for row in rows {
        let of = found.entry(row.order_id).or_default();
        if of.len() < OF_ORDER {
            of.push(to_amendment(row, Vec::new())?);
        }
    }
    Ok(found)
}

/// Of which order an amendment is; that never changes.
pub(crate) async fn order_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: PurchaseOrderAmendmentId,
) -> Result<Option<PurchaseOrderId>> {
    Ok(scoped(tenant).filter(head::Column::Id.eq(id)).one(db).await?.map(|row| row.order_id))
}

/// The amendment, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: PurchaseOrderAmendmentId,
) -> Result<Option<Amendment>> {
    let row = scoped(tenant).filter(head::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    to_amendment(row, lines).map(Some)
}

/// Writes a new amendment.
///
/// # Errors
/// `INVALID_STATE` when another one of the order waits.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, amendment: &Amendment) -> Result<()> {
    let written = head::Entity::insert(from_amendment(tenant, amendment)).exec_without_returning(tx).await;
    written.map_err(|error| match is_unique_violation(&error) {
        true => another_waits().into(),
        false => Error::from(error),
    })?;
    if amendment.lines.is_empty() {
        return Ok(());
    }
    let rows = (0..).zip(&amendment.lines).map(|(position, each)| line::ActiveModel {
        amendment_id: Set(amendment.id),
        position: Set(position),
        tenant_id: Set(tenant),
        order_line_id: Set(each.line),
        quantity_before: Set(each.quantity.0),
        quantity_after: Set(each.quantity.1),
        price_before: Set(each.price.0),
        price_after: Set(each.price.1),
    });
    line::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a changed amendment that was locked before; its lines never change.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, amendment: &Amendment) -> Result<()> {
    let written = head::Entity::update_many()
        .set(from_amendment(tenant, amendment))
        .filter(head::Column::TenantId.eq(tenant))
        .filter(head::Column::Id.eq(amendment.id))
        .filter(head::Column::Version.eq(amendment.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked amendment was changed by somebody else")),
    }
}

fn to_amendment(row: head::Model, lines: Vec<AmendedLine>) -> Result<Amendment> {
    let status = AmendmentStatus::from_code(&row.status);
    Ok(Amendment {
        id: row.id,
        order_id: row.order_id,
        revision: row.revision,
        status: status.ok_or_else(|| Error::internal("an amendment has a known status"))?,
        reason: row.reason,
        delivery_date: row.delivery_date,
        base_before: row.base_before,
        base_after: row.base_after,
        lines,
        raised_by: row.raised_by,
        decided_by: row.decided_by,
        delegated_from: row.delegated_from,
        decided_at: row.decided_at,
        comment: row.comment,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_amendment(tenant: TenantId, amendment: &Amendment) -> head::ActiveModel {
    head::ActiveModel {
        id: Set(amendment.id),
        tenant_id: Set(tenant),
        order_id: Set(amendment.order_id),
        revision: Set(amendment.revision),
        status: Set(amendment.status.code().to_owned()),
        reason: Set(amendment.reason.clone()),
        delivery_date: Set(amendment.delivery_date),
        base_before: Set(amendment.base_before),
        base_after: Set(amendment.base_after),
        raised_by: Set(amendment.raised_by),
        decided_by: Set(amendment.decided_by),
        delegated_from: Set(amendment.delegated_from),
        decided_at: Set(amendment.decided_at),
        comment: Set(amendment.comment.clone()),
        created_at: Set(amendment.audit.created_at),
        created_by: Set(amendment.audit.created_by),
        updated_at: Set(amendment.audit.updated_at),
        updated_by: Set(amendment.audit.updated_by),
        version: Set(amendment.version),
    }
}
