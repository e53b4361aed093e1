//! Locks the balances a posting needs, and writes what the book decided.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entities_inventory::{cost_layer, inventory_item, ledger_head, stock_movement};
use primitives::{
    CostLayerId, Decimal, InventoryItemId, LocationId, ProductId, StockMovementId, TenantId, Unit,
};
use sea_orm::sea_query::{Expr, Func, OnConflict, Order, Query, WindowStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use super::Book;
use super::book::{Effect, LayerChanges};
use crate::costing::{CostLayer, CostMethod};
use crate::ledger::{StockMovement, store as ledger};
use crate::location::{Location, store as locations};
use crate::lot::{Part, store as lots};
use crate::stock::{InventoryItem, store as stock};

/// Rows written by one statement: 25 columns each stay below SQLite's 32,766 parameters.
const CHUNK: usize = 500;

/// How much of a lot a ledger line moved at an item.
type MovedLot = (StockMovementId, InventoryItemId, Part);

/// Somebody else changed a balance although it was locked: only a bug or a hand in the database does that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a locked balance changed under its posting")]
pub(crate) struct LostUpdate;

/// Makes sure every place has a balance, an empty one where nothing ever was. Written in the order of the places, so
/// that two transactions creating the same ones wait instead of deadlocking.
pub(crate) async fn ensure_items_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    wanted: &BTreeMap<(ProductId, LocationId), Unit>,
    locations: &[Location],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let places: Vec<_> = wanted.keys().copied().collect();
    let mut known = HashSet::new();
    for chunk in places.chunks(CHUNK) {
        let rows: Vec<(ProductId, LocationId)> = stock::scoped(tenant)
            .filter(stock::at_places(chunk))
            .select_only()
            .columns([inventory_item::Column::ProductId, inventory_item::Column::LocationId])
            .into_tuple()
            .all(tx)
            .await?;
        known.extend(rows);
    }
    let missing: Vec<inventory_item::ActiveModel> = wanted
        .iter()
        .filter(|(place, _)| !known.contains(place))
        .filter_map(|(&(product, place), &unit)| {
            let location = locations.iter().find(|location| location.id == place)?;
            Some(empty_row(tenant, product, location, unit, now).into_active_model())
        })
        .collect();
    for chunk in missing.chunks(CHUNK) {
        use inventory_item::Column;
        let mut already_there =
            OnConflict::columns([Column::TenantId, Column::ProductId, Column::LocationId]);
        let already_there = already_there.do_nothing().to_owned();
        inventory_item::Entity::insert_many(chunk.to_vec())
            .on_conflict(already_there)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn empty_row(
    tenant: TenantId,
    product: ProductId,
    location: &Location,
    unit: Unit,
    now: DateTime<Utc>,
) -> inventory_item::Model {
    inventory_item::Model {
        id: InventoryItemId::generate(),
        tenant_id: tenant,
        product_id: product,
        location_id: location.id,
        base_unit: unit,
        currency: location.currency,
        cost_method: location.effective_cost_method().code().to_owned(),
        allow_negative: location.allow_negative,
        on_hand: Decimal::ZERO,
        reserved: Decimal::ZERO,
        total_value: Decimal::ZERO,
        average_cost: Decimal::ZERO,
        reorder_point: None,
        min_quantity: None,
        par_quantity: None,
        max_quantity: None,
        reorder_quantity: None,
        lead_time_days: None,
        low_since: None,
        is_kept_by_lots: false,
        on_hold: Decimal::ZERO,
        version: 0,
        created_at: now,
        updated_at: now,
    }
}

/// The balances at these places with their FIFO layers, locked in id order.
pub(crate) async fn lock_items_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    places: &[(ProductId, LocationId)],
) -> Result<Vec<InventoryItem>, DbErr> {
    let mut ids = BTreeSet::new();
    for chunk in places.chunks(CHUNK) {
        let found: Vec<InventoryItemId> = stock::scoped(tenant)
            .filter(stock::at_places(chunk))
            .select_only()
            .column(inventory_item::Column::Id)
            .into_tuple()
            .all(tx)
            .await?;
        ids.extend(found);
    }
    lock_by_ids_in(tx, tenant, &ids).await
}

/// The balances with their FIFO layers, locked in id order.
pub(crate) async fn lock_by_ids_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &BTreeSet<InventoryItemId>,
) -> Result<Vec<InventoryItem>, DbErr> {
    let ids: Vec<InventoryItemId> = ids.iter().copied().collect();
    let mut items = BTreeMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = stock::scoped(tenant)
            .filter(inventory_item::Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(inventory_item::Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?;
        for row in rows {
            let item = stock::from_row(row)?;
            items.insert(item.id, item);
        }
    }
    load_layers_in(tx, tenant, &mut items).await?;
    Ok(items.into_values().collect())
}

async fn load_layers_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    items: &mut BTreeMap<InventoryItemId, InventoryItem>,
) -> Result<(), DbErr> {
    use cost_layer::Column;
    let fifo: Vec<InventoryItemId> =
        items.values().filter(|item| item.holding.method == CostMethod::Fifo).map(|item| item.id).collect();
    for chunk in fifo.chunks(CHUNK) {
        let rows = cost_layer::Entity::find()
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::ItemId.is_in(chunk.iter().copied()))
            .filter(Column::QuantityLeft.gt(0_i64))
            .order_by_asc(Column::ItemId)
            .order_by_asc(Column::ReceivedAt)
            .order_by_asc(Column::Seq)
            .all(tx)
            .await?;
        for row in rows {
            if let Some(item) = items.get_mut(&row.item_id) {
                item.holding.layers.push(layer_from_row(row));
            }
        }
    }
    for item in items.values_mut() {
        // The database compares times as it stores them; the model's own order is the one that counts.
        item.holding.layers.sort_by_key(|layer| (layer.received_at, layer.seq));
    }
    Ok(())
}

