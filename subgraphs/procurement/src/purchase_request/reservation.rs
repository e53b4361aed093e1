//! What stores keep for a request: inventory reserves what it holds when a request is approved, and says how much. The rest is
//! what has to be ordered. When a promise ends otherwise than by being handed out, inventory says how much it still held, and that
//! is to be ordered, too. When a request is given up, inventory lets go of everything and says so.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{Act, Decimal, PurchaseRequestId, PurchaseRequestLineId};
use serde::Deserialize;

use super::approval::Case;
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

/// What inventory says about a promise that somebody gave back, or whose time was over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    purchase_request_id: PurchaseRequestId,
    line_id: PurchaseRequestLineId,
    /// What it still held, in base units.
    returned: Decimal,
}

/// Adds what this service does when inventory has reserved, or let go.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let (kept, ended) = (clock.clone(), clock.clone());
    handlers
        .on(SOURCE, "reservation.ended", move |tx, event| {
            let now = ended.now();
            async move { let_go(&tx, &event, now).await }
        })
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
    count(tx, event, &mut case, now).await?;
    let subject = event.subject();
    chassis::saga::follow(tx, &PLAN, subject, |it| saga::counted(it, now)).await
}

/// A promise ended, and nobody was handed what it held: that is to be ordered.
async fn let_go(tx: &Tx, event: &Envelope, now: DateTime<Utc>) -> Result<()> {
    let told: Ended = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let Some(mut case) = store::lock(&**tx, event.tenant_id, told.purchase_request_id).await? else {
        return Ok(());
    };
    match case.let_go((told.line_id, told.returned)) {
        true => count(tx, event, &mut case, now).await,
        false => Ok(()),
    }
}

/// Writes what is kept now, and what follows: what is to be ordered, and what that takes of the budget.
async fn count(tx: &Tx, event: &Envelope, case: &mut Case, now: DateTime<Utc>) -> Result<()> {
    let tenant = event.tenant_id;
    match case.reopen(Act { at: now, by: event.actor_id })? {
        true => store::save_case(&**tx, tenant, case).await?,
        false => store::put_reserved(&**tx, tenant, case).await?,
    }
    let mut ledger = Ledger::default();
    ledger.follow_request(case);
    ledger.settle(tx, tenant).await?;
    tx.publish(event::request_reserved(tenant, &case.request, &case.lines));
    Ok(())
}
