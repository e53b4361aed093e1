//! What people do with credit notes.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::numbering;
use chassis::{Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx};
use chrono::Datelike;
use primitives::{Act, CreditNoteId, Decimal, GoodsReceivedNoteId, TenantId, VendorInvoiceId};
use serde::Serialize;

use super::line::{Claim, CreditLine, examine, forget, net_amounts, put_back, read_lines, take_down};
use super::model::{Command, CreditKind, CreditNote};
use super::saga::{self, PLAN};
use super::store::{self, CreditCriterion};
use crate::goods_received_note::line::NoteLine;
use crate::goods_received_note::model::{GoodsReceivedNote, NoteStatus};
use crate::purchase_order::model::{OrderLine, PurchaseOrder, PurchaseOrderStatus};
use crate::purchase_request::model::text;
use crate::{Buying, authority, event, goods_received_note, permission, purchase_order, vendor_invoice};

/// The kind of document, as approval rights name it.
const DOCUMENT: &str = "CREDIT_NOTE";

/// A credit note to draft.
#[derive(Clone, Debug, Serialize)]
pub struct NewCredit {
    /// About which delivery.
    pub note_id: GoodsReceivedNoteId,
    /// What comes back.
    pub kind: CreditKind,
    /// Why.
    pub reason: String,
    /// Its lines.
    pub claims: Vec<Claim>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A step in a credit note's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which credit note.
    pub id: CreditNoteId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// What is done.
    pub action: Action,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is done with a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Action {
    /// Hand it in.
    Submit,
    /// Approve it.
    Approve,
    /// Ask for changes.
    Return(String),
    /// Send the goods back, claim the money.
    Post,
    /// Settle a part of an invoice by it.
    Apply(VendorInvoiceId),
    /// Give it up.
    Cancel(String),
    /// Reverse it.
    Void(String),
}

impl Action {
    fn permission(&self) -> &'static str {
        match self {
            Self::Approve | Self::Return(_) => permission::APPROVE,
            _ => permission::CREDIT,
        }
    }

    fn event(&self) -> &'static str {
        match self {
            Self::Submit => "creditnote.submitted",
            Self::Approve => "creditnote.approved",
            Self::Return(_) => "creditnote.returned",
            Self::Post => "creditnote.posted",
            Self::Apply(_) => "creditnote.applied",
            Self::Cancel(_) => "creditnote.cancelled",
            Self::Void(_) => "creditnote.voided",
        }
    }
}

/// Drafts a credit note about a delivery that the house has taken over.
///
/// # Errors
/// `Forbidden`, `NotFound`, `INVALID_STATE`, or what cannot be stored of it.
pub async fn create(app: &Buying, caller: &Caller, new: &NewCredit) -> Result<CreditNote> {
    caller.require(permission::CREDIT)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createCreditNote", new.idempotency_key.as_deref(), new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let note = goods_received_note::store::lock(&*tx, caller.tenant, new.note_id).await?;
                let (note, note_lines) =
                    note.ok_or_else(|| Error::not_found_at("goods received note", "noteId"))?;
                let mut refusals = Refusals::new();
                refusals.check(note.status == NoteStatus::Committed, || {
                    Refusal::new(Code::InvalidState, "noteId", "these goods are not the house's")
                });
                let lines = refusals.take(read_lines(&new.claims, &note_lines)).unwrap_or_default();
                refusals.into_result()?;
                let credit = CreditNote::draft(&note, new.kind, &new.reason, (caller.user, act));
                store::insert(&*tx, caller.tenant, &credit, &lines).await?;
                tx.publish(event::credit("creditnote.created", caller.tenant, &credit));
                Ok(credit)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes a draft. Lines are replaced as a whole.
///
/// # Errors
/// `Forbidden`, `Conflict`, `INVALID_STATE`, or what cannot be stored of it.
pub async fn update(
    app: &Buying,
    caller: &Caller,
    wanted: (CreditNoteId, i32),
    (reason, claims): (Option<&str>, Option<&[Claim]>),
) -> Result<CreditNote> {
    caller.require(permission::CREDIT)?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let (mut credit, _) = require(&tx, caller, wanted).await?;
            credit.take(Command::Edit, act)?;
            if let Some(reason) = reason {
                credit.reason = reason.trim().to_owned();
            }
            if let Some(claims) = claims {
                let note = goods_received_note::store::lock(&*tx, caller.tenant, credit.note_id).await?;
                let lines = read_lines(claims, &note.map(|(_, lines)| lines).unwrap_or_default())?;
                store::replace_lines(&*tx, caller.tenant, (credit.id, &lines)).await?;
            }
            store::save(&*tx, caller.tenant, &credit).await?;
            Ok(credit)
        })
        .await
}

