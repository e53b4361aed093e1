//! What inventory made of a posted credit note: given out, or refused with a reason; and the same of its reversal.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx};
use primitives::{Act, CreditNoteId};
use serde::Deserialize;

use super::model::{Command, CreditKind, CreditNote, CreditStatus};
use super::saga::{self, PLAN};
use super::{service, store};
use crate::event;

/// The service that keeps the shelves.
const SOURCE: &str = "inventory";

/// What inventory says about a return.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    credit_note_id: CreditNoteId,
    #[serde(default)]
    reason: Option<String>,
}

/// Adds what this service does when inventory has answered.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let (given, refused, kept) = (clock.clone(), clock.clone(), clock.clone());
    handlers
        .on(SOURCE, "return.posted", move |tx, event| {
            let clock = given.clone();
            async move { confirmed(&tx, &event, &clock).await }
        })
        .on(SOURCE, "return.refused", move |tx, event| {
            let clock = refused.clone();
            async move { failed(&tx, &event, &clock).await }
        })
        .answering((SOURCE, "return.reversed"), (&PLAN, saga::RETURN_STOCK), clock)
        .on(SOURCE, "return.reversal_refused", move |tx, event| {
            let clock = kept.clone();
            async move { reversal_failed(&tx, &event, &clock).await }
        })
}

fn read(event: &Envelope) -> Result<Outcome> {
    serde_json::from_value(event.payload.clone()).map_err(Error::internal)
}

async fn confirmed(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    let Some((mut credit, _)) = store::lock(&**tx, event.tenant_id, read(event)?.credit_note_id).await?
    else {
        return Ok(());
    };
    let waits = credit.status == CreditStatus::Posted && credit.confirmed_at.is_none();
    if credit.kind == CreditKind::QuantityReturn && !waits {
        // Said twice, the goods are gone once.
        return Ok(());
    }
    let at = clock.now();
    if credit.kind == CreditKind::Amount {
        // It may be applied already, and is no other credit note by this: its version stays.
        store::note_confirmed(&**tx, event.tenant_id, (credit.id, at)).await?;
        return chassis::saga::follow(tx, &PLAN, event.subject(), |it| saga::confirmed(it, at)).await;
    }
    credit.take(Command::Confirm, Act { at, by: event.actor_id })?;
    chassis::saga::follow(tx, &PLAN, event.subject(), |it| saga::confirmed(it, at)).await?;
    finish(tx, event, "creditnote.confirmed", &credit).await
}

/// The goods are still on the shelf, so they count as received again.
async fn failed(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    let Outcome { credit_note_id, reason } = read(event)?;
    let act = Act { at: clock.now(), by: event.actor_id };
    let Some((mut credit, lines)) = store::lock(&**tx, event.tenant_id, credit_note_id).await? else {
        return Ok(());
    };
    if credit.status != CreditStatus::Posted || credit.confirmed_at.is_some() {
        // Said twice, it is taken back once.
        return Ok(());
    }
    credit.take(Command::FailPosting, act)?;
    let why = (reason.as_deref().unwrap_or_default(), credit.version);
    chassis::saga::follow(tx, &PLAN, event.subject(), |it| saga::refused(it, why, act.at)).await?;
    credit.status_reason = reason;
    service::undo_in(tx, event.tenant_id, (&credit, &lines), act).await?;
    finish(tx, event, "creditnote.posting_failed", &credit).await
}

/// The goods do not come back to the shelf, so they are gone as before.
async fn reversal_failed(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    let Outcome { credit_note_id, reason } = read(event)?;
    let act = Act { at: clock.now(), by: event.actor_id };
    let Some((mut credit, mut lines)) = store::lock(&**tx, event.tenant_id, credit_note_id).await? else {
        return Ok(());
    };
    if credit.status != CreditStatus::Voided {
        return Ok(());
    }
    credit.take(Command::FailVoid, act)?;
    let why = reason.as_deref().unwrap_or_default();
    chassis::saga::follow(tx, &PLAN, event.subject(), |it| it.stand(why, act.at)).await?;
    credit.status_reason = reason;
    service::do_in(tx, event.tenant_id, (&credit, &mut lines), act).await?;
    finish(tx, event, "creditnote.void_failed", &credit).await
}

async fn finish(tx: &Tx, event: &Arc<Envelope>, kind: &'static str, credit: &CreditNote) -> Result<()> {
    store::save(&**tx, event.tenant_id, credit).await?;
    tx.publish(event::credit(kind, event.tenant_id, credit));
    Ok(())
}
