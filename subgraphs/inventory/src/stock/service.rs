//! Reading balances, and keeping the point at which to buy again.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Event, PageArgs, Refusal, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{Decimal, InventoryItemId, LocationId, ProductId};
use serde::Serialize;
use serde_json::json;

use super::{InventoryItem, ItemFilter, ItemOrder, store};
use crate::costing::CostLayer;
use crate::event::ItemSnapshot;
use crate::{Inventory, permission, posting};

/// Open layers shown of one item; an item with more is bought more often than it is counted.
const LAYERS_SHOWN: u64 = 200;

/// One page of balances. Their order by value tells what they are worth, so it needs the right to see prices.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<ItemFilter>,
    order: ItemOrder,
    page: PageArgs,
) -> Result<Connection<InventoryItem>> {
    caller.require(permission::VIEW)?;
    if order == ItemOrder::LargestValue {
        caller.require(permission::PRICES)?;
    }
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Balances by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[InventoryItemId],
) -> Result<Vec<InventoryItem>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// Balances at exact places.
pub(crate) async fn by_places(
    app: &Inventory,
    caller: &Caller,
    places: &[(ProductId, LocationId)],
) -> Result<Vec<InventoryItem>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_places(app.db.read(), caller.tenant, places).await?)
}

/// All balances of the products, each product's in the order they were opened.
pub(crate) async fn by_products(
    app: &Inventory,
    caller: &Caller,
    products: &[ProductId],
) -> Result<Vec<InventoryItem>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_products(app.db.read(), caller.tenant, products).await?)
}

/// The open FIFO layers of a balance, in the order they will be consumed.
pub(crate) async fn layers(
    app: &Inventory,
    caller: &Caller,
    item: InventoryItemId,
) -> Result<Vec<CostLayer>> {
    caller.require(permission::VIEW)?;
    Ok(posting::store::open_layers(app.db.read(), caller.tenant, item, LAYERS_SHOWN).await?)
}

/// Balances a caller has just changed, who therefore may see them.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    ids: &[InventoryItemId],
) -> Result<Vec<InventoryItem>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The point at which an item should be bought again; `None` removes it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct ReorderPoint {
    pub(crate) item: InventoryItemId,
    pub(crate) expected_version: i32,
    pub(crate) quantity: Option<Decimal>,
}

/// Sets or removes a reorder point.
pub(crate) async fn set_reorder_point(
    app: &Inventory,
    caller: &Caller,
    change: ReorderPoint,
    idempotency_key: Option<&str>,
) -> Result<InventoryItemId> {
    caller.require(permission::MANAGE)?;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "setReorderPoint", idempotency_key, &change, now)?;
    if change.quantity.is_some_and(|point| point.is_negative() || !point.is_within_bound()) {
        let message = "a reorder point must be at least 0 and below 1000000000";
        return Err(Refusal::invalid("reorderPoint", message).into());
    }
    app.db
        .write(|tx| async move {
            let work = set_reorder_point_in(&tx, caller, change, now);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn set_reorder_point_in(
    tx: &Tx,
    caller: &Caller,
    change: ReorderPoint,
    now: DateTime<Utc>,
) -> Result<InventoryItemId> {
    let ReorderPoint { item: id, expected_version, quantity: reorder_point } = change;
    let item = store::lock_in(tx, caller.tenant, id).await?;
    let mut item = item.ok_or_else(|| Error::not_found_at("inventory item", "id"))?;
    if item.version != expected_version {
        return Err(Error::conflict(item.version));
    }
    let places = item.unit.decimal_places();
    if reorder_point.is_some_and(|point| point.decimal_places() > places) {
        let message = format!("{} allows {places} decimal places", item.unit);
        return Err(Refusal::invalid("reorderPoint", message).into());
    }
    (item.reorder_point, item.version, item.updated_at) = (reorder_point, item.version + 1, now);
    if !store::set_reorder_point_in(tx, caller.tenant, &item).await? {
        return Err(Error::conflict(expected_version));
    }
    tx.publish(policy_changed(caller, &item));
    Ok(id)
}

fn policy_changed(caller: &Caller, item: &InventoryItem) -> Event {
    Event {
        tenant: caller.tenant,
        kind: "stock.policy_changed",
        version: 1,
        aggregate: item.id.as_uuid(),
        aggregate_version: item.version,
        occurred_at: item.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({ "item": ItemSnapshot::of(item) }),
    }
}
