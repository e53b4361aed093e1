//! Reads what the prover compares: facts as rows, sums by the database, the ledger page by page.

use std::collections::BTreeMap;

use entities_inventory::{
    cost_layer, inventory_item, inventory_item_count, ledger_head, location, reservation, stock_adjustment,
    stock_adjustment_line, stock_count, stock_count_line, stock_movement, stock_transfer,
    stock_transfer_line, store_requisition, store_requisition_line,
};
use primitives::{InventoryItemId, LocationId, LotId, ProductId, StockCountId, TenantId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, IsolationLevel, QueryFilter, QueryOrder, QuerySelect, TransactionTrait,
};

use super::documents::{AdjustedFacts, CountedFacts, Documents, Effect, IssuedFacts, MovedFacts};
use super::lots;
use super::model::{Books, Holdings, ItemFacts, MovementFacts};
use crate::costing::CostMethod;
use crate::ledger::{MovementKind, MovementReason};
use crate::location::LocationKind;
use crate::lot::LotStatus;
use crate::machine::Machine;
use crate::reservation::ReservationStatus;
use crate::stocktake::{CountMode, CountStatus};
use crate::{adjustment, ledger, requisition, stock, stocktake, transfer};

/// Ledger lines read at a time.
const PAGE: u64 = 5_000;

/// A transaction that sees one moment of the database, whatever is posted meanwhile.
pub(super) async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
        }
        // In WAL mode every SQLite transaction reads from one snapshot.
        _ => db.begin().await,
    }
}