/// Loads what lies at items that are kept by lots, lot by lot. The items must be locked.
pub(crate) async fn load_shelves_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    items: &mut [InventoryItem],
) -> Result<(), DbErr> {
    let kept: Vec<InventoryItemId> =
        items.iter().filter(|item| item.shelf.is_kept).map(|item| item.id).collect();
    let mut parts: HashMap<InventoryItemId, Vec<Part>> = HashMap::new();
    for (id, part) in lots::shelves(tx, tenant, &kept).await? {
        parts.entry(id).or_default().push(part);
    }
    for item in items {
        item.shelf.parts.extend(parts.remove(&item.id).unwrap_or_default());
    }
    Ok(())
}

/// The layer as the model tells it.
pub(crate) fn layer_from_row(row: cost_layer::Model) -> CostLayer {
    CostLayer {
        id: row.id,
        received_at: row.received_at,
        seq: row.seq,
        quantity_in: row.quantity_in,
        quantity_left: row.quantity_left,
        value_left: row.value_left,
        unit_cost: row.unit_cost,
    }
}

/// The open layers of these items, of each so many of those that will be consumed first, in that order.
pub(crate) async fn open_layers(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    items: &[InventoryItemId],
    limit: i64,
) -> Result<Vec<(InventoryItemId, CostLayer)>, DbErr> {
    use cost_layer::Column;
    let open = Condition::all()
        .add(Column::TenantId.eq(tenant))
        .add(Column::ItemId.is_in(items.iter().copied()))
        .add(Column::QuantityLeft.gt(0_i64));
    let mut in_turn = WindowStatement::partition_by(Column::ItemId);
    in_turn.order_by(Column::ReceivedAt, Order::Asc).order_by(Column::Seq, Order::Asc);
    let ranked = Query::select()
        .column(Column::Id)
        .expr_window_as(Func::cust("ROW_NUMBER"), in_turn, "place")
        .from(cost_layer::Entity)
        .cond_where(open)
        .take();
    let first = Query::select()
        .column(Column::Id)
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col("place").lte(limit))
        .take();
    let rows = cost_layer::Entity::find()
        .filter(Column::Id.in_subquery(first))
        .order_by_asc(Column::ReceivedAt)
        .order_by_asc(Column::Seq)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.item_id, layer_from_row(row))).collect())
}

/// The marks that documents, named by their kinds and numbers, have left before.
pub(crate) async fn effects_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    documents: impl IntoIterator<Item = (&str, &str)>,
) -> Result<Vec<Effect>, DbErr> {
    use stock_movement::Column;
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, id) in documents {
        by_kind.entry(kind).or_default().push(id);
    }
    let mut effects = Vec::new();
    for (kind, ids) in by_kind {
        for chunk in ids.chunks(CHUNK) {
            let rows = ledger::scoped(tenant)
                .filter(Column::ReferenceType.eq(kind))
                .filter(Column::ReferenceId.is_in(chunk.iter().copied()))
                .all(tx)
                .await?;
            for row in rows {
                let movement = ledger::from_row(row)?;
                effects
                    .extend(movement.reference.map(|reference| (movement.item, movement.reason, reference)));
            }
        }
    }
    Ok(effects)
}

