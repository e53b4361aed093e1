//! Putting balances right with consent, and taking movements back: permit, load, decide, save, publish.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Event, Order, PageArgs, Refusal, Refusals, Result, Tx};
use chrono::Datelike;
use primitives::{Decimal, LotId, PostingId, ProductId, StockAdjustmentId, StockMovementId, TenantId, Unit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{AdjustmentCommand, AdjustmentCriterion, beyond, explained};
use super::reversal::{self, REVERSAL};
use super::store::{self, Limit};
use super::{AdjustmentLine, AdjustmentStatus, StockAdjustment};
use crate::act::Act;
use crate::ledger::{self, MovementReason, StockMovement};
use crate::lot::{self, Lot};
use crate::machine::Machine;
use crate::posting::{self, Action, Book, Document, EnteredCost, Heading, Line, Request};
use crate::{Inventory, catalogue, permission};

/// The kind of document that an adjustment is, in references.
pub(crate) const KIND: &str = "STOCK_ADJUSTMENT";
/// How its numbers begin.
const NUMBER: &str = "SA";

/// Up to which value nobody is asked where the tenant has decided nothing, in the location's currency.
const LIMIT: Decimal = Decimal::from_raw(1_000 * 100_000);

/// Reasons that a person may give for putting a balance right.
const REASONS: [MovementReason; 7] = [
    MovementReason::Waste,
    MovementReason::Damage,
    MovementReason::Expired,
    MovementReason::Loss,
    MovementReason::Found,
    MovementReason::Count,
    MovementReason::Correction,
];

/// One step of an adjustment that exists.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) id: StockAdjustmentId,
    pub(crate) expected_version: i32,
    pub(crate) reason: String,
}

/// What a step does to an adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Hand it in.
    Submit,
    /// Consent to it.
    Approve,
    /// Send it back.
    Reject,
    /// Take it back.
    Reverse,
    /// Give it up.
    Cancel,
}

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::Submit => "submitStockAdjustment",
            Self::Approve => "approveStockAdjustment",
            Self::Reject => "rejectStockAdjustment",
            Self::Reverse => "reverseStockAdjustment",
            Self::Cancel => "cancelStockAdjustment",
        }
    }

    fn permission(self) -> &'static str {
        match self {
            Self::Submit | Self::Cancel => permission::ADJUST,
            Self::Approve | Self::Reject | Self::Reverse => permission::APPROVE,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Submit => "adjustment.submitted",
            Self::Approve => "adjustment.posted",
            Self::Reject => "adjustment.rejected",
            Self::Reverse => "adjustment.reversed",
            Self::Cancel => "adjustment.cancelled",
        }
    }
}

/// Begins an adjustment.
pub(crate) async fn create(
    app: &Inventory,
    caller: &Caller,
    request: Request,
    key: Option<&str>,
) -> Result<StockAdjustmentId> {
    caller.require(permission::ADJUST)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, "createStockAdjustment", key, &request, act.at)?;
    let mut refusals = request.violations(act.at);
    let learned = &catalogue::learn(app, caller, &request.products_and_measures()).await?;
    let note = request.note.clone().filter(|note| !note.trim().is_empty());
    let draft = request.into_draft(learned, act.at, caller.user);
    refusals.extend(draft.refused.into_iter().map(Refusal::from));
    refusals.into_result()?;
    let units = &learned.base_units;
    let lines =
        &draft.document.lines.into_iter().filter_map(|line| adjusted(line, units)).collect::<Vec<_>>();
    let adjustment = &fresh(note, act);
    app.db
        .write(|tx| async move {
            let work = async {
                store::insert_in(&*tx, caller.tenant, adjustment, lines).await?;
                tx.publish(told("adjustment.created", caller, adjustment, lines));
                Ok(adjustment.id)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn adjusted(line: Line, units: &HashMap<ProductId, Unit>) -> Option<AdjustmentLine> {
    let Action::Adjust { reason, cost } = line.action else { return None };
    let cost = match cost {
        Some(EnteredCost::Each { quantity, unit_cost }) => Some((quantity, unit_cost)),
        _ => None,
    };
    Some(AdjustmentLine {
        position: i32::try_from(line.index).ok()?,
        product: line.product,
        location: line.location,
        unit: units.get(&line.product).copied()?,
        quantity: line.quantity,
        reason,
        cost,
        lot: line.lot.number,
        expiry: line.lot.expiry,
    })
}

fn fresh(note: Option<String>, act: Act) -> StockAdjustment {
    StockAdjustment {
        id: StockAdjustmentId::at(act.at),
        number: None,
        status: AdjustmentStatus::Draft,
        note,
        reason: None,
        value: None,
        posting: None,
        reversal: None,
        submitted: None,
        posted: None,
        reversed: None,
        version: 1,
        created_at: act.at,
        created_by: act.by,
        updated_at: act.at,
        updated_by: act.by,
    }
}

/// Takes an adjustment one step further.
pub(crate) async fn take(
    app: &Inventory,
    caller: &Caller,
    deed: Deed,
    step: Step,
    key: Option<&str>,
) -> Result<StockAdjustmentId> {
    caller.require(deed.permission())?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, deed.name(), key, &step, act.at)?;
    let step = &step;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, take_in(&tx, caller, (deed, step), act)).await
        })
        .await
}