/// Takes a credit note one step further.
///
/// # Errors
/// `SOD_VIOLATION`, `LIMIT_EXCEEDED`, `INVALID_STATE`, `Conflict`, or what is wrong with the input.
pub async fn step(app: &Buying, caller: &Caller, step: &Step) -> Result<CreditNote> {
    caller.require(step.action.permission())?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, step.action.event(), key, step, act.at)?;
    let authority = match step.action {
        Action::Approve => Some(authority::of(app, caller, DOCUMENT).await?),
        _ => None,
    };
    let authority = &authority;
    app.db
        .write(|tx| async move {
            let work = async {
                let (mut credit, mut lines) = require(&tx, caller, (step.id, step.expected_version)).await?;
                match (&step.action, authority) {
                    (Action::Approve, Some(authority)) => credit.approve(authority, act)?,
                    (action, _) => {
                        Box::pin(advance(&tx, caller.tenant, (&mut credit, &mut lines), (action, act)))
                            .await?;
                    }
                }
                store::save(&*tx, caller.tenant, &credit).await?;
                Box::pin(set_in_motion(&tx, caller.tenant, (&step.action, &credit), act)).await?;
                let told = Box::pin(told(&tx, caller.tenant, (&step.action, &credit, &lines))).await?;
                tx.publish(told);
                Ok(credit)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// What goes back is asked of inventory, or what comes back after all.
async fn set_in_motion(
    tx: &Tx,
    tenant: TenantId,
    (action, credit): (&Action, &CreditNote),
    act: Act,
) -> Result<()> {
    let subject = (tenant, credit.id.as_uuid(), credit.version);
    match action {
        Action::Post => chassis::saga::begin(tx, &PLAN, subject, act.at, |it| saga::posted(it, act.at)).await,
        Action::Void(reason) => {
            let why = (reason.trim(), credit.version);
            chassis::saga::follow(tx, &PLAN, subject, |it| saga::voided(it, why, act.at)).await
        }
        _ => Ok(()),
    }
}

async fn advance(
    tx: &Tx,
    tenant: TenantId,
    (credit, lines): (&mut CreditNote, &mut Vec<CreditLine>),
    (action, act): (&Action, Act),
) -> Result<()> {
    match action {
        Action::Submit => submit(tx, tenant, (credit, lines), act).await,
        Action::Post => {
            credit.take(Command::Post, act)?;
            do_in(tx, tenant, (credit, lines), act).await
        }
        Action::Apply(invoice) => apply(tx, tenant, (credit, *invoice), act).await,
        Action::Void(reason) => {
            credit.void(reason, act)?;
            require_reversible(tx, tenant, (credit, lines)).await?;
            undo_in(tx, tenant, (credit, lines), act).await
        }
        Action::Return(reason) => Ok(credit.take_because(Command::Return, reason, act)?),
        Action::Cancel(reason) => Ok(credit.take_because(Command::Cancel, reason, act)?),
        Action::Approve => {
            Err(Refusal::new(Code::Forbidden, "", "nobody's right to approve was looked up").into())
        }
    }
}

/// Hands it in: checked as a whole and numbered. Nothing is counted before it is posted.
async fn submit(
    tx: &Tx,
    tenant: TenantId,
    (credit, lines): (&mut CreditNote, &mut Vec<CreditLine>),
    act: Act,
) -> Result<()> {
    credit.take(Command::Submit, act)?;
    let mut refusals = Refusals::new();
    refusals.take(text("reason", &credit.reason));
    let ((_, note), (head, order)) = stood_on(tx, tenant, credit).await?;
    refusals.take(examine((credit.kind, credit.currency), lines, (&note, &order)));
    let totals = totals(lines);
    refusals.check(totals.is_some(), || Refusal::new(Code::LimitExceeded, "lines", "beyond all bounds"));
    refusals.into_result()?;
    (credit.total, credit.base_total) = totals.unwrap_or_default();
    if credit.number.is_none() {
        let year = head.day(act.at).get().year();
        credit.number = Some(numbering::next(&**tx, tenant, ("CN", year)).await?);
    }
    store::put_lines(&**tx, tenant, (credit.id, lines)).await
}

fn totals(lines: &[CreditLine]) -> Option<(Decimal, Decimal)> {
    let total = Decimal::checked_sum(lines.iter().map(|line| line.amount))?;
    let base = Decimal::checked_sum(lines.iter().map(|line| line.base_amount))?;
    (total.is_within_bound() && base.is_within_bound()).then_some((total, base))
}

/// What a credit note stands on.
type StoodOn = ((GoodsReceivedNote, Vec<NoteLine>), (PurchaseOrder, Vec<OrderLine>));

/// What a credit note stands on, locked: first the delivery, then the order, as deliveries do.
async fn stood_on(tx: &Tx, tenant: TenantId, credit: &CreditNote) -> Result<StoodOn> {
    let note = goods_received_note::store::lock(&**tx, tenant, credit.note_id).await?;
    let order = purchase_order::store::lock(&**tx, tenant, credit.order_id).await?;
    let gone = || Error::internal("a credit note stands on a delivery of an order");
    note.zip(order).ok_or_else(gone)
}

/// Counts it: what goes back is not received any more. Checked again, others may have been faster.
pub(super) async fn do_in(
    tx: &Tx,
    tenant: TenantId,
    (credit, lines): (&CreditNote, &mut Vec<CreditLine>),
    act: Act,
) -> Result<()> {
    let ((_, note), (order, mut order_lines)) = stood_on(tx, tenant, credit).await?;
    let note = examine((credit.kind, credit.currency), lines, (&note, &order_lines))?;
    goods_received_note::store::put_amounts(&**tx, tenant, (credit.note_id, &note)).await?;
    if credit.kind == CreditKind::Amount {
        return Ok(());
    }
    take_down(&mut order_lines, lines)
        .ok_or_else(|| Error::internal("what was accepted and did not go back was received"))?;
    settle(tx, tenant, (order, &order_lines), act).await
}

/// Takes it back: what went back is received as before.
pub(super) async fn undo_in(
    tx: &Tx,
    tenant: TenantId,
    (credit, lines): (&CreditNote, &[CreditLine]),
    act: Act,
) -> Result<()> {
    let ((_, mut note), (order, mut order_lines)) = stood_on(tx, tenant, credit).await?;
    forget(&mut note, lines);
    goods_received_note::store::put_amounts(&**tx, tenant, (credit.note_id, &note)).await?;
    if credit.kind == CreditKind::Amount {
        return Ok(());
    }
    put_back(&mut order_lines, lines).ok_or_else(|| Error::internal("what went back was received before"))?;
    settle(tx, tenant, (order, &order_lines), act).await
}

/// Saves what became of an order.
async fn settle(
    tx: &Tx,
    tenant: TenantId,
    (mut order, lines): (PurchaseOrder, &[OrderLine]),
    act: Act,
) -> Result<()> {
    purchase_order::store::put_lines(&**tx, tenant, (order.id, lines)).await?;
    if order.recount(lines, act)? {
        purchase_order::store::save(&**tx, tenant, &order).await?;
        tx.publish(event::order("po.received", tenant, &order, lines));
    }
    vendor_invoice::service::rematch_in(tx, tenant, (order.id, &[]), act).await
}

/// Whether the order still has room for what comes back to the shelf.
async fn require_reversible(
    tx: &Tx,
    tenant: TenantId,
    (credit, lines): (&CreditNote, &[CreditLine]),
) -> Result<()> {
    if credit.kind == CreditKind::Amount {
        return Ok(());
    }
    let (_, (order, order_lines)) = stood_on(tx, tenant, credit).await?;
    let mut after = order_lines.clone();
    put_back(&mut after, lines).ok_or_else(|| Error::internal("what went back was received before"))?;
    let fits = after.iter().zip(&order_lines).all(|(after, now)| after.receivable == now.receivable);
    if fits && order.status != PurchaseOrderStatus::Cancelled {
        return Ok(());
    }
    Err(Refusal::new(Code::InvalidState, "", "other goods came in the place of what went back").into())
}

async fn apply(
    tx: &Tx,
    tenant: TenantId,
    (credit, id): (&mut CreditNote, VendorInvoiceId),
    act: Act,
) -> Result<()> {
    let found = vendor_invoice::store::lock(&**tx, tenant, id).await?;
    let (mut invoice, _) = found.ok_or_else(|| Error::not_found_at("vendor invoice", "invoiceId"))?;
    credit.apply(id, act)?;
    let mut refusals = Refusals::new();
    let is_theirs = invoice.head.vendor_id == credit.vendor_id && invoice.head.currency == credit.currency;
    refusals.check(is_theirs, || {
        Refusal::invalid("invoiceId", "the invoice is another vendor's, or in another currency")
    });
    refusals.take(invoice.credit(credit.total, act));
    refusals.into_result()?;
    vendor_invoice::store::save(&**tx, tenant, &invoice).await
}

/// What others are told: with what moves on the shelves, where something does.
async fn told(
    tx: &Tx,
    tenant: TenantId,
    (action, credit, lines): (&Action, &CreditNote, &[CreditLine]),
) -> Result<chassis::Event> {
    if !matches!(action, Action::Post | Action::Void(_)) {
        return Ok(event::credit(action.event(), tenant, credit));
    }
    let ((head, note), (_, order)) = stood_on(tx, tenant, credit).await?;
    let moved = lines.iter().map(|line| {
        let note = note.iter().find(|each| each.id == line.claim.note_line)?;
        let order = order.iter().find(|each| each.id == line.order_line)?;
        let quantity = line.claim.quantity.checked_mul(order.factor)?;
        let amounts = net_amounts(line, order, (credit.currency, head.valuation))?;
        Some(event::Returned {
            line: line.clone(),
            note: note.clone(),
            quantity,
            unit: order.base_unit,
            amounts,
        })
    });
    let moved: Option<Vec<event::Returned>> = moved.collect();
    let moved = moved.ok_or_else(|| Error::internal("a credit note stands on lines of a delivery"))?;
    Ok(event::credit_moved(action.event(), tenant, (credit, &moved)))
}

/// The credit note as last seen, locked.
async fn require(
    tx: &Tx,
    caller: &Caller,
    (id, version): (CreditNoteId, i32),
) -> Result<(CreditNote, Vec<CreditLine>)> {
    let found = store::lock(&**tx, caller.tenant, id).await?;
    let found = found.ok_or_else(|| Error::not_found_at("credit note", "id"))?;
    if found.0.version == version { Ok(found) } else { Err(Error::conflict(found.0.version)) }
}

/// A page of the credit notes that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<CreditCriterion>,
    sort: (store::SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<CreditNote>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// Credit notes by their ids.
pub(crate) async fn find_by_ids(
    app: &Buying,
    caller: &Caller,
    ids: Vec<CreditNoteId>,
) -> Result<HashMap<CreditNoteId, CreditNote>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// The lines of credit notes that were found before.
pub(crate) async fn lines_of(
    app: &Buying,
    caller: &Caller,
    ids: Vec<CreditNoteId>,
) -> Result<HashMap<CreditNoteId, Vec<CreditLine>>> {
    store::lines_of(app.db.read(), caller.tenant, ids).await
}
