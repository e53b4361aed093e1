//! Lots, their balances and what moved them as rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, SortKey};
use entities_inventory::{inventory_item, lot, lot_balance, movement_lot};
use lot::{Column, Entity};
use primitives::{Date, Decimal, InventoryItemId, LocationId, LotId, ProductId, StockMovementId, TenantId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait, Select,
};

use super::{Lot, LotFilter, LotSort, LotStatus, Part};
use crate::machine::Machine;

/// Rows of one statement.
const CHUNK: usize = 500;

/// The tenant's lots: every query starts here.
pub(crate) fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn scoped_balances(tenant: TenantId) -> Select<lot_balance::Entity> {
    lot_balance::Entity::find().filter(lot_balance::Column::TenantId.eq(tenant))
}

/// One page of lots.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<LotFilter>,
    order: LotSort,
    page: PageRequest,
) -> chassis::Result<Connection<Lot>> {
    let select = scoped(tenant).filter(criteria.condition(&|filter| condition(tenant, filter)));
    let keys = match order {
        LotSort::ExpiryAsc => vec![SortKey::ascending(Column::Expiry)],
        LotSort::CreatedAtDesc => vec![SortKey::descending(Column::CreatedAt)],
        LotSort::NumberAsc => vec![SortKey::ascending(Column::Number)],
    };
    Ok(page::list(db, select, &keys, Column::Id, page).await?.try_map(from_row)?)
}

fn condition(tenant: TenantId, filter: &LotFilter) -> Condition {
    use lot_balance::Column as Balance;
    let lying = || scoped_balances(tenant).filter(Balance::OnHand.gt(Decimal::ZERO));
    let among = |balances: Select<lot_balance::Entity>| {
        Column::Id.in_subquery(balances.select_only().column(Balance::LotId).into_query())
    };
    let LotFilter { ids, products, locations, items, numbers, vendors, statuses, expiring_before, in_stock } =
        filter;
    // Spelt out, like dates below.
    let brought = vendors.as_ref().map(|ids| {
        let by = Column::VendorId.is_in(ids.iter().copied());
        Condition::all().add(Column::VendorId.is_not_null()).add(by)
    });
    let at = locations.as_ref().map(|locations| {
        let here = inventory_item::Column::LocationId.is_in(locations.iter().copied());
        among(lying().join(JoinType::InnerJoin, lot_balance::Relation::Item.def()).filter(here))
    });
    let of = items.as_ref().map(|items| among(lying().filter(Balance::ItemId.is_in(items.iter().copied()))));
    let stocked = in_stock.map(|wanted| {
        let anywhere = Condition::all().add(among(lying()));
        if wanted { anywhere } else { anywhere.not() }
    });
    // Spelt out, so that `not` finds lots without a date, too.
    let expiring = expiring_before
        .map(|day| Condition::all().add(Column::Expiry.is_not_null()).add(Column::Expiry.lt(day)));
    Condition::all()
        .add_option(ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(products.as_ref().map(|ids| Column::ProductId.is_in(ids.iter().copied())))
        .add_option(numbers.as_ref().map(|numbers| Column::Number.is_in(numbers.iter().cloned())))
        .add_option(statuses.as_ref().map(|all| Column::Status.is_in(all.iter().map(|status| status.code()))))
        .add_option(brought)
        .add_option(at)
        .add_option(of)
        .add_option(stocked)
        .add_option(expiring)
}

/// The condition of items with something on hand that is good until before a day.
pub(crate) fn item_expires_before(tenant: TenantId, day: Date) -> Expr {
    use lot_balance::Column as Balance;
    let balances = scoped_balances(tenant)
        .filter(Balance::OnHand.gt(Decimal::ZERO))
        .join(JoinType::InnerJoin, lot_balance::Relation::Lot.def())
        .filter(Column::Expiry.lt(day));
    inventory_item::Column::Id.in_subquery(balances.select_only().column(Balance::ItemId).into_query())
}

/// Lots by id.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[LotId],
) -> Result<Vec<Lot>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// What lies of lots, item by item: the item, the lot and how much.
pub(crate) async fn balances(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    lots: &[LotId],
) -> Result<Vec<(InventoryItemId, Part)>, DbErr> {
    use lot_balance::Column as Balance;
    let select = scoped_balances(tenant).filter(Balance::LotId.is_in(lots.iter().copied()));
    open_parts(db, select.order_by_asc(Balance::ItemId)).await
}

