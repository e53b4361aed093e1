//! Taking a delivery in when procurement says that it is ours.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Event, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{ProductId, Unit};
use serde_json::json;

use super::model::{Delivery, DeliveryRefused};
use crate::{act, catalogue, location, posting};

/// The service that takes goods over.
const SOURCE: &str = "procurement";

/// What this service does when goods were taken over.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let clock = clock.clone();
    handlers.on(SOURCE, "grn.committed", move |tx, event| {
        let clock = clock.clone();
        async move { take_in(&tx, &event, clock.now()).await }
    })
}

/// Posts the delivery and says so, or says why not. A refusal is an answer, not a failure: the event has been dealt with.
async fn take_in(tx: &Tx, event: &Arc<Envelope>, now: DateTime<Utc>) -> Result<()> {
    let delivery: Delivery = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let id = delivery.goods_received_note_id;
    let told = json!({ "goodsReceivedNoteId": id, "number": delivery.number, "vendorId": delivery.vendor_id,
        "locationId": delivery.location_id, "lines": delivery.lines });
    let refused = post(tx, event, delivery, now).await?;
    let (kind, reason) = match refused {
        None => ("delivery.posted", None),
        Some(reason) => ("delivery.refused", Some(reason)),
    };
    let mut payload = told;
    payload["reason"] = json!(reason);
    tx.publish(Event { aggregate: id.as_uuid(), ..event.answer(kind, payload, now) });
    Ok(())
}

/// Posts it; answers why that is refused, where it is.
async fn post(
    tx: &Tx,
    event: &Arc<Envelope>,
    delivery: Delivery,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let tenant = event.tenant_id;
    let place = location::store::by_ids(&**tx, tenant, &[delivery.location_id]).await?.into_iter().next();
    let Some(place) = place else { return Ok(Some(DeliveryRefused::UnknownLocation.to_string())) };
    let told = delivery.units();
    let ids: Vec<ProductId> = told.keys().copied().collect();
    let described = catalogue::store::known(&**tx, tenant, &ids).await?;
    let known: HashMap<ProductId, Unit> =
        described.iter().map(|product| (product.id, product.base_unit)).collect();
    let is_described = |id| described.iter().any(|product| product.id == id && product.tracking.is_some());
    let mut learned = delivery.products();
    learned.retain(|product| !is_described(product.id));
    let heading = (act::of_event(event), event.occurred_at, now);
    let document = match delivery.into_document(place.currency, &known, heading) {
        Ok(document) => document,
        Err(refused) => return Ok(Some(refused.to_string())),
    };
    catalogue::remember_in(tx, tenant, &learned, now).await?;
    posting::service::post_told_in(tx, tenant, (&document, &told), now).await
}
