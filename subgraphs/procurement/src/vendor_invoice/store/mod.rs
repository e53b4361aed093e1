//! Vendor invoices as rows; every query starts at the tenant.

mod rows;

use std::collections::{BTreeSet, HashMap};

use chassis::{
    Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, is_unique_violation, page,
};
use entities_procurement::{vendor_invoice, vendor_invoice_line};
use primitives::{Date, PurchaseOrderId, TenantId, VendorId, VendorInvoiceId};
use sea_orm::sea_query::{LikeExpr, LockType, OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use serde::Serialize;

use super::matching::InvoiceLine;
use super::model::{InvoiceStatus, OPEN_TO_MATCH, VendorInvoice, number_taken};
use crate::machine::Word;
use rows::{from_invoice, from_line, to_invoice, to_line};

/// Rows of one INSERT: 18 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;

/// What a list of invoices is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct InvoiceCriterion {
    pub(crate) ids: Option<Vec<VendorInvoiceId>>,
    pub(crate) statuses: Option<Vec<InvoiceStatus>>,
    pub(crate) vendors: Option<Vec<VendorId>>,
    pub(crate) orders: Option<Vec<PurchaseOrderId>>,
    pub(crate) dated_from: Option<Date>,
    pub(crate) dated_to: Option<Date>,
    pub(crate) due_before: Option<Date>,
    /// Words, lower case, that must be found in the number.
    pub(crate) words: Vec<String>,
}

/// What a list of invoices is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    UpdatedAt,
    Date,
    DueDate,
    Total,
}

fn scoped(tenant: TenantId) -> Select<vendor_invoice::Entity> {
    vendor_invoice::Entity::find().filter(vendor_invoice::Column::TenantId.eq(tenant))
}

fn condition(tenant: TenantId, criterion: &InvoiceCriterion) -> Condition {
    use vendor_invoice::Column;
    let is_word = |word: &String| {
        let literal = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        Column::NumberKey.like(LikeExpr::new(format!("%{literal}%")).escape('\\'))
    };
    let words = criterion.words.iter().map(is_word).fold(Condition::all(), Condition::add);
    let standing_on = |orders: &Vec<PurchaseOrderId>| {
        let lines = Query::select()
            .column(vendor_invoice_line::Column::InvoiceId)
            .from(vendor_invoice_line::Entity)
            .and_where(vendor_invoice_line::Column::TenantId.eq(tenant))
            .and_where(vendor_invoice_line::Column::OrderId.is_in(orders.iter().copied()))
            .to_owned();
        Column::Id.in_subquery(lines)
    };
    words
        .add_option(criterion.ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(
            criterion.statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
        .add_option(criterion.vendors.as_ref().map(|ids| Column::VendorId.is_in(ids.iter().copied())))
        .add_option(criterion.orders.as_ref().map(standing_on))
        .add_option(criterion.dated_from.map(|day| Column::InvoiceDate.gte(day)))
        .add_option(criterion.dated_to.map(|day| Column::InvoiceDate.lte(day)))
        .add_option(criterion.due_before.map(|day| Column::DueDate.lt(day)))
}

/// A page of the invoices that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<InvoiceCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<VendorInvoice>> {
    use vendor_invoice::Column;
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let column = match by {
        SortedBy::UpdatedAt => Column::UpdatedAt,
        SortedBy::Date => Column::InvoiceDate,
        SortedBy::DueDate => Column::DueDate,
        SortedBy::Total => Column::BaseTotal,
    };
    page::list(db, select, &[SortKey { column, order }], Column::Id, page).await?.try_map(to_invoice)
}

/// Invoices by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<VendorInvoiceId>,
) -> Result<HashMap<VendorInvoiceId, VendorInvoice>> {
    let rows = scoped(tenant).filter(vendor_invoice::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_invoice(row).map(|invoice| (invoice.id, invoice))).collect()
}

/// The lines of invoices in their order, in one statement.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<VendorInvoiceId>,
) -> Result<HashMap<VendorInvoiceId, Vec<InvoiceLine>>> {
    let rows = vendor_invoice_line::Entity::find()
        .filter(vendor_invoice_line::Column::TenantId.eq(tenant))
        .filter(vendor_invoice_line::Column::InvoiceId.is_in(ids))
        .order_by_asc(vendor_invoice_line::Column::InvoiceId)
        .order_by_asc(vendor_invoice_line::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<VendorInvoiceId, Vec<InvoiceLine>> = HashMap::new();
    for row in rows {
        found.entry(row.invoice_id).or_default().push(to_line(row)?);
    }
    Ok(found)
}

/// The invoices on an order that are still matched against what comes, in the order of their ids.
pub(crate) async fn open_of_order(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    order: PurchaseOrderId,
) -> Result<BTreeSet<VendorInvoiceId>> {
    let criterion = InvoiceCriterion {
        orders: Some(vec![order]),
        statuses: Some(OPEN_TO_MATCH.to_vec()),
        ..InvoiceCriterion::default()
    };
    let rows = scoped(tenant).filter(condition(tenant, &criterion)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The invoice with its lines, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: VendorInvoiceId,
) -> Result<Option<(VendorInvoice, Vec<InvoiceLine>)>> {
    let row = scoped(tenant).filter(vendor_invoice::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(Some((to_invoice(row)?, lines)))
}

/// Writes a new invoice with its lines.
///
/// # Errors
/// `DUPLICATE` when the vendor's number was recorded before.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    invoice: &VendorInvoice,
    lines: &[InvoiceLine],
) -> Result<()> {
    let written = vendor_invoice::Entity::insert(from_invoice(tenant, invoice)).exec_without_returning(tx);
    written.await.map_err(|error| match is_unique_violation(&error) {
        true => number_taken().into(),
        false => Error::from(error),
    })?;
    put_lines(tx, tenant, (invoice.id, lines)).await
}

/// Writes a changed invoice that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, invoice: &VendorInvoice) -> Result<()> {
    let written = vendor_invoice::Entity::update_many()
        .set(from_invoice(tenant, invoice))
        .filter(vendor_invoice::Column::TenantId.eq(tenant))
        .filter(vendor_invoice::Column::Id.eq(invoice.id))
        .filter(vendor_invoice::Column::Version.eq(invoice.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked vendor invoice was changed by somebody else")),
    }
}

/// Writes the lines of an invoice, new or matched again.
pub(crate) async fn put_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (VendorInvoiceId, &[InvoiceLine]),
) -> Result<()> {
    use vendor_invoice_line::Column;
    let written = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id | Column::TenantId)))
        .to_owned();
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let insert = vendor_invoice_line::Entity::insert_many(chunk.to_vec()).on_conflict(written.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}
