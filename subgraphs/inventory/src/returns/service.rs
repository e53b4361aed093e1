//! Moving what goes back to a vendor when procurement says so.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Event, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{ProductId, TenantId, Unit};
use serde_json::json;

use super::model::{Return, Way};
use crate::{act, catalogue, location, posting};

/// The service that sends goods back.
const SOURCE: &str = "procurement";

/// Adds what this service does when goods go back, or come back after all.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let (out, back) = (clock.clone(), clock.clone());
    handlers
        .on(SOURCE, "creditnote.posted", move |tx, event| {
            let clock = out.clone();
            async move { shift(&tx, &event, Way::Out, clock.now()).await }
        })
        .on(SOURCE, "creditnote.voided", move |tx, event| {
            let clock = back.clone();
            async move { shift(&tx, &event, Way::Back, clock.now()).await }
        })
}

/// Posts it and says so, or says why not. A refusal is an answer, not a failure: the event has been dealt with.
async fn shift(tx: &Tx, event: &Arc<Envelope>, way: Way, now: DateTime<Utc>) -> Result<()> {
    let told: Return = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    if told.lines.is_empty() {
        return Ok(());
    }
    let id = told.credit_note_id;
    let refused = post(tx, event, (told, way), now).await?;
    let (done, not_done) = way.answers();
    let kind = if refused.is_none() { done } else { not_done };
    let answer = event.answer(kind, json!({ "creditNoteId": id, "reason": refused }), now);
    tx.publish(Event { aggregate: id.as_uuid(), ..answer });
    Ok(())
}

/// Posts it; answers why that is refused, where it is.
async fn post(
    tx: &Tx,
    event: &Arc<Envelope>,
    (told, way): (Return, Way),
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let tenant = event.tenant_id;
    if location::store::by_ids(&**tx, tenant, &[told.location_id]).await?.is_empty() {
        return Ok(Some("the location is not known".to_owned()));
    }
    let units: HashMap<ProductId, Unit> =
        told.lines.iter().map(|line| (line.product_id, line.unit)).collect();
    if let Some(refused) = other_unit(tx, tenant, &units).await? {
        return Ok(Some(refused));
    }
    let document = told.into_document(way, (act::of_event(event), event.occurred_at, now));
    posting::service::post_told_in(tx, tenant, (&document, &units), now).await
}

/// A product that is counted in another unit here, or that was never here.
async fn other_unit(tx: &Tx, tenant: TenantId, told: &HashMap<ProductId, Unit>) -> Result<Option<String>> {
    let products: Vec<ProductId> = told.keys().copied().collect();
    let known = catalogue::store::base_units(&**tx, tenant, &products).await?;
    let differs = told.iter().find(|(product, unit)| known.get(product) != Some(unit));
    Ok(differs.map(|(_, unit)| format!("stock of a product is not counted in {} here", unit.code())))
}
