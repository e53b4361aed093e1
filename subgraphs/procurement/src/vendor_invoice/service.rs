//! What people do with vendor invoices, and what happens to them when goods come or go back.

use std::collections::{BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx};
use primitives::{Act, Date, Decimal, PurchaseOrderId, PurchaseOrderLineId, TenantId, VendorInvoiceId};
use serde::Serialize;

use super::matching::{Charge, InvoiceLine, Orders, close_ranks, match_lines, read_lines};
use super::model::{Head, VendorInvoice};
use super::store::{self, InvoiceCriterion, SortedBy};
use crate::budget::service::Ledger;
use crate::purchase_order::model::OrderLine;
use crate::{Buying, authority, event, house, permission, purchase_order};

/// The kind of document, as approval rights name it.
const DOCUMENT: &str = "VENDOR_INVOICE";

/// An invoice to record.
#[derive(Clone, Debug, Serialize)]
pub struct NewInvoice {
    /// Its head.
    pub head: Head,
    /// Its lines.
    pub charges: Vec<Charge>,
    /// What it says it comes to.
    pub total: Option<Decimal>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A step in an invoice's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which invoice.
    pub id: VendorInvoiceId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// What is done.
    pub action: Action,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is done with an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Action {
    /// Let it be paid.
    Approve,
    /// Let it be paid although it differs.
    Accept(String),
    /// Match it again.
    Rematch,
    /// Note that it is paid, on which day and under which reference.
    Pay(Option<Date>, Option<String>),
    /// Give it up.
    Void(String),
}

impl Action {
    fn name(&self) -> &'static str {
        match self {
            Self::Approve => "approveInvoice",
            Self::Accept(_) | Self::Rematch => "resolveMatch",
            Self::Pay(..) => "payInvoice",
            Self::Void(_) => "voidInvoice",
        }
    }
}

