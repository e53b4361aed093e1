//! Reading balances, and keeping how much of an item there should be.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Event, PageArgs, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{InventoryItemId, LocationId, ProductId};
use serde::Serialize;
use serde_json::json;

use super::{InventoryItem, ItemFilter, ItemSort, Policy, store};
use crate::costing::CostLayer;
use crate::event::{ItemSnapshot, LowStock};
use crate::{Inventory, permission, posting};

/// Open layers shown of one item; an item with more is bought more often than it is counted.
const LAYERS_SHOWN: i64 = 200;

/// One page of balances. Their order by value tells what they are worth, so it needs the right to see prices.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<ItemFilter>,
    order: ItemSort,
    page: PageArgs,
) -> Result<Connection<InventoryItem>> {
    caller.require(permission::VIEW)?;
    if order == ItemSort::ValueDesc {
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

/// The open FIFO layers of balances, in the order they will be consumed.
pub(crate) async fn layers(
    app: &Inventory,
    caller: &Caller,
    items: &[InventoryItemId],
) -> Result<Vec<(InventoryItemId, CostLayer)>> {
    caller.require(permission::VIEW)?;
    Ok(posting::store::open_layers(app.db.read(), caller.tenant, items, LAYERS_SHOWN).await?)
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

/// What somebody decides about an item.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct PolicyChange {
    pub(crate) item: InventoryItemId,
    pub(crate) expected_version: i32,
    pub(crate) policy: Policy,
}

/// Decides how much of an item there should be.
pub(crate) async fn set_policy(
    app: &Inventory,
    caller: &Caller,
    change: PolicyChange,
    idempotency_key: Option<&str>,
) -> Result<InventoryItemId> {
    caller.require(permission::MANAGE)?;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "setPolicy", idempotency_key, &change, now)?;
    app.db
        .write(|tx| async move {
            let work = set_policy_in(&tx, caller, change, now);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn set_policy_in(
    tx: &Tx,
    caller: &Caller,
    change: PolicyChange,
    now: DateTime<Utc>,
) -> Result<InventoryItemId> {
    let PolicyChange { item: id, expected_version, policy } = change;
    let item = store::lock_in(tx, caller.tenant, id).await?;
    let mut item = item.ok_or_else(|| Error::not_found_at("inventory item", "id"))?;
    if item.version != expected_version {
        return Err(Error::conflict(item.version));
    }
    policy.violations(item.unit).into_result()?;
    (item.policy, item.version, item.updated_at) = (policy, item.version + 1, now);
    let is_crossing = item.settle_low(now);
    if !store::set_policy_in(tx, caller.tenant, &item).await? {
        return Err(Error::conflict(expected_version));
    }
    tx.publish(policy_changed(caller, &item));
    if is_crossing {
        tx.publish(LowStock::of(&item, now).into_event(caller.tenant, caller.user)?);
    }
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
