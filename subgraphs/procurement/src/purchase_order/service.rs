//! What people do with purchase orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx};
use chassis::{numbering, saga};
use chrono::Datelike;
use primitives::{
    Act, Date, Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId,
    PurchaseRequestLineId, TenantId, VendorId,
};
use serde::Serialize;

use super::conversion::{Wanted, convert};
use super::model::{Command, OrderLine, PurchaseOrder, PurchaseOrderStatus, give_back, take_again as take};
use super::saga::PLAN;
use super::store::{self, OrderCriterion, SortedBy};
use crate::budget::service::Ledger;
use crate::purchase_request::approval::Case;
use crate::tolerance::model::Tolerances;
use crate::{Buying, authority, event, market, permission, purchase_request, tolerance};

/// The kind of document, as approval rights name it.
const DOCUMENT: &str = "PURCHASE_ORDER";
/// Lines of one conversion.
const MAX_LINES: usize = 500;

/// What is to be ordered.
#[derive(Clone, Debug, Serialize)]
pub struct Conversion {
    /// Of which approved lines.
    pub lines: Vec<Wanted>,
    /// By when it is to come.
    pub delivery_date: Option<Date>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A step in an order's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which order.
    pub id: PurchaseOrderId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// What is done.
    pub action: Action,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is done with an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Action {
    /// Hand it in.
    Submit,
    /// Let it go out.
    Approve,
    /// Ask for changes.
    Return(String),
    /// Give it to the vendor.
    Send,
    /// Note that the vendor will deliver.
    Acknowledge(Option<String>, Option<Date>),
    /// Expect nothing more.
    Close(String),
    /// Give it up.
    Cancel(String),
    /// Expect something of it again.
    Reopen(String),
}

impl Action {
    fn permission(&self) -> &'static str {
        match self {
            Self::Submit | Self::Close(_) | Self::Cancel(_) => permission::CONVERT,
            Self::Approve | Self::Return(_) | Self::Reopen(_) => permission::APPROVE,
            Self::Send | Self::Acknowledge(..) => permission::SEND,
        }
    }

    fn event(&self) -> &'static str {
        match self {
            Self::Submit => "po.submitted",
            Self::Approve => "po.approved",
            Self::Return(_) => "po.returned",
            Self::Send => "po.sent",
            Self::Acknowledge(..) => "po.acknowledged",
            Self::Close(_) => "po.closed",
            Self::Cancel(_) => "po.cancelled",
            Self::Reopen(_) => "po.reopened",
        }
    }
}

