//! Moving what goes back to a vendor when procurement says so.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Event, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{CurrencyCode, ProductId, TenantId, Unit};
use serde_json::{Value, json};

use super::model::{Credit, CreditKind, Past, Way};
use crate::costing::TooLarge;
use crate::posting::Document;
use crate::{act, catalogue, delivery, ledger, location, posting};

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
    let told: Credit = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    if told.lines.is_empty() {
        return Ok(());
    }
    let (refused, lines) = match told.kind {
        CreditKind::QuantityReturn => (give_back(tx, event, (&told, way), now).await?, Vec::new()),
        // Money that cannot be taken into the value of what is here was saved on what is not.
        CreditKind::Amount => (None, revalue(tx, event, (&told, way), now).await?),
    };
    let (done, not_done) = way.answers();
    let kind = if refused.is_none() { done } else { not_done };
    let id = told.credit_note_id;
    let answer = event.answer(kind, json!({ "creditNoteId": id, "reason": refused, "lines": lines }), now);
    tx.publish(Event { aggregate: id.as_uuid(), ..answer });
    Ok(())
}

/// Moves the goods; answers why that is refused, where it is.
async fn give_back(
    tx: &Tx,
    event: &Arc<Envelope>,
    (told, way): (&Credit, Way),
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let tenant = event.tenant_id;
    let Some(place) = location::store::by_ids(&**tx, tenant, &[told.location_id]).await?.pop() else {
        return Ok(Some("the location is not known".to_owned()));
    };
    let units = units(told);
    if let Some(refused) = other_unit(tx, tenant, &units).await? {
        return Ok(Some(refused));
    }
    let document = document(tx, event, (told, way, place.currency), now).await?;
    posting::service::post_told_in(tx, tenant, (&document, &units), now).await
}

/// Takes the vendor's credit into the value of what is still here of the delivery; answers for each line what became of it.
async fn revalue(
    tx: &Tx,
    event: &Arc<Envelope>,
    (told, way): (&Credit, Way),
    now: DateTime<Utc>,
) -> Result<Vec<Value>> {
    let (tenant, id) = (event.tenant_id, told.credit_note_id.to_string());
    let Some(place) = location::store::by_ids(&**tx, tenant, &[told.location_id]).await?.pop() else {
        return Ok(Vec::new());
    };
    let document = document(tx, event, (told, way, place.currency), now).await?;
    let mut reason = None;
    if !document.lines.is_empty() {
        reason = posting::service::post_told_in(tx, tenant, (&document, &units(told)), now).await?;
    }
    let written = ledger::store::of_document(&**tx, tenant, (way.reference(), &id)).await?;
    let done = Past::of(place.id, &[], &written).ok_or_else(|| Error::internal(TooLarge))?;
    let lines = told.lines.iter().filter_map(|line| {
        let credited = line.credited(place.currency)?;
        let change = done.change(&line.line_id);
        let wanted = if way == Way::Out { credited.checked_neg()? } else { credited };
        Some(json!({ "lineId": line.line_id, "revalued": change, "variance": wanted.checked_sub(change)?,
            "currency": place.currency, "reason": reason }))
    });
    Ok(lines.collect())
}

/// The document that does it, by what the ledger knows of the delivery and of the credit note itself.
async fn document(
    tx: &Tx,
    event: &Envelope,
    (told, way, currency): (&Credit, Way, CurrencyCode),
    now: DateTime<Utc>,
) -> Result<Document> {
    let tenant = event.tenant_id;
    let delivered = match told.goods_received_note_id {
        Some(note) => {
            ledger::store::of_document(&**tx, tenant, (delivery::REFERENCE, &note.to_string())).await?
        }
        None => Vec::new(),
    };
    let (kind, id) = (Way::Out.reference(), told.credit_note_id.to_string());
    let credited = ledger::store::of_document(&**tx, tenant, (kind, &id)).await?;
    let past = Past::of(told.location_id, &delivered, &credited).ok_or_else(|| Error::internal(TooLarge))?;
    Ok(told.document((way, currency), &past, (act::of_event(event), event.occurred_at, now)))
}

fn units(told: &Credit) -> HashMap<ProductId, Unit> {
    told.lines.iter().map(|line| (line.product_id, line.unit)).collect()
}

/// A product that is counted in another unit here, or that was never here.
async fn other_unit(tx: &Tx, tenant: TenantId, told: &HashMap<ProductId, Unit>) -> Result<Option<String>> {
    let products: Vec<ProductId> = told.keys().copied().collect();
    let known = catalogue::store::base_units(&**tx, tenant, &products).await?;
    let differs = told.iter().find(|(product, unit)| known.get(product) != Some(unit));
    Ok(differs.map(|(_, unit)| format!("stock of a product is not counted in {} here", unit.code())))
}