/// What lies at items, lot by lot.
pub(crate) async fn shelves(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    items: &[InventoryItemId],
) -> Result<Vec<(InventoryItemId, Part)>, DbErr> {
    use lot_balance::Column as Balance;
    let mut parts = Vec::new();
    for chunk in items.chunks(CHUNK) {
        let select = scoped_balances(tenant).filter(Balance::ItemId.is_in(chunk.iter().copied()));
        parts.extend(open_parts(db, select.order_by_asc(Balance::LotId)).await?);
    }
    Ok(parts)
}

async fn open_parts(
    db: &impl ConnectionTrait,
    select: Select<lot_balance::Entity>,
) -> Result<Vec<(InventoryItemId, Part)>, DbErr> {
    let rows = select.filter(lot_balance::Column::OnHand.gt(Decimal::ZERO)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.item_id, Part { lot: row.lot_id, quantity: row.on_hand })).collect())
}

/// What ledger lines moved, lot by lot.
pub(crate) async fn moved(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    movements: &[StockMovementId],
) -> Result<HashMap<StockMovementId, Vec<Part>>, DbErr> {
    use movement_lot::Column as Moved;
    let select = movement_lot::Entity::find()
        .filter(Moved::TenantId.eq(tenant))
        .filter(Moved::MovementId.is_in(movements.iter().copied()))
        .order_by_asc(Moved::LotId);
    let mut moved: HashMap<StockMovementId, Vec<Part>> = HashMap::new();
    for row in select.all(db).await? {
        let part = Part { lot: row.lot_id, quantity: row.quantity };
        moved.entry(row.movement_id).or_default().push(part);
    }
    Ok(moved)
}

/// Adds lots that are new. Two who bring the same one wait for each other here, in the order of their numbers.
pub(crate) async fn ensure_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    lots: &BTreeMap<(ProductId, String), Lot>,
) -> Result<(), DbErr> {
    let key =
        OnConflict::columns([Column::TenantId, Column::ProductId, Column::Number]).do_nothing().to_owned();
    let lots: Vec<&Lot> = lots.values().collect();
    for chunk in lots.chunks(CHUNK) {
        let rows = chunk.iter().map(|lot| to_row(tenant, lot).into_active_model());
        Entity::insert_many(rows).on_conflict(key.clone()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The lots with these ids or numbers, kept from changing until the transaction ends; in id order.
pub(crate) async fn keep_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &BTreeSet<LotId>,
    named: &[(ProductId, String)],
) -> Result<BTreeMap<LotId, Lot>, DbErr> {
    let mut all: BTreeSet<LotId> = ids.clone();
    for chunk in named.chunks(CHUNK) {
        let names = Expr::tuple([Expr::col(Column::ProductId), Expr::col(Column::Number)])
            .in_tuples(chunk.iter().map(|(product, number)| (product.as_uuid(), number.clone())));
        let found: Vec<LotId> =
            scoped(tenant).filter(names).select_only().column(Column::Id).into_tuple().all(tx).await?;
        all.extend(found);
    }
    let all: Vec<LotId> = all.into_iter().collect();
    let mut kept = BTreeMap::new();
    for chunk in all.chunks(CHUNK) {
        let select = scoped(tenant).filter(Column::Id.is_in(chunk.iter().copied())).order_by_asc(Column::Id);
        for row in select.lock_shared().all(tx).await? {
            let lot = from_row(row)?;
            kept.insert(lot.id, lot);
        }
    }
    Ok(kept)
}

/// The lot, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: LotId,
) -> Result<Option<Lot>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}

/// Writes a changed lot that was locked before.
pub(crate) async fn save_in(tx: &impl ConnectionTrait, tenant: TenantId, lot: &Lot) -> Result<(), DbErr> {
    let row: lot::ActiveModel = to_row(tenant, lot).into_active_model().reset_all();
    let update = Entity::update_many().set(row).filter(Column::TenantId.eq(tenant));
    update.filter(Column::Id.eq(lot.id)).exec(tx).await.map(drop)
}