/// Writes the balances and layers the book changed. Each balance is written only if it is still the one that was
/// locked.
pub(crate) async fn save_items_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    book: &Book,
) -> Result<Result<(), LostUpdate>, DbErr> {
    use inventory_item::Column;
    for item in book.changed_items() {
        let outcome = inventory_item::Entity::update_many()
            .col_expr(Column::OnHand, item.holding.on_hand.into())
            .col_expr(Column::Reserved, item.reserved.into())
            .col_expr(Column::TotalValue, item.holding.value.into())
            .col_expr(Column::AverageCost, item.holding.average_cost().into())
            .col_expr(Column::IsKeptByLots, item.shelf.is_kept.into())
            .col_expr(Column::OnHold, item.on_hold.into())
            .col_expr(Column::LowSince, item.low_since.into())
            .col_expr(Column::Version, item.version.into())
            .col_expr(Column::UpdatedAt, item.updated_at.into())
            .filter(Column::Id.eq(item.id))
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::Version.eq(item.version - 1))
            .exec(tx)
            .await?;
        if outcome.rows_affected != 1 {
            return Ok(Err(LostUpdate));
        }
    }
    save_layers_in(tx, tenant, &book.layer_changes()).await?;
    lots::save_parts_in(tx, tenant, &book.changed_parts()).await?;
    Ok(Ok(()))
}

async fn save_layers_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    changes: &LayerChanges,
) -> Result<(), DbErr> {
    use cost_layer::Column;
    for chunk in changes.written.chunks(CHUNK) {
        let rows: Vec<cost_layer::ActiveModel> =
            chunk.iter().map(|(item, layer)| layer_row(tenant, *item, layer).into_active_model()).collect();
        let newer = OnConflict::column(Column::Id)
            .update_columns([Column::QuantityLeft, Column::ValueLeft, Column::UnitCost])
            .to_owned();
        cost_layer::Entity::insert_many(rows).on_conflict(newer).exec_without_returning(tx).await?;
    }
    for chunk in changes.exhausted.chunks(CHUNK) {
        let ids: &[CostLayerId] = chunk;
        cost_layer::Entity::update_many()
            .col_expr(Column::QuantityLeft, Decimal::ZERO.into())
            .col_expr(Column::ValueLeft, Decimal::ZERO.into())
            .filter(Column::TenantId.eq(tenant))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

fn layer_row(tenant: TenantId, item: InventoryItemId, layer: &CostLayer) -> cost_layer::Model {
    cost_layer::Model {
        id: layer.id,
        tenant_id: tenant,
        item_id: item,
        received_at: layer.received_at,
        seq: layer.seq,
        quantity_in: layer.quantity_in,
        quantity_left: layer.quantity_left,
        value_left: layer.value_left,
        unit_cost: layer.unit_cost,
    }
}

/// Takes `count` numbers from the tenant's ledger and answers the first. The counter row stays locked until the
/// transaction ends, so numbers follow the order of commits and have no gaps.
pub(crate) async fn number_movements_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    count: i64,
) -> Result<i64, DbErr> {
    use ledger_head::{Column, Entity};
    let further = Expr::col((Entity, Column::LastSeq)).add(count);
    let advance = OnConflict::column(Column::TenantId).value(Column::LastSeq, further).to_owned();
    let row = ledger_head::ActiveModel { tenant_id: Set(tenant), last_seq: Set(count) };
    let head = Entity::insert(row).on_conflict(advance).exec_with_returning(tx).await?;
    Ok(head.last_seq - count + 1)
}

/// Appends numbered lines to the ledger.
pub(crate) async fn append_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (movements, moved_lots): (&[StockMovement], &[MovedLot]),
) -> Result<(), DbErr> {
    for chunk in movements.chunks(CHUNK) {
        let rows = chunk.iter().map(|movement| ledger::to_row(tenant, movement).into_active_model());
        stock_movement::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    lots::append_moved_in(tx, tenant, moved_lots).await
}

/// The locations a posting names, kept from changing until it ends.
pub(crate) async fn keep_locations_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &BTreeSet<LocationId>,
) -> Result<Vec<Location>, DbErr> {
    let ids: Vec<LocationId> = ids.iter().copied().collect();
    locations::keep_in(tx, tenant, &ids).await
}