/// Makes orders from approved lines: one per vendor, currency and place.
///
/// # Errors
/// Everything that is wrong with what is wanted; `Unavailable` when the vendor service does not answer.
pub async fn create(app: &Buying, caller: &Caller, wanted: &Conversion) -> Result<Vec<PurchaseOrder>> {
    caller.require(permission::CONVERT)?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "convertToPurchaseOrders", key, wanted, act.at)?;
    check_count(&wanted.lines)?;
    let ids: Vec<PurchaseRequestLineId> = wanted.lines.iter().map(|line| line.line).collect();
    let known = purchase_request::store::requests_of(app.db.read(), caller.tenant, ids).await?;
    let sellers =
        wanted.lines.iter().map(|line| known.get(&line.line).and_then(|(_, vendor)| *vendor).or(line.vendor));
    let sellers: Vec<Option<VendorId>> = sellers.collect();
    let open = market::open_vendors(app, caller, sellers.iter().flatten().copied().collect()).await?;
    let blocked = &blocked(&sellers, &open);
    let requests: &BTreeSet<PurchaseRequestId> = &known.values().map(|(request, _)| *request).collect();
    app.db
        .write(|tx| async move {
            let work = async {
                blocked.clone().into_result()?;
                let mut cases = lock_cases(&tx, caller, requests).await?;
                let tolerances = tolerances_of(&tx, caller, &cases).await?;
                let lines = (wanted.lines.as_slice(), &tolerances);
                let orders = convert(&mut cases, lines, wanted.delivery_date, act)?;
                save_cases(&tx, caller, &cases).await?;
                let mut ledger = ledger_of(&cases);
                let mut made = Vec::with_capacity(orders.len());
                for mut new in orders {
                    let year = new.order.day(act.at).get().year();
                    new.order.number = numbering::next(&*tx, caller.tenant, ("PO", year)).await?;
                    store::insert(&*tx, caller.tenant, &new.order, &new.lines).await?;
                    ledger.follow_order(&tx, caller.tenant, (new.order.status, &new.lines)).await?;
                    tx.publish(event::order("po.created", caller.tenant, &new.order, &new.lines));
                    made.push(new.order);
                }
                Box::pin(ledger.settle(&tx, caller.tenant)).await?;
                Ok(made)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn check_count(lines: &[Wanted]) -> Result<()> {
    let mut refusals = Refusals::new();
    refusals.check(!lines.is_empty(), || Refusal::invalid("lines", "name a line to order"));
    refusals.check(lines.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("at most {MAX_LINES} lines are ordered at once"))
    });
    refusals.into_result()
}

fn blocked(sellers: &[Option<VendorId>], open: &std::collections::HashSet<VendorId>) -> Refusals {
    let mut refusals = Refusals::new();
    for (position, seller) in sellers.iter().enumerate() {
        let is_open = seller.is_none_or(|vendor| open.contains(&vendor));
        let at = format!("lines.{position}.vendorId");
        let message = "this vendor may not be bought from";
        refusals.check(is_open, || Refusal::new(Code::InvalidState, &at, message));
    }
    refusals
}

/// The requests in the order of their ids: of two who need the same, one waits for the other.
pub(crate) async fn lock_cases(
    tx: &Tx,
    caller: &Caller,
    ids: &BTreeSet<PurchaseRequestId>,
) -> Result<BTreeMap<PurchaseRequestId, Case>> {
    let mut cases = BTreeMap::new();
    for id in ids {
        let case = purchase_request::store::lock(&**tx, caller.tenant, *id).await?;
        cases.extend(case.map(|case| (*id, case)));
    }
    Ok(cases)
}

pub(crate) async fn save_cases(
    tx: &Tx,
    caller: &Caller,
    cases: &BTreeMap<PurchaseRequestId, Case>,
) -> Result<()> {
    for case in cases.values() {
        purchase_request::store::save_case(&**tx, caller.tenant, case).await?;
    }
    Ok(())
}

/// Takes an order one step further.
///
/// # Errors
/// `SOD_VIOLATION`, `LIMIT_EXCEEDED`, `INVALID_STATE`, `Conflict`, or what is wrong with the input.
pub async fn step(app: &Buying, caller: &Caller, step: &Step) -> Result<PurchaseOrder> {
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
                let (mut order, mut lines) = require(&tx, caller, (step.id, step.expected_version)).await?;
                let mut ledger = Ledger::default();
                match (&step.action, authority) {
                    (Action::Approve, Some(authority)) => order.approve(authority, act)?,
                    (Action::Reopen(reason), _) => {
                        ledger = Box::pin(take_again(&tx, caller, (&order, &mut lines), act)).await?;
                        order.reopen(&lines, reason, act)?;
                    }
                    (action, _) => advance(&mut order, action, act)?,
                }
                if matches!(step.action, Action::Close(_) | Action::Cancel(_)) {
                    ledger = Box::pin(release(&tx, caller, (&order, &mut lines), act)).await?;
                }
                store::save(&*tx, caller.tenant, &order).await?;
                if matches!(step.action, Action::Close(_) | Action::Cancel(_) | Action::Reopen(_)) {
                    Box::pin(ledger.follow_order(&tx, caller.tenant, (order.status, &lines))).await?;
                    Box::pin(ledger.settle(&tx, caller.tenant)).await?;
                }
                Box::pin(set_in_motion(&tx, caller.tenant, (&step.action, &order, &lines), act)).await?;
                tx.publish(event::order(step.action.event(), caller.tenant, &order, &lines));
                Ok(order)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Stores are asked to expect what was ordered, or to expect it no more.
async fn set_in_motion(
    tx: &Tx,
    tenant: TenantId,
    (action, order, lines): (&Action, &PurchaseOrder, &[OrderLine]),
    act: Act,
) -> Result<()> {
    let subject = (tenant, order.id.as_uuid(), order.version);
    let is_short = lines.iter().any(|line| line.cancelled.is_positive());
    match action {
        // What is expected again is expected as if it was sent anew.
        Action::Send | Action::Reopen(_) => {
            let is_sent = *action == Action::Send;
            saga::begin(tx, &PLAN, subject, act.at, |it| super::saga::sent(it, is_sent, act.at)).await
        }
        Action::Acknowledge(..) => {
            saga::follow(tx, &PLAN, subject, |it| super::saga::acknowledged(it, act.at)).await
        }
        Action::Close(_) if !is_short => {
            saga::follow(tx, &PLAN, subject, |it| super::saga::closed(it, act.at)).await
        }
        Action::Close(reason) | Action::Cancel(reason) => {
            let why = (reason.trim(), order.version);
            saga::follow(tx, &PLAN, subject, |it| super::saga::given_up(it, why, act.at)).await
        }
        Action::Submit | Action::Approve | Action::Return(_) => Ok(()),
    }
}

fn advance(order: &mut PurchaseOrder, action: &Action, act: Act) -> Result<(), Refusals> {
    match action {
        Action::Submit => order.take(Command::Submit, act),
        Action::Send => order.send(act),
        Action::Acknowledge(reference, day) => order.acknowledge((reference.as_deref(), *day), act),
        Action::Return(reason) => order.take_because(Command::Return, reason, act),
        Action::Close(reason) => order.close(reason, act),
        Action::Cancel(reason) => order.take_because(Command::Cancel, reason, act),
        // Those need more than the order, see `step`.
        Action::Approve | Action::Reopen(_) => {
            Err(Refusal::new(Code::Forbidden, "", "nobody's right to approve was looked up").into())
        }
    }
}

/// How far what is ordered of requests may differ.
async fn tolerances_of(
    tx: &Tx,
    caller: &Caller,
    cases: &BTreeMap<PurchaseRequestId, Case>,
) -> Result<Tolerances> {
    let lines = || cases.values().flat_map(|case| &case.lines);
    let products = lines().map(|line| line.product_id).collect();
    let categories = lines().filter_map(|line| line.terms.as_ref()?.category).collect();
    tolerance::store::of(&**tx, caller.tenant, (products, categories)).await
}

/// What requests take of budgets now.
fn ledger_of(cases: &BTreeMap<PurchaseRequestId, Case>) -> Ledger {
    let mut ledger = Ledger::default();
    cases.values().for_each(|case| ledger.follow_request(case));
    ledger
}

/// What is outstanding goes back to the requests it came from.
async fn release(
    tx: &Tx,
    caller: &Caller,
    (order, lines): (&PurchaseOrder, &mut Vec<OrderLine>),
    act: Act,
) -> Result<Ledger> {
    let back = give_back(lines);
    store::put_lines(&**tx, caller.tenant, (order.id, lines)).await?;
    let requests: BTreeSet<PurchaseRequestId> = back.iter().map(|(request, ..)| *request).collect();
    let mut cases = lock_cases(tx, caller, &requests).await?;
    for (request, line, quantity) in back {
        let line =
            cases.get_mut(&request).and_then(|case| case.lines.iter_mut().find(|each| each.id == line));
        let line = line.ok_or_else(|| Error::internal("an order line comes from a line of a request"))?;
        let left = line.ordered.checked_sub(quantity).filter(|left| !left.is_negative());
        line.ordered = left.unwrap_or(Decimal::ZERO);
    }
    for case in cases.values_mut() {
        case.count_orders(act)?;
    }
    save_cases(tx, caller, &cases).await?;
    Ok(ledger_of(&cases))
}

/// What was given back to the requests is on order again, as far as nobody else ordered it meanwhile.
async fn take_again(
    tx: &Tx,
    caller: &Caller,
    (order, lines): (&PurchaseOrder, &mut Vec<OrderLine>),
    act: Act,
) -> Result<Ledger> {
    if order.status != PurchaseOrderStatus::Closed {
        return Ok(Ledger::default());
    }
    let short = lines.iter().filter(|line| line.cancelled.is_positive());
    let requests: BTreeSet<PurchaseRequestId> = short.map(|line| line.request_id).collect();
    let mut cases = lock_cases(tx, caller, &requests).await?;
    let touched = take(lines, &mut cases).ok_or_else(|| Error::internal("stored quantities add up"))?;
    store::put_lines(&**tx, caller.tenant, (order.id, lines)).await?;
    cases.retain(|id, _| touched.contains(id));
    for case in cases.values_mut() {
        case.count_orders(act)?;
    }
    save_cases(tx, caller, &cases).await?;
    Ok(ledger_of(&cases))
}

/// The order as last seen, locked.
pub(crate) async fn require(
    tx: &Tx,
    caller: &Caller,
    (id, version): (PurchaseOrderId, i32),
) -> Result<(PurchaseOrder, Vec<OrderLine>)> {
    let found = store::lock(&**tx, caller.tenant, id).await?;
    let found = found.ok_or_else(|| Error::not_found_at("purchase order", "id"))?;
    if found.0.version == version { Ok(found) } else { Err(Error::conflict(found.0.version)) }
}

/// A page of the orders that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<OrderCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<PurchaseOrder>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// Orders by their ids.
pub(crate) async fn find_by_ids(
    app: &Buying,
    caller: &Caller,
    ids: Vec<PurchaseOrderId>,
) -> Result<HashMap<PurchaseOrderId, PurchaseOrder>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// The lines of orders that were found before.
pub(crate) async fn lines_of(
    app: &Buying,
    caller: &Caller,
    ids: Vec<PurchaseOrderId>,
) -> Result<HashMap<PurchaseOrderId, Vec<OrderLine>>> {
    store::lines_of(app.db.read(), caller.tenant, ids).await
}

/// Order lines by their ids, each with its order.
pub(crate) async fn lines_by_ids(
    app: &Buying,
    caller: &Caller,
    ids: Vec<PurchaseOrderLineId>,
) -> Result<HashMap<PurchaseOrderLineId, (PurchaseOrderId, OrderLine)>> {
    caller.require(permission::VIEW)?;
    store::lines_by_ids(app.db.read(), caller.tenant, ids).await
}

/// What is still to come of products.
pub(crate) async fn open_lines(
    app: &Buying,
    caller: &Caller,
    products: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<(PurchaseOrderId, OrderLine)>>> {
    caller.require(permission::VIEW)?;
    store::open_lines(app.db.read(), caller.tenant, products).await
}