/// Writes what lies where now.
pub(crate) async fn save_parts_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    parts: &[(InventoryItemId, Part)],
) -> Result<(), DbErr> {
    use lot_balance::Column as Balance;
    let newer =
        OnConflict::columns([Balance::ItemId, Balance::LotId]).update_column(Balance::OnHand).to_owned();
    for chunk in parts.chunks(CHUNK) {
        let rows = chunk.iter().map(|(item, part)| {
            let row = lot_balance::Model {
                item_id: *item,
                lot_id: part.lot,
                tenant_id: tenant,
                on_hand: part.quantity,
            };
            row.into_active_model()
        });
        lot_balance::Entity::insert_many(rows).on_conflict(newer.clone()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Notes which lots ledger lines moved.
pub(crate) async fn append_moved_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    moved: &[(StockMovementId, InventoryItemId, Part)],
) -> Result<(), DbErr> {
    for chunk in moved.chunks(CHUNK) {
        let rows = chunk.iter().map(|(movement, item, part)| {
            let row = movement_lot::Model {
                movement_id: *movement,
                lot_id: part.lot,
                tenant_id: tenant,
                item_id: *item,
                quantity: part.quantity,
            };
            row.into_active_model()
        });
        movement_lot::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Lots that are good and have a date before `day`, of which something lies somewhere, whoever's they are: the sweep serves
/// all tenants. `told_days` narrows them to those of which no later warning was told.
pub(crate) async fn ending_across_tenants(
    db: &impl ConnectionTrait,
    (before, told_days): (Date, Option<i32>),
    limit: u64,
) -> Result<Vec<(TenantId, LotId)>, DbErr> {
    let mut select = Entity::find()
        .filter(Column::Status.eq(LotStatus::Ok.code()))
        .filter(Column::Expiry.lt(before))
        .select_only()
        .columns([Column::TenantId, Column::Id]);
    if let Some(days) = told_days {
        let untold = Condition::any().add(Column::ToldDays.is_null()).add(Column::ToldDays.gt(days));
        let lying = lot_balance::Entity::find()
            .filter(lot_balance::Column::OnHand.gt(Decimal::ZERO))
            .select_only()
            .column(lot_balance::Column::LotId);
        select = select.filter(untold).filter(Column::Id.in_subquery(lying.into_query()));
    }
    select.order_by_asc(Column::Expiry).limit(limit).into_tuple().all(db).await
}

/// Where a lot lies and how much of it is there: for events.
pub(crate) async fn places(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    lot: LotId,
) -> Result<Vec<(InventoryItemId, LocationId, Decimal)>, DbErr> {
    use lot_balance::Column as Balance;
    scoped_balances(tenant)
        .filter(Balance::LotId.eq(lot))
        .filter(Balance::OnHand.gt(Decimal::ZERO))
        .join(JoinType::InnerJoin, lot_balance::Relation::Item.def())
        .select_only()
        .column(Balance::ItemId)
        .column(inventory_item::Column::LocationId)
        .column(Balance::OnHand)
        .order_by_asc(Balance::ItemId)
        .into_tuple()
        .all(db)
        .await
}

fn from_row(row: lot::Model) -> Result<Lot, DbErr> {
    Ok(Lot {
        id: row.id,
        product: row.product_id,
        number: row.number,
        expiry: row.expiry,
        status: row.status.parse().map_err(DbErr::Type)?,
        reason: row.reason,
        vendor: row.vendor_id,
        told_days: row.told_days,
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, lot: &Lot) -> lot::Model {
    lot::Model {
        id: lot.id,
        tenant_id: tenant,
        product_id: lot.product,
        number: lot.number.clone(),
        expiry: lot.expiry,
        status: lot.status.code().to_owned(),
        reason: lot.reason.clone(),
        told_days: lot.told_days,
        vendor_id: lot.vendor,
        version: lot.version,
        created_at: lot.created_at,
        created_by: lot.created_by,
        updated_at: lot.updated_at,
        updated_by: lot.updated_by,
    }
}