/// Records an invoice and matches it.
///
/// # Errors
/// `DUPLICATE` when the number was recorded before, or everything that is wrong with it.
pub async fn record(app: &Buying, caller: &Caller, new: &NewInvoice) -> Result<VendorInvoice> {
    caller.require(permission::MATCH)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "recordInvoice", new.idempotency_key.as_deref(), new, act.at)?;
    let ids = new.charges.iter().map(|charge| charge.order_line).collect();
    let known = purchase_order::store::lines_by_ids(app.db.read(), caller.tenant, ids).await?;
    let orders: &BTreeSet<PurchaseOrderId> = &known.into_values().map(|(order, _)| order).collect();
    app.db
        .write(|tx| async move {
            let work = async {
                let mut orders = lock_orders(&tx, caller.tenant, orders).await?;
                let (invoice, lines) = read(new, &mut orders, caller, act)?;
                store::insert(&*tx, caller.tenant, &invoice, &lines).await?;
                put_orders(&tx, caller.tenant, &orders).await?;
                tx.publish(event::invoice("invoice.received", caller.tenant, &invoice, &lines));
                tx.publish(event::invoice_matched(caller.tenant, &invoice, &lines));
                Ok(invoice)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn read(
    new: &NewInvoice,
    orders: &mut Orders,
    caller: &Caller,
    act: Act,
) -> Result<(VendorInvoice, Vec<InvoiceLine>), Refusals> {
    let mut refusals = new.head.check(house::day(act.at));
    let terms = (new.head.vendor_id, new.head.currency);
    let mut lines = refusals.take(read_lines(&new.charges, terms, orders)).unwrap_or_default();
    let command = match_lines(&mut lines, &lines_by_id(orders));
    let total = Decimal::checked_sum(lines.iter().map(|line| line.amount));
    let base_total = Decimal::checked_sum(lines.iter().map(|line| line.base_amount));
    let fits = |total: &Decimal| total.is_within_bound();
    let (total, base_total) = (total.filter(fits), base_total.filter(fits));
    refusals.check(total.is_some() && base_total.is_some(), || {
        Refusal::invalid("lines", "an invoice comes to less than 1,000,000,000")
    });
    let said = new.total.filter(|_| refusals.is_empty());
    refusals.check(said.is_none_or(|said| Some(said) == total), || {
        let sum = total.map(|total| total.to_string());
        Refusal::invalid("total", "the lines come to another total").with("total", sum)
    });
    match total.zip(base_total).zip(command) {
        Some((totals, command)) if refusals.is_empty() => {
            let who = (caller.user, act);
            Ok((VendorInvoice::record(new.head.clone(), totals, command, who)?, lines))
        }
        _ => Err(refusals),
    }
}

/// Matches an invoice against order lines as they are now.
fn compare(
    invoice: &mut VendorInvoice,
    lines: &mut [InvoiceLine],
    order_lines: &HashMap<PurchaseOrderLineId, OrderLine>,
    act: Act,
) -> Result<()> {
    let command = match_lines(lines, order_lines);
    let command = command.ok_or_else(|| Error::internal("an invoice stands on lines of orders"))?;
    Ok(invoice.take(command, act)?)
}

/// Takes an invoice one step further.
///
/// # Errors
/// `SOD_VIOLATION`, `LIMIT_EXCEEDED`, `INVALID_STATE`, `Conflict`, or what is wrong with the input.
pub async fn step(app: &Buying, caller: &Caller, step: &Step) -> Result<VendorInvoice> {
    caller.require(permission::MATCH)?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, step.action.name(), key, step, act.at)?;
    let authority = match step.action {
        Action::Approve | Action::Accept(_) => Some(authority::of(app, caller, DOCUMENT).await?),
        _ => None,
    };
    let authority = &authority;
    let lines = store::lines_of(app.db.read(), caller.tenant, vec![step.id]).await?.remove(&step.id);
    // Which orders an invoice stands on never changes.
    let orders: &BTreeSet<PurchaseOrderId> = &lines.iter().flatten().map(|line| line.order_id).collect();
    app.db
        .write(|tx| async move {
            let work = async {
                let mut orders = lock_orders(&tx, caller.tenant, orders).await?;
                let (mut invoice, mut lines) = require(&tx, caller, (step.id, step.expected_version)).await?;
                match (&step.action, authority) {
                    (Action::Approve, Some(authority)) => invoice.approve(authority, None, act)?,
                    (Action::Accept(comment), Some(authority)) => {
                        invoice.approve(authority, Some(comment), act)?;
                    }
                    (Action::Pay(day, reference), _) => {
                        let today = house::day(act.at);
                        invoice.pay((day.unwrap_or(today), reference.as_deref()), today, act)?;
                    }
                    (Action::Void(reason), _) => {
                        invoice.void(reason, act)?;
                        uncount(&lines, &mut orders);
                        put_orders(&tx, caller.tenant, &orders).await?;
                    }
                    _ => compare(&mut invoice, &mut lines, &lines_by_id(&orders), act)?,
                }
                store::save(&*tx, caller.tenant, &invoice).await?;
                store::put_lines(&*tx, caller.tenant, (invoice.id, &lines)).await?;
                if authority.is_some() {
                    Box::pin(spend(&tx, caller.tenant, (&lines, &orders))).await?;
                }
                publish(&tx, caller.tenant, (&step.action, &invoice, &lines));
                if matches!(step.action, Action::Void(_)) {
                    for order in orders.keys() {
                        Box::pin(rematch_in(&tx, caller.tenant, (*order, &lines), act)).await?;
                    }
                }
                Ok(invoice)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// What was committed to the orders is spent for good.
async fn spend(tx: &Tx, tenant: TenantId, (lines, orders): (&[InvoiceLine], &Orders)) -> Result<()> {
    let mut ledger = Ledger::default();
    for (order, order_lines) in orders.values() {
        ledger.follow_order(tx, tenant, (order.status, order_lines)).await?;
        ledger.spend(lines, order_lines);
    }
    ledger.settle(tx, tenant).await
}

fn publish(tx: &Tx, tenant: TenantId, (action, invoice, lines): (&Action, &VendorInvoice, &[InvoiceLine])) {
    let kind = match action {
        Action::Approve | Action::Accept(_) => "invoice.approved",
        Action::Pay(..) => "invoice.paid",
        Action::Void(_) => "invoice.voided",
        Action::Rematch => return tx.publish(event::invoice_matched(tenant, invoice, lines)),
    };
    tx.publish(event::invoice(kind, tenant, invoice, lines));
}

fn uncount(lines: &[InvoiceLine], orders: &mut Orders) {
    for line in lines {
        let of = orders.get_mut(&line.order_id).map(|(_, lines)| lines);
        let of = of.and_then(|lines| lines.iter_mut().find(|each| each.id == line.charge.order_line));
        if let Some(of) = of {
            let left = of.invoiced.checked_sub(line.charge.quantity).filter(|left| !left.is_negative());
            of.invoiced = left.unwrap_or(Decimal::ZERO);
        }
    }
}

/// Matches the open invoices of an order again, whose lines are locked: something of it came or went back, or an invoice
/// with the lines `gone` was given up.
///
/// # Errors
/// `Internal` when the database fails.
pub(crate) async fn rematch_in(
    tx: &Tx,
    tenant: TenantId,
    (order, gone): (PurchaseOrderId, &[InvoiceLine]),
    act: Act,
) -> Result<()> {
    for id in store::open_of_order(&**tx, tenant, order).await? {
        let Some((mut invoice, mut lines)) = store::lock(&**tx, tenant, id).await? else { continue };
        if !super::model::OPEN_TO_MATCH.contains(&invoice.status) {
            continue;
        }
        let before = (invoice.status, lines.clone());
        close_ranks(&mut lines, gone);
        let ids = lines.iter().map(|line| line.charge.order_line).collect();
        let known = purchase_order::store::lines_by_ids(&**tx, tenant, ids).await?;
        let known = known.into_iter().map(|(id, (_, line))| (id, line)).collect();
        compare(&mut invoice, &mut lines, &known, act)?;
        if before == (invoice.status, lines.clone()) {
            continue;
        }
        store::save(&**tx, tenant, &invoice).await?;
        store::put_lines(&**tx, tenant, (invoice.id, &lines)).await?;
        if before.0 != invoice.status {
            tx.publish(event::invoice_matched(tenant, &invoice, &lines));
        }
    }
    Ok(())
}

/// The orders in the order of their ids: of two who need the same, one waits for the other.
async fn lock_orders(tx: &Tx, tenant: TenantId, ids: &BTreeSet<PurchaseOrderId>) -> Result<Orders> {
    let mut orders = Orders::new();
    for id in ids {
        let order = purchase_order::store::lock(&**tx, tenant, *id).await?;
        orders.extend(order.map(|order| (*id, order)));
    }
    Ok(orders)
}

async fn put_orders(tx: &Tx, tenant: TenantId, orders: &Orders) -> Result<()> {
    for (id, (_, lines)) in orders {
        purchase_order::store::put_lines(&**tx, tenant, (*id, lines)).await?;
    }
    Ok(())
}

fn lines_by_id(orders: &Orders) -> HashMap<PurchaseOrderLineId, OrderLine> {
    orders.values().flat_map(|(_, lines)| lines.iter().map(|line| (line.id, line.clone()))).collect()
}

/// The invoice as last seen, locked.
async fn require(
    tx: &Tx,
    caller: &Caller,
    (id, version): (VendorInvoiceId, i32),
) -> Result<(VendorInvoice, Vec<InvoiceLine>)> {
    let found = store::lock(&**tx, caller.tenant, id).await?;
    let found = found.ok_or_else(|| Error::not_found_at("vendor invoice", "id"))?;
    if found.0.version == version { Ok(found) } else { Err(Error::conflict(found.0.version)) }
}

/// A page of the invoices that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<InvoiceCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<VendorInvoice>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// Invoices by their ids.
pub(crate) async fn find_by_ids(
    app: &Buying,
    caller: &Caller,
    ids: Vec<VendorInvoiceId>,
) -> Result<HashMap<VendorInvoiceId, VendorInvoice>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// The lines of invoices that were found before.
pub(crate) async fn lines_of(
    app: &Buying,
    caller: &Caller,
    ids: Vec<VendorInvoiceId>,
) -> Result<HashMap<VendorInvoiceId, Vec<InvoiceLine>>> {
    store::lines_of(app.db.read(), caller.tenant, ids).await
}
