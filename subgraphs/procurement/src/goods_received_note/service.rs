//! What people do with goods received notes.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx};
use chassis::{numbering, saga};
use chrono::Datelike;
use primitives::{
    Act, Date, Decimal, GoodsReceivedNoteId, LocationId, PurchaseOrderId, PurchaseOrderLineId, TenantId,
};
use serde::Serialize;

use super::costing::land;
use super::line::{Count, NoteLine, check_count, read_lines};
use super::model::{Command, GoodsReceivedNote, Head};
use super::store::{self, NoteCriterion};
use crate::market::model::{Market, Question, Valuation};
use crate::purchase_order::model::{Command as OrderCommand, OrderLine, PurchaseOrder, receive};
use crate::{Buying, event, house, market, permission, purchase_order, vendor_invoice};

/// A note to draft.
#[derive(Clone, Debug, Serialize)]
pub struct NewNote {
    /// For which order.
    pub order_id: PurchaseOrderId,
    /// Its head, apart from the day.
    pub head: Head,
    /// On which day it came; the day it is where the order is for unless told.
    pub received_on: Option<Date>,
    /// What was counted so far.
    pub counts: Vec<Count>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A step in a note's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which note.
    pub id: GoodsReceivedNoteId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Why, where a reason is needed.
    pub reason: String,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Drafts a note for an order.
///
/// # Errors
/// `Forbidden`, `NotFound`, or what is wrong with the count.
pub async fn create(app: &Buying, caller: &Caller, new: &NewNote) -> Result<GoodsReceivedNote> {
    caller.require(permission::RECEIVE)?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "createGoodsReceivedNote", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (order, lines) = order(&tx, caller, new.order_id).await?;
                let today = order.day(act.at);
                let head = Head { received_on: new.received_on.unwrap_or(today), ..new.head.clone() };
                let mut refusals = head.check(today);
                let lines = refusals.take(read_lines(&new.counts, &lines)).unwrap_or_default();
                refusals.into_result()?;
                let note = GoodsReceivedNote::draft(&order, head, act);
                store::insert(&*tx, caller.tenant, &note, &lines).await?;
                tx.publish(event::note("grn.created", caller.tenant, &note));
                Ok(note)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes a draft; `change` gets the head as it is. Lines are replaced as a whole.
///
/// # Errors
/// `Forbidden`, `Conflict`, `INVALID_STATE`, or what is wrong with the count.
pub async fn update(
    app: &Buying,
    caller: &Caller,
    (id, expected_version): (GoodsReceivedNoteId, i32),
    change: impl Fn(Head) -> Head + Send + Sync,
    counts: Option<&[Count]>,
) -> Result<GoodsReceivedNote> {
    caller.require(permission::RECEIVE)?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let (mut note, _) = require(&tx, caller, (id, expected_version)).await?;
            note.take(Command::Edit, act)?;
            note.head = change(note.head.clone());
            let (order, order_lines) = order(&tx, caller, note.order_id).await?;
            let mut refusals = note.head.check(order.day(act.at));
            if let Some(counts) = counts {
                let lines = refusals.take(read_lines(counts, &order_lines)).unwrap_or_default();
                store::replace_lines(&*tx, caller.tenant, (id, &lines)).await?;
            }
            refusals.into_result()?;
            store::save(&*tx, caller.tenant, &note).await?;
            Ok(note)
        })
        .await
}

/// Says that the count is complete: it is checked, numbered, and costs are shared and known in the currency of the place.
///
/// # Errors
/// Everything that is wrong with the count; `Unavailable` when a service that is asked does not answer.
pub async fn receive_note(app: &Buying, caller: &Caller, step: &Step) -> Result<GoodsReceivedNote> {
    caller.require(permission::RECEIVE)?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "receiveGoodsReceivedNote", key, step, act.at)?;
    let seen = store::find_by_ids(app.db.read(), caller.tenant, vec![step.id]).await?.remove(&step.id);
    let lines = store::lines_of(app.db.read(), caller.tenant, vec![step.id]).await?.remove(&step.id);
    let place = seen.map(|note| note.deliver_to);
    let market = &market::look(app, caller, &questions(&lines.unwrap_or_default(), place)).await?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (mut note, mut lines) = require(&tx, caller, (step.id, step.expected_version)).await?;
                note.take(Command::Receive, act)?;
                let (order, order_lines) = order(&tx, caller, note.order_id).await?;
                check_count(&lines, &market.products, order.day(act.at)).into_result()?;
                note.valuation = valuation(&note, market)?;
                let extra = (note.head.extra_costs, note.head.split, note.currency);
                land(&mut lines, &order_lines, extra).ok_or_else(cannot_share)?;
                note.number = Some(
                    numbering::next(&*tx, caller.tenant, ("GRN", note.head.received_on.get().year())).await?,
                );
                store::replace_lines(&*tx, caller.tenant, (note.id, &lines)).await?;
                store::save(&*tx, caller.tenant, &note).await?;
                tx.publish(event::note("grn.received", caller.tenant, &note));
                Ok(note)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn cannot_share() -> Refusal {
    Refusal::invalid(
        "extraCosts",
        "there is nothing these costs could be shared among, or they are beyond all bounds",
    )
}

