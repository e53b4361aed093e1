//! What people do with amendments.

use std::collections::{BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx};
use primitives::{Act, Audit, Date, PurchaseOrderAmendmentId, PurchaseOrderId, PurchaseRequestId, TenantId};
use serde::Serialize;

use super::change::{Change, LineChange, amend, needs_approval};
use super::model::{AmendedLine, Amendment, Command, MACHINE};
use super::store::{self, AmendmentCriterion};
use crate::authority::model::Authority;
use crate::budget::service::Ledger;
use crate::purchase_order::model::{OrderLine, PurchaseOrder};
use crate::purchase_order::service::{lock_cases, require, save_cases};
use crate::purchase_request::model::text;
use crate::{Buying, authority, event, permission, purchase_order, vendor_invoice};

/// The kind of document, as approval rights name it.
const DOCUMENT: &str = "PURCHASE_ORDER";

/// A change that somebody wants.
#[derive(Clone, Debug, Serialize)]
pub struct Wish {
    /// To which order.
    pub order_id: PurchaseOrderId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Which lines are changed.
    pub changes: Vec<LineChange>,
    /// By when it is to come, where that changes.
    pub delivery_date: Option<Date>,
    /// Why.
    pub reason: String,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A decision about an amendment.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which amendment.
    pub id: PurchaseOrderAmendmentId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// What is decided.
    pub decision: Decision,
    /// What there is to say.
    pub comment: Option<String>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is decided about an amendment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Decision {
    /// The order is changed.
    Approve,
    /// It stays as it is.
    Reject,
    /// Who wanted it gives it up.
    Withdraw,
}

/// Another amendment of the order waits for an answer.
pub(super) fn another_waits() -> Refusal {
    Refusal::new(Code::InvalidState, "", "another amendment of this order waits for approval")
}

/// Changes an order that the vendor has, or asks for it where the order gets much dearer.
///
/// # Errors
/// Everything that is wrong with the change; `INVALID_STATE`, `Conflict`.
pub async fn propose(app: &Buying, caller: &Caller, wish: &Wish) -> Result<Amendment> {
    caller.require(permission::CONVERT)?;
    let act = app.act(caller);
    let attempt =
        &Attempt::try_new(caller, "amendPurchaseOrder", wish.idempotency_key.as_deref(), wish, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let found = require(&tx, caller, (wish.order_id, wish.expected_version)).await?;
                let mut refusals = Refusals::new();
                let reason = refusals.take(text("reason", &wish.reason));
                let change = (wish.changes.as_slice(), wish.delivery_date);
                let (order, tried) = tried(&tx, caller, found, change, act).await?;
                let Some((tried, reason)) = refusals.take(tried).zip(reason) else {
                    return Err(refusals.into());
                };
                let mut amendment = draft(&order, (wish, reason), &tried, caller, act);
                let after = tried.order.base_total;
                if needs_approval(order.base_total, order.approved_base_total, after) {
                    tx.publish(event::amendment("po.amendment_requested", caller.tenant, &amendment));
                } else {
                    amendment.status = MACHINE.step(amendment.status, Command::Apply)?;
                    amendment.revision = Some(tried.order.revision);
                    Box::pin(tried.save(&tx, caller, act)).await?;
                }
                store::insert(&*tx, caller.tenant, &amendment).await?;
                Ok(amendment)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// An order as it is with a change.
struct Tried {
    order: PurchaseOrder,
    lines: Vec<OrderLine>,
    cases: std::collections::BTreeMap<PurchaseRequestId, crate::purchase_request::approval::Case>,
    amended: Vec<AmendedLine>,
}

impl Tried {
    async fn save(self, tx: &Tx, caller: &Caller, act: Act) -> Result<()> {
        let (tenant, id) = (caller.tenant, self.order.id);
        purchase_order::store::put_lines(&**tx, tenant, (id, &self.lines)).await?;
        purchase_order::store::save(&**tx, tenant, &self.order).await?;
        save_cases(tx, caller, &self.cases).await?;
        let mut ledger = Ledger::default();
        self.cases.values().for_each(|case| ledger.follow_request(case));
        ledger.follow_order(tx, tenant, (self.order.status, &self.lines)).await?;
        Box::pin(ledger.settle(tx, tenant)).await?;
        Box::pin(vendor_invoice::service::rematch_in(tx, tenant, (id, &[]), act)).await?;
        tx.publish(event::order("po.amended", tenant, &self.order, &self.lines));
        Ok(())
    }
}

/// Tries a change on a locked order and the requests it comes from, which are locked; answers the order as it is, too.
async fn tried(
    tx: &Tx,
    caller: &Caller,
    (order, mut lines): (PurchaseOrder, Vec<OrderLine>),
    change: Change<'_>,
    act: Act,
) -> Result<(PurchaseOrder, Result<Tried, Refusals>)> {
    let changed = lines.iter().filter(|line| change.0.iter().any(|each| each.line == line.id));
    let requests: BTreeSet<PurchaseRequestId> = changed.map(|line| line.request_id).collect();
    let mut cases = lock_cases(tx, caller, &requests).await?;
    let mut after = order.clone();
    let amended = amend((&mut after, &mut lines), &mut cases, change, act);
    Ok((order, amended.map(|amended| Tried { order: after, lines, cases, amended })))
}

fn draft(
    order: &PurchaseOrder,
    (wish, reason): (&Wish, String),
    tried: &Tried,
    caller: &Caller,
    act: Act,
) -> Amendment {
    Amendment {
        id: PurchaseOrderAmendmentId::at(act.at),
        order_id: order.id,
        revision: None,
        status: MACHINE.start,
        reason,
        delivery_date: wish.delivery_date,
        base_before: order.base_total,
        base_after: tried.order.base_total,
        lines: tried.amended.clone(),
        raised_by: caller.user,
        decided_by: None,
        delegated_from: None,
        decided_at: None,
        comment: None,
        audit: Audit::new(act),
        version: 1,
    }
}

/// Decides about an amendment.
///
/// # Errors
/// `SOD_VIOLATION`, `LIMIT_EXCEEDED`, `INVALID_STATE`, `Conflict`, or why the change cannot be made any more.
pub async fn decide(app: &Buying, caller: &Caller, step: &Step) -> Result<Amendment> {
    caller.require(match step.decision {
        Decision::Approve | Decision::Reject => permission::APPROVE,
        Decision::Withdraw => permission::CONVERT,
    })?;
    let act = app.act(caller);
    let operation = match step.decision {
        Decision::Approve => "approvePurchaseOrderAmendment",
        Decision::Reject => "rejectPurchaseOrderAmendment",
        Decision::Withdraw => "withdrawPurchaseOrderAmendment",
    };
    let attempt = &Attempt::try_new(caller, operation, step.idempotency_key.as_deref(), step, act.at)?;
    let authority = &authority::of(app, caller, DOCUMENT).await?;
    let order = store::order_of(app.db.read(), caller.tenant, step.id).await?;
    let order = order.ok_or_else(|| Error::not_found_at("amendment", "id"))?;
    app.db
        .write(|tx| async move {
            let work = async {
                let found = purchase_order::store::lock(&*tx, caller.tenant, order).await?;
                let found = found.ok_or_else(|| Error::internal("an amendment is one of an order"))?;
                let mut amendment = store::lock(&*tx, caller.tenant, step.id)
                    .await?
                    .ok_or_else(|| Error::not_found_at("amendment", "id"))?;
                if amendment.version != step.expected_version {
                    return Err(Error::conflict(amendment.version));
                }
                let comment = step.comment.as_deref();
                match step.decision {
                    Decision::Reject => {
                        amendment.reject(authority, comment.unwrap_or_default(), act)?;
                        tx.publish(event::amendment("po.amendment_rejected", caller.tenant, &amendment));
                    }
                    Decision::Withdraw => {
                        amendment.take(Command::Withdraw, act)?;
                        tx.publish(event::amendment("po.amendment_withdrawn", caller.tenant, &amendment));
                    }
                    Decision::Approve => {
                        Box::pin(apply(&tx, (caller, authority), found, (&mut amendment, comment), act))
                            .await?;
                    }
                }
                store::save(&*tx, caller.tenant, &amendment).await?;
                Ok(amendment)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn apply(
    tx: &Tx,
    (caller, authority): (&Caller, &Authority),
    found: (PurchaseOrder, Vec<OrderLine>),
    (amendment, comment): (&mut Amendment, Option<&str>),
    act: Act,
) -> Result<()> {
    let changes: Vec<LineChange> = amendment
        .lines
        .iter()
        .map(|line| LineChange {
            line: line.line,
            quantity: Some(line.quantity.1),
            unit_price: Some(line.price.1),
        })
        .collect();
    let change = (changes.as_slice(), amendment.delivery_date);
    let (_, tried) = tried(tx, caller, found, change, act).await?;
    let mut tried = tried?;
    // Something may have changed since it was asked for: what is approved is what comes out now.
    amendment.base_after = tried.order.base_total;
    amendment.approve(authority, (tried.order.ordered_by, comment), act)?;
    amendment.revision = Some(tried.order.revision);
    tried.order.approved_base_total = Some(tried.order.base_total);
    Box::pin(tried.save(tx, caller, act)).await
}

/// A page of the amendments that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<AmendmentCriterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<Amendment>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// The amendments of orders that were found before.
pub(crate) async fn of_orders(
    app: &Buying,
    tenant: TenantId,
    orders: Vec<PurchaseOrderId>,
) -> Result<HashMap<PurchaseOrderId, Vec<Amendment>>> {
    store::of_orders(app.db.read(), tenant, orders).await
}

/// The lines of amendments that were found before.
pub(crate) async fn lines_of(
    app: &Buying,
    tenant: TenantId,
    ids: Vec<PurchaseOrderAmendmentId>,
) -> Result<HashMap<PurchaseOrderAmendmentId, Vec<AmendedLine>>> {
    store::lines_of(app.db.read(), tenant, ids).await
}