async fn take_in(
    tx: &Tx,
    caller: &Caller,
    (deed, step): (Deed, &Step),
    act: Act,
) -> Result<StockAdjustmentId> {
    let adjustment = store::lock_in(&**tx, caller.tenant, step.id).await?;
    let mut adjustment = adjustment.ok_or_else(|| Error::not_found_at("stock adjustment", "id"))?;
    if adjustment.version != step.expected_version {
        return Err(Error::conflict(adjustment.version));
    }
    let lines = store::lines_by_ids(&**tx, caller.tenant, &[step.id]).await?.remove(&step.id);
    let lines = lines.unwrap_or_default();
    match deed {
        Deed::Submit => submit_in(tx, caller, (&mut adjustment, &lines), act).await?,
        Deed::Approve => {
            adjustment.approve(act)?;
            let (mut book, posting) = decide_in(tx, caller, (&adjustment, &lines), act).await?;
            adjustment.post(posting, act);
            posting::service::save_in(tx, caller.tenant, &mut book, caller.user).await?;
        }
        Deed::Reject => adjustment.stop(AdjustmentCommand::Reject, &step.reason, act)?,
        Deed::Cancel => adjustment.stop(AdjustmentCommand::Cancel, &step.reason, act)?,
        Deed::Reverse => {
            let posting = PostingId::generate();
            let taken = adjustment.posting;
            adjustment.reverse(posting, &step.reason, act)?;
            let taken = taken.ok_or_else(|| Error::internal("a posted adjustment has no posting"))?;
            let movements = store::movements_of(&**tx, caller.tenant, taken).await?;
            let what = (movements.as_slice(), posting, adjustment.reason.clone());
            Box::pin(reverse_in(tx, caller, what, act)).await?;
        }
    }
    store::save_in(&**tx, caller.tenant, &adjustment).await?;
    let kind = match (deed, adjustment.status) {
        (Deed::Submit, AdjustmentStatus::Posted) => Deed::Approve.event(),
        _ => deed.event(),
    };
    tx.publish(told(kind, caller, &adjustment, &lines));
    Ok(adjustment.id)
}

/// Posts what lies within the limits of its reasons at once; the rest waits for somebody's consent.
async fn submit_in(
    tx: &Tx,
    caller: &Caller,
    (adjustment, lines): (&mut StockAdjustment, &[AdjustmentLine]),
    act: Act,
) -> Result<()> {
    adjustment.status.after(AdjustmentCommand::SubmitWithin)?;
    let year = (NUMBER, act.at.year());
    let (mut book, posting) = decide_in(tx, caller, (adjustment, lines), act).await?;
    let is_within = require_within_limits_in(tx, caller.tenant, &book).await.is_ok();
    let moved = Decimal::checked_sum(book.values_by_reason().into_values()).unwrap_or_default();
    let currency = book.value_moved().map_err(Error::internal)?.map(|(_, currency)| currency);
    adjustment.submit(is_within, currency.map(|currency| (moved, currency)), act)?;
    if adjustment.number.is_none() {
        adjustment.number = Some(chassis::numbering::next(&**tx, caller.tenant, year).await?);
    }
    if is_within {
        adjustment.post(posting, act);
        posting::service::save_in(tx, caller.tenant, &mut book, caller.user).await?;
    }
    Ok(())
}

