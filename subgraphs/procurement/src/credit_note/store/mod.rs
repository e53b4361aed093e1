//! Credit notes as rows; every query starts at the tenant.

mod rows;

use std::collections::HashMap;

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use chrono::{DateTime, Utc};
use entities_procurement::{credit_note, credit_note_line};
use primitives::{CreditNoteId, GoodsReceivedNoteId, PurchaseOrderId, TenantId, VendorId, VendorInvoiceId};
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use serde::Serialize;

use super::line::CreditLine;
use super::model::{CreditKind, CreditNote, CreditStatus};
use crate::machine::Word;
use rows::{from_line, from_note, to_line, to_note};

/// Rows of one INSERT: 12 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;

/// What a list of credit notes is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CreditCriterion {
    pub(crate) ids: Option<Vec<CreditNoteId>>,
    pub(crate) kinds: Option<Vec<CreditKind>>,
    pub(crate) statuses: Option<Vec<CreditStatus>>,
    pub(crate) vendors: Option<Vec<VendorId>>,
    pub(crate) notes: Option<Vec<GoodsReceivedNoteId>>,
    pub(crate) orders: Option<Vec<PurchaseOrderId>>,
    pub(crate) invoices: Option<Vec<VendorInvoiceId>>,
}

/// What a list of credit notes is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    UpdatedAt,
    Number,
    Total,
}

fn scoped(tenant: TenantId) -> Select<credit_note::Entity> {
    credit_note::Entity::find().filter(credit_note::Column::TenantId.eq(tenant))
}

fn condition(criterion: &CreditCriterion) -> Condition {
    use credit_note::Column;
    let CreditCriterion { ids, kinds, statuses, vendors, notes, orders, invoices } = criterion;
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(kinds.as_ref().map(|all| Column::Kind.is_in(all.iter().map(|it| it.code()))))
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|it| it.code()))))
        .add_option(vendors.as_ref().map(|ids| Column::VendorId.is_in(ids.iter().copied())))
        .add_option(notes.as_ref().map(|ids| Column::NoteId.is_in(ids.iter().copied())))
        .add_option(orders.as_ref().map(|ids| Column::OrderId.is_in(ids.iter().copied())))
        .add_option(invoices.as_ref().map(|ids| Column::InvoiceId.is_in(ids.iter().copied())))
}

/// A page of the credit notes that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<CreditCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<CreditNote>> {
    use credit_note::Column;
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let column = match by {
        SortedBy::UpdatedAt => Column::UpdatedAt,
        SortedBy::Number => Column::Number,
        SortedBy::Total => Column::BaseTotal,
    };
    page::list(db, select, &[SortKey { column, order }], Column::Id, page).await?.try_map(to_note)
}

/// Credit notes by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<CreditNoteId>,
) -> Result<HashMap<CreditNoteId, CreditNote>> {
    let rows = scoped(tenant).filter(credit_note::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_note(row).map(|note| (note.id, note))).collect()
}

/// The lines of credit notes in their order, in one statement.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<CreditNoteId>,
) -> Result<HashMap<CreditNoteId, Vec<CreditLine>>> {
    let rows = credit_note_line::Entity::find()
        .filter(credit_note_line::Column::TenantId.eq(tenant))
        .filter(credit_note_line::Column::CreditNoteId.is_in(ids))
        .order_by_asc(credit_note_line::Column::CreditNoteId)
        .order_by_asc(credit_note_line::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<CreditNoteId, Vec<CreditLine>> = HashMap::new();
    for row in rows {
        found.entry(row.credit_note_id).or_default().push(to_line(row));
    }
    Ok(found)
}

/// The credit note with its lines, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: CreditNoteId,
) -> Result<Option<(CreditNote, Vec<CreditLine>)>> {
    let row = scoped(tenant).filter(credit_note::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(Some((to_note(row)?, lines)))
}

/// Writes a new credit note.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    note: &CreditNote,
    lines: &[CreditLine],
) -> Result<()> {
    credit_note::Entity::insert(from_note(tenant, note)).exec_without_returning(tx).await?;
    put_lines(tx, tenant, (note.id, lines)).await
}

/// Writes a changed credit note that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, note: &CreditNote) -> Result<()> {
    let written = credit_note::Entity::update_many()
        .set(from_note(tenant, note))
        .filter(credit_note::Column::TenantId.eq(tenant))
        .filter(credit_note::Column::Id.eq(note.id))
        .filter(credit_note::Column::Version.eq(note.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked credit note was changed by somebody else")),
    }
}

/// Notes that inventory has taken a locked credit note's money into the value of what is there.
pub(crate) async fn note_confirmed(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, at): (CreditNoteId, DateTime<Utc>),
) -> Result<()> {
    use credit_note::Column;
    credit_note::Entity::update_many()
        .col_expr(Column::ConfirmedAt, Expr::value(at))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(id))
        .filter(Column::ConfirmedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces the lines of a draft.
pub(crate) async fn replace_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (CreditNoteId, &[CreditLine]),
) -> Result<()> {
    credit_note_line::Entity::delete_many()
        .filter(credit_note_line::Column::TenantId.eq(tenant))
        .filter(credit_note_line::Column::CreditNoteId.eq(id))
        .exec(tx)
        .await?;
    put_lines(tx, tenant, (id, lines)).await
}

/// Writes the lines of a credit note, new or with what they come to.
pub(crate) async fn put_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (CreditNoteId, &[CreditLine]),
) -> Result<()> {
    use credit_note_line::Column;
    let written = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id | Column::TenantId)))
        .to_owned();
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let insert = credit_note_line::Entity::insert_many(chunk.to_vec()).on_conflict(written.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}
