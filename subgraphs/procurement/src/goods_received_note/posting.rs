//! What others made of a committed note: inventory took it in, or refused with a reason; the vendor service counted it.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx};
use primitives::{Act, GoodsReceivedNoteId};
use serde::Deserialize;

use super::model::{Command, NoteStatus};
use super::saga::{self, PLAN};
use super::{service, store};
use crate::purchase_order::model::PurchaseOrderStatus;
use crate::{event, purchase_order, vendor_invoice};

/// The service that keeps the shelves.
const SOURCE: &str = "inventory";

/// What inventory says about a delivery.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    goods_received_note_id: GoodsReceivedNoteId,
    #[serde(default)]
    reason: Option<String>,
}

/// The service that judges vendors.
const JUDGE: &str = "vendor";

/// What this service does when others have answered.
pub(crate) fn handlers(clock: &Clock) -> Handlers {
    let (taken, refused, rated) = (clock.clone(), clock.clone(), clock.clone());
    Handlers::new()
        .on(SOURCE, "delivery.posted", move |tx, event| {
            let clock = taken.clone();
            async move { posted(&tx, &event, &clock).await }
        })
        .on(SOURCE, "delivery.refused", move |tx, event| {
            let clock = refused.clone();
            async move { failed(&tx, &event, &clock).await }
        })
        .on(JUDGE, "scorecard.updated", move |tx, event| {
            let clock = rated.clone();
            async move { counted(&tx, &event, &clock).await }
        })
}

fn read(event: &Envelope) -> Result<Outcome> {
    serde_json::from_value(event.payload.clone()).map_err(Error::internal)
}

async fn posted(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    let Some((mut note, _)) =
        store::lock(&**tx, event.tenant_id, read(event)?.goods_received_note_id).await?
    else {
        return Ok(());
    };
    if note.status != NoteStatus::Committed || note.posted_at.is_some() {
        // Said twice, it is on the shelf once.
        return Ok(());
    }
    let at = clock.now();
    note.take(Command::Post, Act { at, by: event.actor_id })?;
    store::save(&**tx, event.tenant_id, &note).await?;
    let subject = event.subject();
    chassis::saga::follow(tx, &PLAN, subject, |it| saga::posted(it, at)).await?;
    tx.publish(event::note("grn.posted", event.tenant_id, &note));
    Ok(())
}

/// The vendor service counts the delivery, or does so no more.
async fn counted(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    if chassis::saga::answer(tx, &PLAN, event, saga::RATE_VENDOR, clock.now()).await? {
        return Ok(());
    }
    let id = GoodsReceivedNoteId::from_uuid(event.aggregate_id);
    let note = store::lock(&**tx, event.tenant_id, id).await?.map(|(note, _)| note);
    if let Some(note) = note.filter(|note| note.status != NoteStatus::Committed) {
        // It was counted after it had been taken back: told so, the vendor service takes it back again.
        tx.publish(event::note("grn.posting_failed", event.tenant_id, &note));
    }
    Ok(())
}

/// The goods are not on the shelf, so they do not count as received. An order that was closed meanwhile stays closed.
async fn failed(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    let Outcome { goods_received_note_id, reason } = read(event)?;
    let act = Act { at: clock.now(), by: event.actor_id };
    let tenant = event.tenant_id;
    let Some((mut note, lines)) = store::lock(&**tx, tenant, goods_received_note_id).await? else {
        return Ok(());
    };
    if note.status != NoteStatus::Committed || note.posted_at.is_some() {
        // Said twice, it is taken back once.
        return Ok(());
    }
    note.take(Command::FailPosting, act)?;
    note.status_reason = reason;
    store::save(&**tx, tenant, &note).await?;
    let subject = event.subject();
    let why = (note.status_reason.as_deref().unwrap_or_default(), note.version);
    chassis::saga::follow(tx, &PLAN, subject, |it| saga::refused(it, why, act.at)).await?;
    tx.publish(event::note("grn.posting_failed", tenant, &note));
    let order = purchase_order::store::lock(&**tx, tenant, note.order_id).await?;
    let Some((mut order, mut order_lines)) = order else { return Ok(()) };
    service::take_back(&mut order_lines, &lines);
    purchase_order::store::put_lines(&**tx, tenant, (order.id, &order_lines)).await?;
    vendor_invoice::service::rematch_in(tx, tenant, (order.id, &[]), act).await?;
    if order.status != PurchaseOrderStatus::Closed {
        order.take(service::taken_back(&order_lines), act)?;
        purchase_order::store::save(&**tx, tenant, &order).await?;
        tx.publish(event::order("po.received", tenant, &order, &order_lines));
    }
    Ok(())
}