/// What the adjustment would do to the books as they stand; nothing is written yet.
async fn decide_in(
    tx: &Tx,
    caller: &Caller,
    (adjustment, lines): (&StockAdjustment, &[AdjustmentLine]),
    act: Act,
) -> Result<(Book, PostingId)> {
    let heading = Heading {
        posting: PostingId::generate(),
        reference: Some((KIND.to_owned(), adjustment.id.to_string())),
        note: adjustment.number.clone().or_else(|| adjustment.note.clone()),
        occurred_at: act.at,
        posted_at: act.at,
        posted_by: act.by,
    };
    let posting = heading.posting;
    let units = lines.iter().map(|line| (line.product, line.unit)).collect();
    let document =
        Document { heading, lines: lines.iter().cloned().map(AdjustmentLine::into_line).collect() };
    Ok((post_in(tx, caller.tenant, &document, &units).await?, posting))
}

/// Opens a book and posts a document in it, all of it or nothing with everything that forbids it.
async fn post_in(
    tx: &Tx,
    tenant: TenantId,
    document: &Document,
    units: &HashMap<ProductId, Unit>,
) -> Result<Book> {
    let now = document.heading.posted_at;
    let mut book = posting::service::open_in(tx, tenant, std::slice::from_ref(document), units, now).await?;
    let mut refused = book.post(document);
    refused.sort_by_key(|line| line.index);
    Refusals::from(refused.into_iter().map(Refusal::from).collect::<Vec<_>>()).into_result()?;
    Ok(book)
}

/// Refuses what lies beyond the limits of its reasons.
pub(crate) async fn require_within_limits_in(tx: &Tx, tenant: TenantId, book: &Book) -> Result<()> {
    let limits = store::limits(&**tx, tenant).await?;
    let limit =
        |reason| limits.iter().find(|limit| limit.reason == reason).map_or(LIMIT, |limit| limit.amount);
    beyond(book.values_by_reason(), limit).into_result()
}

/// A movement to be taken back, and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TakeBack {
    pub(crate) movement: StockMovementId,
    pub(crate) reason: String,
}

/// What taking back wrote, replayed when it is asked for again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TakenBack {
    /// First and last ledger number.
    pub(crate) ledger: (i64, i64),
}

/// Takes one movement back by its opposite.
pub(crate) async fn reverse_movement(
    app: &Inventory,
    caller: &Caller,
    back: TakeBack,
    key: Option<&str>,
) -> Result<TakenBack> {
    caller.require(permission::APPROVE)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, "reverseMovement", key, &back, act.at)?;
    let reason = &explained(&back.reason)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let movement = ledger::store::by_ids(&*tx, caller.tenant, &[back.movement]).await?.pop();
                let movement = movement.ok_or_else(|| Error::not_found_at("movement", "movementId"))?;
                reversal::require_reversible(&movement)?;
                let posting = PostingId::generate();
                let what = (std::slice::from_ref(&movement), posting, Some(reason.clone()));
                Box::pin(reverse_in(&tx, caller, what, act)).await
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn reverse_in(
    tx: &Tx,
    caller: &Caller,
    (movements, posting, note): (&[StockMovement], PostingId, Option<String>),
    act: Act,
) -> Result<TakenBack> {
    let tenant = caller.tenant;
    let ids: Vec<StockMovementId> = movements.iter().map(|movement| movement.id).collect();
    let moved = lot::store::moved(&**tx, tenant, &ids).await?;
    let lot_ids: BTreeSet<LotId> = moved.values().flatten().map(|part| part.lot).collect();
    let lot_ids: Vec<LotId> = lot_ids.into_iter().collect();
    let lots: BTreeMap<LotId, Lot> =
        lot::store::by_ids(&**tx, tenant, &lot_ids).await?.into_iter().map(|lot| (lot.id, lot)).collect();
    let mut lines: Vec<Line> = Vec::new();
    for movement in movements.iter().filter(|movement| !movement.quantity.is_zero()) {
        let parts = moved.get(&movement.id).map(Vec::as_slice).unwrap_or_default();
        let further = reversal::lines(movement, (parts, &lots), lines.len());
        lines.extend(further);
    }
    // One movement is taken back once: its id is the document's, so that its mark is left once.
    let document_id = match movements {
        [one] => one.id.to_string(),
        _ => movements.first().map(|first| first.posting.to_string()).unwrap_or_default(),
    };
    let heading = Heading {
        posting,
        reference: Some((REVERSAL.to_owned(), document_id)),
        note,
        occurred_at: act.at,
        posted_at: act.at,
        posted_by: act.by,
    };
    let units = movements.iter().map(|movement| (movement.product, movement.unit)).collect();
    let mut book = post_in(tx, tenant, &Document { heading, lines }, &units).await.map_err(at_movement)?;
    let written = posting::service::save_in(tx, tenant, &mut book, act.by).await?;
    let ledger = written.ledger.ok_or_else(|| Error::internal("taking back wrote nothing"))?;
    Ok(TakenBack { ledger })
}