/// How the costs become those of the place, where it is valued in a currency that is neither the order's nor the house's.
fn valuation(note: &GoodsReceivedNote, market: &Market) -> Result<Option<Valuation>, Refusal> {
    match market.valuation(note.deliver_to) {
        Ok(valuation) => Ok(valuation.filter(|valuation| valuation.currency != note.currency)),
        Err(currency) if currency == note.currency => Ok(None),
        Err(currency) => {
            let message = format!("the place is valued in {currency}, and nobody says what that is worth");
            Err(Refusal::invalid("", message))
        }
    }
}

fn questions(lines: &[NoteLine], place: Option<LocationId>) -> Vec<Question> {
    let question = |line: &NoteLine| Question {
        product: line.product_id,
        quantity: line.count.delivered,
        unit: line.unit,
        vendor: None,
        deliver_to: place,
        is_priced: true,
    };
    lines.iter().map(question).collect()
}

/// Takes the goods over: they are counted into the order, and inventory is told. Lines of one order line are counted
/// together, and nobody counts into the same order meanwhile.
///
/// # Errors
/// `OVER_RECEIPT` beyond what was ordered and tolerated, `INVALID_STATE`, `Conflict`.
pub async fn commit(app: &Buying, caller: &Caller, step: &Step) -> Result<GoodsReceivedNote> {
    caller.require(permission::COMMIT)?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "commitGoodsReceivedNote", key, step, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (mut note, mut lines) = require(&tx, caller, (step.id, step.expected_version)).await?;
                note.take(Command::Commit, act)?;
                let (mut order, mut order_lines) = order(&tx, caller, note.order_id).await?;
                count_in(&mut order_lines, &mut lines)?;
                follow(&mut order, &order_lines, act)?;
                purchase_order::store::put_lines(&*tx, caller.tenant, (order.id, &order_lines)).await?;
                purchase_order::store::save(&*tx, caller.tenant, &order).await?;
                store::save(&*tx, caller.tenant, &note).await?;
                store::put_amounts(&*tx, caller.tenant, (note.id, &lines)).await?;
                Box::pin(vendor_invoice::service::rematch_in(&tx, caller.tenant, (order.id, &[]), act))
                    .await?;
                let stock = stock_lines(&lines, &order_lines)?;
                Box::pin(set_in_motion(&tx, caller.tenant, (&note, &order), act)).await?;
                tx.publish(event::note_committed(caller.tenant, &note, stock));
                tx.publish(event::order("po.received", caller.tenant, &order, &order_lines));
                Ok(note)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// The others are asked to follow, and the vendor need not promise what is here.
async fn set_in_motion(
    tx: &Tx,
    tenant: TenantId,
    (note, order): (&GoodsReceivedNote, &PurchaseOrder),
    act: Act,
) -> Result<()> {
    let subject = (tenant, note.id.as_uuid(), note.version);
    saga::begin(tx, &super::saga::PLAN, subject, act.at, |it| super::saga::committed(it, act.at)).await?;
    let ordered = (tenant, order.id.as_uuid(), order.version);
    let plan = &purchase_order::saga::PLAN;
    saga::follow(tx, plan, ordered, |it| purchase_order::saga::delivered(it, act.at)).await
}

/// Counts a delivery into the lines of its order.
pub(crate) fn count_in(order: &mut [OrderLine], lines: &mut [NoteLine]) -> Result<()> {
    let mut refusals = Refusals::new();
    for (position, line) in lines.iter_mut().enumerate() {
        let into = order.iter_mut().find(|each| each.id == line.count.order_line);
        let into = into.ok_or_else(|| Error::internal("a note stands on lines of its order"))?;
        let counted = receive(into, line.count.accepted);
        refusals.take(counted.map_err(|refusal| refusal.below(&format!("lines.{position}"))));
        let share = into.base_amount.checked_ratio(line.count.accepted, into.ordered);
        let share = share.and_then(|share| share.round_to(house::CURRENCY.minor_digits()));
        line.base_amount = share.ok_or_else(|| Error::internal("a part of an amount is within the range"))?;
    }
    refusals.into_result()
}

/// The order knows whether all of it came. A delivery of which nothing was kept counts as one, too.
pub(crate) fn follow(order: &mut PurchaseOrder, lines: &[OrderLine], act: Act) -> Result<(), Refusals> {
    let is_all = lines.iter().all(|line| line.outstanding().is_zero());
    order.take(if is_all { OrderCommand::ReceiveAll } else { OrderCommand::ReceivePart }, act)
}

/// What goes to the shelf, in base units.
pub(crate) fn stock_lines(lines: &[NoteLine], order: &[OrderLine]) -> Result<Vec<event::StockLine>> {
    let mut stock = Vec::new();
    for line in lines {
        let from = order.iter().find(|each| each.id == line.count.order_line);
        let from = from.ok_or_else(|| Error::internal("a note stands on lines of its order"))?;
        let kept = line.kept().and_then(|kept| kept.checked_mul(from.factor));
        let kept =
            kept.ok_or_else(|| Refusal::new(Code::LimitExceeded, "", "the quantity is beyond all bounds"))?;
        if kept.is_positive() {
            stock.push(event::StockLine { line: line.clone(), quantity: kept, unit: from.base_unit });
        }
    }
    Ok(stock)
}

/// Gives a note up that nobody owns the goods of.
///
/// # Errors
/// `VALIDATION_ERROR` without a reason, `INVALID_STATE` once it is committed.
pub async fn void(app: &Buying, caller: &Caller, step: &Step) -> Result<GoodsReceivedNote> {
    caller.require(permission::RECEIVE)?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "voidGoodsReceivedNote", key, step, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (mut note, _) = require(&tx, caller, (step.id, step.expected_version)).await?;
                note.void(&step.reason, act)?;
                store::save(&*tx, caller.tenant, &note).await?;
                tx.publish(event::note("grn.voided", caller.tenant, &note));
                Ok(note)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Takes back from order lines what inventory did not take in.
pub(super) fn take_back(lines: &mut [OrderLine], note: &[NoteLine]) {
    for line in note {
        let Some(from) = lines.iter_mut().find(|each| each.id == line.count.order_line) else { continue };
        let left = from.received.checked_sub(line.count.accepted).filter(|left| !left.is_negative());
        from.received = left.unwrap_or(Decimal::ZERO);
    }
}

/// What happened to an order of which something was taken back.
pub(super) fn taken_back(lines: &[OrderLine]) -> OrderCommand {
    let is_none = lines.iter().all(|line| line.received.is_zero());
    if is_none { OrderCommand::TakeBackAll } else { OrderCommand::TakeBackPart }
}

async fn order(tx: &Tx, caller: &Caller, id: PurchaseOrderId) -> Result<(PurchaseOrder, Vec<OrderLine>)> {
    let found = purchase_order::store::lock(&**tx, caller.tenant, id).await?;
    found.ok_or_else(|| Error::not_found_at("purchase order", "orderId"))
}

/// The note as last seen, locked.
async fn require(
    tx: &Tx,
    caller: &Caller,
    (id, version): (GoodsReceivedNoteId, i32),
) -> Result<(GoodsReceivedNote, Vec<NoteLine>)> {
    let found = store::lock(&**tx, caller.tenant, id).await?;
    let found = found.ok_or_else(|| Error::not_found_at("goods received note", "id"))?;
    if found.0.version == version { Ok(found) } else { Err(Error::conflict(found.0.version)) }
}

/// A page of the notes that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<NoteCriterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<GoodsReceivedNote>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Notes by their ids.
pub(crate) async fn find_by_ids(
    app: &Buying,
    caller: &Caller,
    ids: Vec<GoodsReceivedNoteId>,
) -> Result<HashMap<GoodsReceivedNoteId, GoodsReceivedNote>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// The lines of notes that were found before.
pub(crate) async fn lines_of(
    app: &Buying,
    caller: &Caller,
    ids: Vec<GoodsReceivedNoteId>,
) -> Result<HashMap<GoodsReceivedNoteId, Vec<NoteLine>>> {
    store::lines_of(app.db.read(), caller.tenant, ids).await
}

/// What came of order lines, as notes count it.
pub(crate) async fn receipts_of(
    app: &Buying,
    caller: &Caller,
    order_lines: Vec<PurchaseOrderLineId>,
) -> Result<HashMap<PurchaseOrderLineId, Vec<(GoodsReceivedNoteId, NoteLine)>>> {
    caller.require(permission::VIEW)?;
    store::receipts_of(app.db.read(), caller.tenant, order_lines).await
}
