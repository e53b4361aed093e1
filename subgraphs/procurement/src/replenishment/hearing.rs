//! What inventory tells of stores that run low.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx, house};
use chrono::{DateTime, Utc};
use primitives::{Act, Decimal, LocationId, ProductId, Unit};
use serde::Deserialize;

use super::model::{Need, draft, still_needed, write};
use super::store;
use crate::{event, purchase_order, purchase_request};

/// The service that keeps the shelves.
const SOURCE: &str = "inventory";

/// An item that became low.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Low {
    item: Item,
    /// How much to buy, in the base unit, where that is decided.
    suggested_order: Option<Decimal>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    product_id: ProductId,
    location_id: LocationId,
    unit: String,
}

/// Adds what this service does when a store runs low.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let clock = clock.clone();
    handlers.on(SOURCE, "lowstock.detected", move |tx, event| {
        let now = clock.now();
        async move { hear(&tx, &event, now).await }
    })
}

async fn hear(tx: &Tx, event: &Arc<Envelope>, now: DateTime<Utc>) -> Result<()> {
    let low: Low = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let (tenant, Item { product_id: product, location_id: location, unit }) = (event.tenant_id, low.item);
    let Some(suggested) = low.suggested_order else { return Ok(()) };
    // The rule's lock lets two that run low at the same store wait for each other: one draft is enough for both.
    let Some(rule) = store::lock(&**tx, tenant, location).await? else { return Ok(()) };
    let asked_for = purchase_request::store::asked_for(&**tx, tenant, (product, location)).await?;
    let on_order = purchase_order::store::coming_to(&**tx, tenant, (product, location)).await?;
    let Some(quantity) = still_needed(suggested, &[asked_for, on_order]) else { return Ok(()) };
    let unit = Unit::from_code(&unit).ok_or_else(|| Error::internal(format!("unknown unit {unit}")))?;
    let (need, act) = (Need { product, quantity, unit }, Act { at: now, by: None });
    let open = purchase_request::store::lock_draft_for(&**tx, tenant, location).await?;
    if let Some(mut case) = open {
        if write(&mut case, location, need, act)? {
            purchase_request::store::save_case(&**tx, tenant, &case).await?;
        }
        return Ok(());
    }
    let mut case = draft(rule, house::day(now), act);
    write(&mut case, location, need, act)?;
    purchase_request::store::insert(&**tx, tenant, &case.request, &case.lines).await?;
    tx.publish(event::request_created(tenant, &case.request));
    Ok(())
}
