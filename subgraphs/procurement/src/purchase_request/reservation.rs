//! What stores keep for a request: inventory reserves what it holds when a request is approved, and says how much. The rest is
//! what has to be ordered. When a request is given up, inventory lets go and says so.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{Decimal, PurchaseRequestId, PurchaseRequestLineId};
use serde::Deserialize;

use super::saga::{self, PLAN};
use super::store;
use crate::budget::service::Ledger;
use crate::event;

/// The service that keeps the shelves.
const SOURCE: &str = "inventory";

/// What inventory says about an approved request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reserved {
    purchase_request_id: PurchaseRequestId,
    lines: Vec<ReservedLine>,
}

/// How much of a line is there, in base units.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReservedLine {
    line_id: PurchaseRequestLineId,
    reserved: Decimal,
}

/// Adds what this service does when inventory has reserved, or let go.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let kept = clock.clone();
    handlers
        .on(SOURCE, "reservation.completed", move |tx, event| {
            let now = kept.now();
            async move { note(&tx, &event, now).await }
        })
        .answering((SOURCE, "reservation.released"), (&PLAN, saga::RESERVE_STOCK), clock)
}

async fn note(tx: &Tx, event: &Arc<Envelope>, now: DateTime<Utc>) -> Result<()> {
    let told: Reserved = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let Some(mut case) = store::lock(&**tx, event.tenant_id, told.purchase_request_id).await? else {
        return Ok(());
    };
    let kept: Vec<_> = told.lines.iter().map(|line| (line.line_id, line.reserved)).collect();
    if !case.keep(&kept, event.occurred_at) {
        if !chassis::saga::answer(tx, &PLAN, event, saga::RESERVE_STOCK, now).await? {
            // It was reserved after it had been let go: asked to let go, inventory does so again.
            tx.publish(event::request_stopped("pr.cancelled", event.tenant_id, &case.request));
        }
        return Ok(());
    }
    store::put_reserved(&**tx, event.tenant_id, &case).await?;
    let mut ledger = Ledger::default();
    ledger.follow_request(&case);
    ledger.settle(tx, event.tenant_id).await?;
    tx.publish(event::request_reserved(event.tenant_id, &case.request, &case.lines));
    let subject = event.subject();
    chassis::saga::follow(tx, &PLAN, subject, |it| saga::counted(it, now)).await
}