/// Every tenant that has stock or a ledger.
pub(super) async fn tenants_across_tenants(db: &impl ConnectionTrait) -> Result<Vec<TenantId>, DbErr> {
    let mut tenants: Vec<TenantId> = inventory_item::Entity::find()
        .select_only()
        .column(inventory_item::Column::TenantId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let heads = ledger_head::Entity::find().all(db).await?;
    tenants.extend(heads.into_iter().map(|head| head.tenant_id));
    tenants.sort_unstable();
    tenants.dedup();
    Ok(tenants)
}

/// Everything about a tenant's balances except the ledger.
pub(super) async fn books(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Books, DbErr> {
    let head = ledger_head::Entity::find_by_id(tenant).one(db).await?;
    let counted = inventory_item_count::Entity::find()
        .filter(inventory_item_count::Column::TenantId.eq(tenant))
        .all(db)
        .await?;
    let rows = stock::store::scoped(tenant).find_also_related(location::Entity).all(db).await?;
    let items = rows.into_iter().map(item_facts).collect::<Result<_, _>>()?;
    let mut holdings: BTreeMap<InventoryItemId, Holdings> = BTreeMap::new();
    for (item, quantity, value) in layer_sums(db, tenant).await? {
        let entry = holdings.entry(item).or_default();
        (entry.layer_quantity, entry.layer_value) = (quantity.into(), value.into());
    }
    for (item, reserved) in reserved_sums(db, tenant).await? {
        holdings.entry(item).or_default().reserved = reserved.into();
    }
    let mut of_lots: BTreeMap<(InventoryItemId, LotId), (i128, i128)> = BTreeMap::new();
    for (item, lot, status, on_hand) in lots::lying(db, tenant).await? {
        let entry = holdings.entry(item).or_default();
        entry.in_lots += i128::from(on_hand);
        if status != LotStatus::Ok.code() {
            entry.in_held_lots += i128::from(on_hand);
        }
        of_lots.entry((item, lot)).or_default().0 += i128::from(on_hand);
    }
    for (item, lot, moved) in lots::moved(db, tenant).await? {
        of_lots.entry((item, lot)).or_default().1 += i128::from(moved);
    }
    Ok(Books {
        ledger_head: head.map_or(0, |head| head.last_seq),
        counted: counted.into_iter().map(|row| (row.location_id, row.items)).collect(),
        items,
        holdings,
        lots: of_lots,
        torn_movements: lots::torn(db, tenant).await?,
    })
}

/// Everything about a tenant's transfers and counts, and what they wrote into the ledger.
pub(super) async fn documents(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Documents, DbErr> {
    let under_way = [CountStatus::InProgress, CountStatus::Review].map(CountStatus::code);
    let locking: Vec<(LocationId, StockCountId)> = stock_count::Entity::find()
        .filter(stock_count::Column::TenantId.eq(tenant))
        .filter(stock_count::Column::Mode.ne(CountMode::Live.code()))
        .filter(stock_count::Column::Status.is_in(under_way))
        .select_only()
        .columns([stock_count::Column::LocationId, stock_count::Column::Id])
        .into_tuple()
        .all(db)
        .await?;
    let locks: Vec<(LocationId, StockCountId)> = location::Entity::find()
        .filter(location::Column::TenantId.eq(tenant))
        .filter(location::Column::LockedBy.is_not_null())
        .select_only()
        .columns([location::Column::Id, location::Column::LockedBy])
        .into_tuple()
        .all(db)
        .await?;
    Ok(Documents {
        moved: moved(db, tenant).await?,
        issued: issued(db, tenant).await?,
        adjusted: adjusted(db, tenant).await?,
        counted: counted(db, tenant).await?,
        locks: locks.into_iter().collect(),
        locking: locking.into_iter().collect(),
        written: written(db, tenant).await?,
    })
}

async fn moved(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<MovedFacts>, DbErr> {
    let rows = stock_transfer_line::Entity::find()
        .filter(stock_transfer_line::Column::TenantId.eq(tenant))
        .filter(stock_transfer_line::Column::Shipped.gt(0_i64))
        .find_also_related(stock_transfer::Entity)
        .all(db)
        .await?;
    let facts = rows.into_iter().filter_map(|(line, transfer)| {
        let transfer = transfer?;
        Some(MovedFacts {
            transfer: transfer.id.to_string(),
            product: line.product_id,
            from: transfer.from_location_id,
            via: transfer.via_location_id,
            to: transfer.to_location_id,
            shipped: line.shipped,
            received: line.received,
            lost: line.lost,
        })
    });
    Ok(facts.collect())
}

async fn issued(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<IssuedFacts>, DbErr> {
    let rows = store_requisition_line::Entity::find()
        .filter(store_requisition_line::Column::TenantId.eq(tenant))
        .filter(store_requisition_line::Column::Issued.gt(0_i64))
        .find_also_related(store_requisition::Entity)
        .all(db)
        .await?;
    let facts = rows.into_iter().filter_map(|(line, requisition)| {
        let requisition = requisition?;
        Some(IssuedFacts {
            requisition: requisition.id.to_string(),
            product: line.product_id,
            from: requisition.from_location_id,
            to: requisition.to_location_id,
            issued: line.issued,
        })
    });
    Ok(facts.collect())
}

async fn adjusted(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<AdjustedFacts>, DbErr> {
    let rows = stock_adjustment_line::Entity::find()
        .filter(stock_adjustment_line::Column::TenantId.eq(tenant))
        .find_also_related(stock_adjustment::Entity)
        .filter(stock_adjustment::Column::PostingId.is_not_null())
        .all(db)
        .await?;
    let facts = rows.into_iter().map(|(line, _)| AdjustedFacts {
        adjustment: line.adjustment_id.to_string(),
        product: line.product_id,
        location: line.location_id,
        reason: line.reason,
        quantity: line.quantity,
    });
    Ok(facts.collect())
}

async fn counted(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<CountedFacts>, DbErr> {
    let rows = stock_count_line::Entity::find()
        .filter(stock_count_line::Column::TenantId.eq(tenant))
        .find_also_related(stock_count::Entity)
        .filter(stock_count::Column::Status.eq(CountStatus::Posted.code()))
        .all(db)
        .await?;
    let facts = rows.into_iter().filter_map(|(line, count)| {
        let count = count?;
        Some(CountedFacts {
            count: count.id.to_string(),
            product: line.product_id,
            location: count.location_id,
            expected: line.expected,
            found: line.recounted.or(line.counted)?,
        })
    });
    Ok(facts.collect())
}

/// What transfers and counts wrote into the ledger, per document, product, place and reason. What a delivery to a direct
/// location uses up at once is not the transfer's doing.
async fn written(db: &impl ConnectionTrait, tenant: TenantId) -> Result<BTreeMap<Effect, i128>, DbErr> {
    use stock_movement::Column;
    let rows: Vec<(String, ProductId, LocationId, String, i64)> = ledger::store::scoped(tenant)
        .filter(Column::ReferenceType.is_in([
            transfer::KIND,
            stocktake::KIND,
            requisition::KIND,
            adjustment::KIND,
        ]))
        .filter(
            Column::Reason
                .is_not_in([MovementReason::DirectExpense.code(), MovementReason::CostVariance.code()]),
        )
        .select_only()
        .columns([Column::ReferenceId, Column::ProductId, Column::LocationId, Column::Reason])
        .column_as(Expr::cust("CAST(SUM(\"quantity\") AS BIGINT)"), "moved")
        .group_by(Column::ReferenceId)
        .group_by(Column::ProductId)
        .group_by(Column::LocationId)
        .group_by(Column::Reason)
        .into_tuple()
        .all(db)
        .await?;
    let effect = |(document, product, place, reason, moved): (String, ProductId, LocationId, String, i64)| {
        ((document, product, place, reason), i128::from(moved))
    };
    Ok(rows.into_iter().map(effect).collect())
}

/// The lines of the ledger that follow `seq`, at most one page.
pub(super) async fn movements_after(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    seq: i64,
) -> Result<Vec<MovementFacts>, DbErr> {
    use stock_movement::Column;
    let query =
        ledger::store::scoped(tenant).filter(Column::Seq.gt(seq)).order_by_asc(Column::Seq).limit(PAGE);
    Ok(query.all(db).await?.into_iter().map(movement_facts).collect())
}

fn item_facts((row, location): (inventory_item::Model, Option<location::Model>)) -> Result<ItemFacts, DbErr> {
    let item = stock::store::from_row(row.clone())?;
    Ok(ItemFacts {
        id: row.id,
        location: row.location_id,
        is_fifo: row.cost_method == CostMethod::Fifo.code(),
        is_direct: location.is_some_and(|location| location.kind == LocationKind::Direct.code()),
        allow_negative: row.allow_negative,
        on_hand: row.on_hand,
        reserved: row.reserved,
        value: row.total_value,
        average_cost: row.average_cost,
        is_kept_by_lots: row.is_kept_by_lots,
        on_hold: row.on_hold,
        policy: item.policy,
        is_low: item.low_since.is_some(),
    })
}

fn movement_facts(row: stock_movement::Model) -> MovementFacts {
    MovementFacts {
        seq: row.seq,
        item: row.item_id,
        posting: row.posting_id,
        is_transfer: row.kind == MovementKind::Transfer.code(),
        quantity: row.quantity,
        value: row.total_value,
        on_hand_after: row.on_hand_after,
        value_after: row.value_after,
    }
}

/// PostgreSQL sums BIGINT as NUMERIC, hence the casts.
async fn layer_sums(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<(InventoryItemId, i64, i64)>, DbErr> {
    use cost_layer::Column;
    cost_layer::Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::QuantityLeft.gt(0_i64))
        .select_only()
        .column(Column::ItemId)
        .column_as(Expr::cust("CAST(SUM(\"quantity_left\") AS BIGINT)"), "quantity")
        .column_as(Expr::cust("CAST(SUM(\"value_left\") AS BIGINT)"), "value")
        .group_by(Column::ItemId)
        .into_tuple()
        .all(db)
        .await
}

async fn reserved_sums(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<(InventoryItemId, i64)>, DbErr> {
    use reservation::Column;
    reservation::Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Status.eq(ReservationStatus::Active.code()))
        .select_only()
        .column(Column::ItemId)
        .column_as(Expr::cust("CAST(SUM(\"quantity_left\") AS BIGINT)"), "reserved")
        .group_by(Column::ItemId)
        .into_tuple()
        .all(db)
        .await
}
