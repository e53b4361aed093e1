//! Goods received notes as rows; every query starts at the tenant.

mod rows;

use std::collections::HashMap;

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use entities_procurement::{goods_received_note, goods_received_note_line};
use primitives::{GoodsReceivedNoteId, PurchaseOrderId, PurchaseOrderLineId, TenantId, VendorId};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;

use super::line::NoteLine;
use super::model::{GoodsReceivedNote, NoteStatus};
use crate::machine::Word;
use rows::{from_line, from_note, to_line, to_note};

/// Rows of one INSERT: 22 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;

/// What a list of notes is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct NoteCriterion {
    pub(crate) ids: Option<Vec<GoodsReceivedNoteId>>,
    pub(crate) statuses: Option<Vec<NoteStatus>>,
    pub(crate) orders: Option<Vec<PurchaseOrderId>>,
    pub(crate) vendors: Option<Vec<VendorId>>,
}

fn scoped(tenant: TenantId) -> Select<goods_received_note::Entity> {
    goods_received_note::Entity::find().filter(goods_received_note::Column::TenantId.eq(tenant))
}

fn condition(criterion: &NoteCriterion) -> Condition {
    use goods_received_note::Column;
    let NoteCriterion { ids, statuses, orders, vendors } = criterion;
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|it| it.code()))))
        .add_option(orders.as_ref().map(|ids| Column::OrderId.is_in(ids.iter().copied())))
        .add_option(vendors.as_ref().map(|ids| Column::VendorId.is_in(ids.iter().copied())))
}

/// A page of the notes that meet `criteria`, latest change first.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<NoteCriterion>,
    order: Order,
    page: PageRequest,
) -> Result<Connection<GoodsReceivedNote>> {
    use goods_received_note::Column;
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let keys = [SortKey { column: Column::UpdatedAt, order }];
    page::list(db, select, &keys, Column::Id, page).await?.try_map(to_note)
}

/// Notes by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<GoodsReceivedNoteId>,
) -> Result<HashMap<GoodsReceivedNoteId, GoodsReceivedNote>> {
    let rows = scoped(tenant).filter(goods_received_note::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_note(row).map(|note| (note.id, note))).collect()
}

/// The lines of notes in their order, in one statement.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<GoodsReceivedNoteId>,
) -> Result<HashMap<GoodsReceivedNoteId, Vec<NoteLine>>> {
    let rows = goods_received_note_line::Entity::find()
        .filter(goods_received_note_line::Column::TenantId.eq(tenant))
        .filter(goods_received_note_line::Column::NoteId.is_in(ids))
        .order_by_asc(goods_received_note_line::Column::NoteId)
        .order_by_asc(goods_received_note_line::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<GoodsReceivedNoteId, Vec<NoteLine>> = HashMap::new();
    for row in rows {
        found.entry(row.note_id).or_default().push(to_line(row));
    }
    Ok(found)
}

/// The lines of notes that count what came of order lines, the earliest first, each with its note; in one statement.
pub(crate) async fn receipts_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    order_lines: Vec<PurchaseOrderLineId>,
) -> Result<HashMap<PurchaseOrderLineId, Vec<(GoodsReceivedNoteId, NoteLine)>>> {
    let rows = goods_received_note_line::Entity::find()
        .filter(goods_received_note_line::Column::TenantId.eq(tenant))
        .filter(goods_received_note_line::Column::OrderLineId.is_in(order_lines))
        .order_by_asc(goods_received_note_line::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<PurchaseOrderLineId, Vec<(GoodsReceivedNoteId, NoteLine)>> = HashMap::new();
    for row in rows {
        found.entry(row.order_line_id).or_default().push((row.note_id, to_line(row)));
    }
    Ok(found)
}

/// The note with its lines, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: GoodsReceivedNoteId,
) -> Result<Option<(GoodsReceivedNote, Vec<NoteLine>)>> {
    let row =
        scoped(tenant).filter(goods_received_note::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(Some((to_note(row)?, lines)))
}

/// Writes a new note.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    note: &GoodsReceivedNote,
    lines: &[NoteLine],
) -> Result<()> {
    goods_received_note::Entity::insert(from_note(tenant, note)).exec_without_returning(tx).await?;
    insert_lines(tx, tenant, (note.id, lines)).await
}

/// Writes a changed note that was locked before.
pub(crate) async fn save(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    note: &GoodsReceivedNote,
) -> Result<()> {
    let written = goods_received_note::Entity::update_many()
        .set(from_note(tenant, note))
        .filter(goods_received_note::Column::TenantId.eq(tenant))
        .filter(goods_received_note::Column::Id.eq(note.id))
        .filter(goods_received_note::Column::Version.eq(note.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked goods received note was changed by somebody else")),
    }
}

/// Replaces the lines of a note.
pub(crate) async fn replace_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (GoodsReceivedNoteId, &[NoteLine]),
) -> Result<()> {
    goods_received_note_line::Entity::delete_many()
        .filter(goods_received_note_line::Column::TenantId.eq(tenant))
        .filter(goods_received_note_line::Column::NoteId.eq(id))
        .exec(tx)
        .await?;
    insert_lines(tx, tenant, (id, lines)).await
}

/// Writes what the lines of a locked note come to, and how much of them went back and was credited.
pub(crate) async fn put_amounts(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (GoodsReceivedNoteId, &[NoteLine]),
) -> Result<()> {
    use goods_received_note_line::Column;
    let written = OnConflict::column(Column::Id)
        .update_columns([Column::BaseAmount, Column::ReturnedQuantity, Column::CreditedAmount])
        .to_owned();
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let insert =
            goods_received_note_line::Entity::insert_many(chunk.to_vec()).on_conflict(written.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn insert_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, lines): (GoodsReceivedNoteId, &[NoteLine]),
) -> Result<()> {
    let rows: Vec<_> =
        (0..).zip(lines).map(|(position, line)| from_line((tenant, id), position, line)).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        goods_received_note_line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}
