//! Balances as rows. Reads only: what changes a balance is written by `posting::store`.

use std::sync::Arc;

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, SortKey};
use entities_inventory::inventory_item::{self, Column, Entity};
use entities_inventory::inventory_item_count;
use primitives::{Decimal, InventoryItemId, LocationId, ProductId, TenantId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::{InventoryItem, ItemFilter, ItemSort, Policy};
use crate::costing::Holding;
use crate::lot::{self, Shelf};

/// The tenant's balances: every query starts here.
pub(crate) fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// The row as the model tells it; FIFO layers and lots are not loaded.
pub(crate) fn from_row(row: inventory_item::Model) -> Result<InventoryItem, DbErr> {
    let holding = Holding {
        method: row.cost_method.parse().map_err(DbErr::Type)?,
        currency: row.currency,
        on_hand: row.on_hand,
        value: row.total_value,
        last_cost: row.average_cost,
        layers: Vec::new(),
    };
    Ok(InventoryItem {
        id: row.id,
        product: row.product_id,
        location: row.location_id,
        unit: row.base_unit,
        allow_negative: row.allow_negative,
        holding,
        reserved: row.reserved,
        on_hold: row.on_hold,
        shelf: Shelf { is_kept: row.is_kept_by_lots, parts: Vec::new() },
        policy: Policy {
            min: row.min_quantity,
            par: row.par_quantity,
            max: row.max_quantity,
            reorder_point: row.reorder_point,
            reorder_quantity: row.reorder_quantity,
            lead_time_days: row.lead_time_days,
        },
        low_since: row.low_since,
        version: row.version,
        updated_at: row.updated_at,
    })
}

/// One page of balances.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<ItemFilter>,
    order: ItemSort,
    page: PageRequest,
) -> chassis::Result<Connection<InventoryItem>> {
    let select = scoped(tenant).filter(criteria.condition(&|filter| condition(tenant, filter)));
    let rows = page::list(db, select, &sort_keys(order), Column::Id, page).await?.try_map(from_row)?;
    let Some(locations) = whole_locations(criteria) else { return Ok(rows) };
    let (db, locations) = (db.clone(), Arc::<[LocationId]>::from(locations));
    Ok(rows.counted(move || count(db.clone(), tenant, Arc::clone(&locations))))
}

/// The locations whose whole lists these criteria ask for, where they ask for nothing else; none where it is all of the tenant's.
fn whole_locations(criteria: &Criteria<ItemFilter>) -> Option<&[LocationId]> {
    let narrowing = criteria.conjunction()?.into_iter().filter(|filter| **filter != ItemFilter::default());
    match narrowing.collect::<Vec<_>>()[..] {
        [] => Some(&[]),
        [only] => {
            let here = ItemFilter { locations: only.locations.clone(), ..ItemFilter::default() };
            (*only == here).then_some(&*only.locations)
        }
        _ => None,
    }
}

/// How many balances these locations have; all of the tenant's where none is named.
async fn count(db: Db, tenant: TenantId, locations: Arc<[LocationId]>) -> chassis::Result<u64> {
    use inventory_item_count::Column as Counted;
    let mut counted = inventory_item_count::Entity::find().filter(Counted::TenantId.eq(tenant));
    if !locations.is_empty() {
        counted = counted.filter(Counted::LocationId.is_in(locations.iter().copied()));
    }
    // One row per location, of which a tenant has a few hundred.
    let counted: Vec<i64> = counted.select_only().column(Counted::Items).into_tuple().all(db.read()).await?;
    Ok(counted.into_iter().map(i64::unsigned_abs).sum())
}

fn sort_keys(order: ItemSort) -> Vec<SortKey<Column>> {
    match order {
        ItemSort::CreatedAtAsc => Vec::new(),
        ItemSort::OnHandDesc => vec![SortKey::descending(Column::OnHand)],
        ItemSort::OnHandAsc => vec![SortKey::ascending(Column::OnHand)],
        ItemSort::ValueDesc => vec![SortKey::descending(Column::TotalValue)],
        ItemSort::UpdatedAtDesc => vec![SortKey::descending(Column::UpdatedAt)],
    }
}

pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[InventoryItemId],
) -> Result<Vec<InventoryItem>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// Balances at exact places.
pub(crate) async fn by_places(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    places: &[(ProductId, LocationId)],
) -> Result<Vec<InventoryItem>, DbErr> {
    let rows = scoped(tenant).filter(at_places(places)).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// All balances of the products, each product's in the order they were opened. Bounded by the number of products asked
/// for times the number of locations a tenant may have.
pub(crate) async fn by_products(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: &[ProductId],
) -> Result<Vec<InventoryItem>, DbErr> {
    let query =
        scoped(tenant).filter(Column::ProductId.is_in(products.iter().copied())).order_by_asc(Column::Id);
    query.all(db).await?.into_iter().map(from_row).collect()
}

/// The condition naming exact places.
pub(crate) fn at_places(places: &[(ProductId, LocationId)]) -> Expr {
    Expr::tuple([Expr::col(Column::ProductId), Expr::col(Column::LocationId)])
        .in_tuples(places.iter().map(|(product, location)| (product.as_uuid(), location.as_uuid())))
}

/// The condition a filter stands for.
fn condition(tenant: TenantId, filter: &ItemFilter) -> Condition {
    let mut all = Condition::all();
    if !filter.locations.is_empty() {
        all = all.add(Column::LocationId.is_in(filter.locations.iter().copied()));
    }
    if !filter.products.is_empty() {
        all = all.add(Column::ProductId.is_in(filter.products.iter().copied()));
    }
    if let Some(wanted) = filter.below_reorder {
        let available =
            Expr::col(Column::OnHand).sub(Expr::col(Column::Reserved)).sub(Expr::col(Column::OnHold));
        let below = Condition::all()
            .add(Column::ReorderPoint.is_not_null())
            .add(available.lte(Expr::col(Column::ReorderPoint)));
        all = all.add(if wanted { below } else { below.not() });
    }
    if let Some(wanted) = filter.in_stock {
        let stocked = Column::OnHand.gt(Decimal::ZERO);
        all = all.add(if wanted { stocked } else { stocked.not() });
    }
    if let Some(day) = filter.expiring_before {
        all = all.add(lot::store::item_expires_before(tenant, day));
    }
    all
}

/// Writes the policy and whether the item is low, unless somebody else changed the item since; answers whether it was written.
pub(crate) async fn set_policy_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    item: &InventoryItem,
) -> Result<bool, DbErr> {
    let outcome = Entity::update_many()
        .col_expr(Column::MinQuantity, item.policy.min.into())
        .col_expr(Column::ParQuantity, item.policy.par.into())
        .col_expr(Column::MaxQuantity, item.policy.max.into())
        .col_expr(Column::ReorderPoint, item.policy.reorder_point.into())
        .col_expr(Column::ReorderQuantity, item.policy.reorder_quantity.into())
        .col_expr(Column::LeadTimeDays, item.policy.lead_time_days.into())
        .col_expr(Column::LowSince, item.low_since.into())
        .col_expr(Column::Version, item.version.into())
        .col_expr(Column::UpdatedAt, item.updated_at.into())
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(item.id))
        .filter(Column::Version.eq(item.version - 1))
        .exec(tx)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// The balance, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: InventoryItemId,
) -> Result<Option<InventoryItem>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}