/// Whoever takes a movement back has entered no lines: what forbids it is told of the movement.
fn at_movement(error: Error) -> Error {
    let Error::Refused(refusals) = error else { return error };
    let told = refusals.into_iter().map(|mut refusal| {
        refusal.field = vec!["movementId".to_owned()];
        refusal
    });
    Error::Refused(Refusals::from(told.collect::<Vec<_>>()))
}

/// A limit somebody sets.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewLimit {
    pub(crate) reason: MovementReason,
    pub(crate) amount: Decimal,
    pub(crate) expected_version: i32,
}

/// Decides up to which value a reason needs nobody's consent.
pub(crate) async fn set_limit(
    app: &Inventory,
    caller: &Caller,
    new: NewLimit,
    key: Option<&str>,
) -> Result<MovementReason> {
    caller.require(permission::APPROVE)?;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "setAdjustmentLimit", key, &new, now)?;
    if new.amount.is_negative() || !new.amount.is_within_bound() {
        let message = "a limit must be at least 0 and below 1000000000";
        return Err(Refusal::invalid("amount", message).into());
    }
    let reason = new.reason.code();
    app.db
        .write(|tx| async move {
            let work = async {
                let known = store::limits(&*tx, caller.tenant).await?;
                let version =
                    known.iter().find(|limit| limit.reason == new.reason).map_or(0, |it| it.version);
                let limit =
                    Limit { reason: new.reason, amount: new.amount, version: version + 1, updated: None };
                let is_current = version == new.expected_version
                    && store::save_limit_in(&*tx, caller.tenant, &limit, (now, caller.user)).await?;
                if is_current { Ok(reason.to_owned()) } else { Err(Error::conflict(version)) }
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await?;
    Ok(new.reason)
}

/// The limits of all reasons, in their order.
pub(crate) async fn limits(app: &Inventory, caller: &Caller) -> Result<Vec<Limit>> {
    caller.require(permission::VIEW)?;
    current_limits(app, caller).await
}

/// The same, for who has just set one.
pub(crate) async fn current_limits(app: &Inventory, caller: &Caller) -> Result<Vec<Limit>> {
    let known = store::limits(app.db.read(), caller.tenant).await?;
    let of = |reason| {
        let set = known.iter().find(|limit| limit.reason == reason).copied();
        set.unwrap_or(Limit { reason, amount: LIMIT, version: 0, updated: None })
    };
    Ok(REASONS.into_iter().map(of).collect())
}

fn told(
    kind: &'static str,
    caller: &Caller,
    adjustment: &StockAdjustment,
    lines: &[AdjustmentLine],
) -> Event {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({ "productId": line.product, "locationId": line.location, "unit": line.unit,
                "quantity": line.quantity, "reason": line.reason.code(), "lot": line.lot })
        })
        .collect();
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: adjustment.id.as_uuid(),
        aggregate_version: adjustment.version,
        occurred_at: adjustment.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "id": adjustment.id,
            "number": adjustment.number,
            "status": adjustment.status.code(),
            "postingId": adjustment.posting,
            "reversalId": adjustment.reversal,
            "reason": adjustment.reason,
            "lines": lines,
        }),
    }
}

/// One page of adjustments, by age.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<AdjustmentCriterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<StockAdjustment>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Adjustments by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StockAdjustmentId],
) -> Result<Vec<StockAdjustment>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The adjustment a caller has just changed, who therefore may see it.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    id: StockAdjustmentId,
) -> Result<Option<StockAdjustment>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

/// The lines of adjustments the caller may see.
pub(crate) async fn lines_by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StockAdjustmentId],
) -> Result<HashMap<StockAdjustmentId, Vec<AdjustmentLine>>> {
    Ok(store::lines_by_ids(app.db.read(), caller.tenant, ids).await?)
}
