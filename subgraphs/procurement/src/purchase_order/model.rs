//! The purchase order and what may happen to it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{
    Act, Audit, CategoryId, CurrencyCode, Date, Decimal, LocationId, ProductId, PurchaseOrderId,
    PurchaseOrderLineId, PurchaseRequestId, PurchaseRequestLineId, Unit, UserId, VendorId,
};
use serde::{Deserialize, Serialize};

use crate::authority::model::Authority;
use crate::house;
use crate::machine::{Machine, words};
use crate::purchase_request::approval::Case;
use crate::purchase_request::model::{PurchaseRequestStatus, text};

/// How long after it was closed an order may be reopened.
const REOPENED_WITHIN: TimeDelta = TimeDelta::days(30);
/// Characters of a vendor's own reference.
const MAX_REFERENCE: usize = 64;

words! {
    /// Where a purchase order stands.
    PurchaseOrderStatus {
        /// Being put together.
        Draft = "DRAFT",
        /// Waiting for somebody to let it go out.
        PendingApproval = "PENDING_APPROVAL",
        /// May go out.
        Approved = "APPROVED",
        /// The vendor has it.
        Sent = "SENT",
        /// The vendor will deliver.
        Acknowledged = "ACKNOWLEDGED",
        /// Some of it came.
        PartiallyReceived = "PARTIALLY_RECEIVED",
        /// All of it came.
        Received = "RECEIVED",
        /// Nothing more will come.
        Closed = "CLOSED",
        /// Given up before anything came.
        Cancelled = "CANCELLED",
    }
}

words! {
    /// What can be done with a purchase order.
    Command {
        /// Hand it in.
        Submit = "submit",
        /// Let it go out.
        Approve = "approve",
        /// Ask for changes.
        Return = "return",
        /// Give it to the vendor.
        Send = "send",
        /// Note that the vendor will deliver.
        Acknowledge = "acknowledge",
        /// Some of it comes.
        ReceivePart = "receive part",
        /// The rest of it comes.
        ReceiveAll = "receive all",
        /// Some of what came is taken back.
        TakeBackPart = "take back part",
        /// All of what came is taken back.
        TakeBackAll = "take back all",
        /// Expect nothing more.
        Close = "close",
        /// Give it up.
        Cancel = "cancel",
        /// Change what the vendor has.
        Amend = "amend",
        /// Expect something of it again.
        ReopenPart = "reopen part",
        /// Expect nothing more of it, but more may come.
        ReopenAll = "reopen all",
    }
}

/// The life of a purchase order.
pub const MACHINE: Machine<PurchaseOrderStatus, Command> = {
    use Command::{
        Acknowledge, Amend, Approve, Cancel, Close, ReceiveAll, ReceivePart, ReopenAll, ReopenPart, Return,
        Send, Submit, TakeBackAll, TakeBackPart,
    };
    use PurchaseOrderStatus::{
        Acknowledged, Approved, Cancelled, Closed, Draft, PartiallyReceived, PendingApproval, Received, Sent,
    };
    Machine {
        name: "Purchase order",
        start: Draft,
        arrows: &[
            (Draft, Submit, PendingApproval),
            (Draft, Cancel, Cancelled),
            (PendingApproval, Approve, Approved),
            (PendingApproval, Return, Draft),
            (PendingApproval, Cancel, Cancelled),
            (Approved, Send, Sent),
            (Approved, Cancel, Cancelled),
            (Sent, Acknowledge, Acknowledged),
            (Sent, ReceivePart, PartiallyReceived),
            (Sent, ReceiveAll, Received),
            (Sent, Cancel, Cancelled),
            (Acknowledged, ReceivePart, PartiallyReceived),
            (Acknowledged, ReceiveAll, Received),
            (Acknowledged, Cancel, Cancelled),
            (PartiallyReceived, ReceivePart, PartiallyReceived),
            (PartiallyReceived, ReceiveAll, Received),
            (PartiallyReceived, Close, Closed),
            (Received, ReceiveAll, Received),
            (PartiallyReceived, TakeBackPart, PartiallyReceived),
            (PartiallyReceived, TakeBackAll, Sent),
            (Received, TakeBackPart, PartiallyReceived),
            (Received, TakeBackAll, Sent),
            (Received, Close, Closed),
            (Sent, Amend, Sent),
            (Acknowledged, Amend, Acknowledged),
            (PartiallyReceived, Amend, PartiallyReceived),
            (Closed, ReopenPart, PartiallyReceived),
            (Closed, ReopenAll, Received),
        ],
    }
};

/// By how many hundredths a delivery or an invoice may go beyond an order line; snapshotted when the order is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tolerance {
    /// Of the price.
    pub price: Decimal,
    /// Of the quantity.
    pub quantity: Decimal,
}

impl Tolerance {
    /// What holds where nobody says otherwise.
    pub const STANDARD: Self = Self { price: FIVE, quantity: FIVE };
}

/// Five per cent.
const FIVE: Decimal = Decimal::from_raw(5 * Decimal::ONE.raw());

/// One product of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Identity.
    pub id: PurchaseOrderLineId,
    /// The request it comes from.
    pub request_id: PurchaseRequestId,
    /// The line it comes from.
    pub request_line_id: PurchaseRequestLineId,
    /// What.
    pub product_id: ProductId,
    /// What that is sorted into.
    pub category: Option<CategoryId>,
    /// In which unit everything here is counted.
    pub unit: Unit,
    /// What the product is counted in.
    pub base_unit: Unit,
    /// Base units in one unit.
    pub factor: Decimal,
    /// How much is ordered.
    pub ordered: Decimal,
    /// How much of it came and was kept.
    pub received: Decimal,
    /// How much will not come any more.
    pub cancelled: Decimal,
    /// How much may come at most.
    pub receivable: Decimal,
    /// How much the vendor wants to be paid for.
    pub invoiced: Decimal,
    /// How far a delivery and an invoice may differ from it.
    pub tolerance: Tolerance,
    /// What one unit costs, in the order's currency.
    pub unit_price: Decimal,
    /// What is taken off.
    pub discount: Decimal,
    /// What is put on.
    pub tax: Decimal,
    /// What the line comes to.
    pub amount: Decimal,
    /// What it comes to in the house's currency.
    pub base_amount: Decimal,
}

impl OrderLine {
    /// What is still to come.
    pub fn outstanding(&self) -> Decimal {
        let due = self.ordered.checked_sub(self.cancelled).and_then(|due| due.checked_sub(self.received));
        due.filter(|due| due.is_positive()).unwrap_or(Decimal::ZERO)
    }

    /// How much may come at most of what is ordered and not cancelled; nothing when the range is left.
    pub fn receivable_of(&self, ordered: Decimal) -> Option<Decimal> {
        let beyond = ordered.checked_ratio(self.tolerance.quantity, Decimal::from_whole(100))?;
        ordered.checked_add(beyond)?.checked_sub(self.cancelled)
    }
}

/// An order without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseOrder {
    /// Identity.
    pub id: PurchaseOrderId,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub status: PurchaseOrderStatus,
    /// Why it was sent back, closed short or given up.
    pub status_reason: Option<String>,
    /// From whom.
    pub vendor_id: VendorId,
    /// In which currency.
    pub currency: CurrencyCode,
    /// Where it is to go.
    pub deliver_to: LocationId,
    /// By when.
    pub delivery_date: Option<Date>,
    /// What it comes to.
    pub total: Decimal,
    /// What it comes to in the house's currency.
    pub base_total: Decimal,
    /// What the vendor calls it.
    pub vendor_reference: Option<String>,
    /// Who put it together.
    pub ordered_by: UserId,
    /// Who let it go out.
    pub approved_by: Option<UserId>,
    /// In whose right, where it was lent.
    pub delegated_from: Option<UserId>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// When the vendor got it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the vendor said yes.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When nothing more was expected.
    pub closed_at: Option<DateTime<Utc>>,
    /// Counts what the vendor was given, from 1.
    pub revision: i32,
    /// The time zone of the property it is for.
    pub time_zone: Option<String>,
    /// What it came to in the house's currency when somebody last let it go out.
    pub approved_base_total: Option<Decimal>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl PurchaseOrder {
    /// The day it is where the order is for.
    pub fn day(&self, now: DateTime<Utc>) -> Date {
        house::day_in(self.time_zone.as_deref(), now)
    }

    /// Takes one arrow of the machine.
    ///
    /// # Errors
    /// `INVALID_STATE` when there is none.
    pub fn take(&mut self, command: Command, act: Act) -> Result<(), Refusals> {
        self.status = MACHINE.step(self.status, command)?;
        self.status_reason = None;
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }

    /// Takes one arrow for a reason.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason, `INVALID_STATE` without an arrow.
    pub fn take_because(&mut self, command: Command, reason: &str, act: Act) -> Result<(), Refusals> {
        let reason = text("reason", reason)?;
        self.take(command, act)?;
        self.status_reason = Some(reason);
        Ok(())
    }

    /// Lets it go out.
    ///
    /// # Errors
    /// `SOD_VIOLATION` for who put it together, `LIMIT_EXCEEDED` beyond the limit, `INVALID_STATE`.
    pub fn approve(&mut self, authority: &Authority, act: Act) -> Result<(), Refusals> {
        self.take(Command::Approve, act)?;
        self.delegated_from = authority.over(self.base_total, &[self.ordered_by])?;
        self.approved_by = Some(authority.user);
        self.approved_at = Some(act.at);
        self.approved_base_total = Some(self.base_total);
        Ok(())
    }

    /// Expects nothing more.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason where something is outstanding, `INVALID_STATE`.
    pub fn close(&mut self, reason: &str, act: Act) -> Result<(), Refusals> {
        if self.status == PurchaseOrderStatus::Received {
            self.take(Command::Close, act)?;
            self.status_reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        } else {
            self.take_because(Command::Close, reason, act)?;
        }
        self.closed_at = Some(act.at);
        Ok(())
    }

    /// Expects something of it again, or nothing.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason, `INVALID_STATE` unless it was closed within the last 30 days.
    pub fn reopen(&mut self, lines: &[OrderLine], reason: &str, act: Act) -> Result<(), Refusals> {
        let is_all = lines.iter().all(|line| line.outstanding().is_zero());
        self.take_because(if is_all { Command::ReopenAll } else { Command::ReopenPart }, reason, act)?;
        let closed_at = self.closed_at.take().unwrap_or(self.audit.created_at);
        if act.at - closed_at > REOPENED_WITHIN {
            let message = "an order is reopened within 30 days";
            let refusal = Refusal::new(Code::InvalidState, "", message);
            return Err(refusal.with("from", "CLOSED").with("closedAt", closed_at.to_rfc3339()).into());
        }
        Ok(())
    }

    /// Follows what of it is received after something went back, or turned out not to have gone. False where that changes
    /// nothing: nothing more is expected of it, or it stands there already.
    ///
    /// # Errors
    /// `INVALID_STATE` when the vendor does not have it.
    pub fn recount(&mut self, lines: &[OrderLine], act: Act) -> Result<bool, Refusals> {
        use PurchaseOrderStatus::{Cancelled, Closed, Received};
        if [Closed, Cancelled].contains(&self.status) {
            return Ok(false);
        }
        let is_none = lines.iter().all(|line| line.received.is_zero());
        let is_all = lines.iter().all(|line| line.outstanding().is_zero());
        let command = match (is_none, is_all, self.status) {
            (true, ..) => Command::TakeBackAll,
            (false, true, _) => Command::ReceiveAll,
            (false, false, Received) => Command::TakeBackPart,
            (false, false, _) => Command::ReceivePart,
        };
        self.take(command, act)?;
        Ok(true)
    }

    /// Gives it to the vendor.
    ///
    /// # Errors
    /// `INVALID_STATE` unless it may go out.
    pub fn send(&mut self, act: Act) -> Result<(), Refusals> {
        self.take(Command::Send, act)?;
        self.sent_at = Some(act.at);
        Ok(())
    }

    /// Notes that the vendor will deliver, under which reference, and by when.
    ///
    /// # Errors
    /// `INVALID_STATE`, or what is wrong with the reference.
    pub fn acknowledge(
        &mut self,
        (reference, day): (Option<&str>, Option<Date>),
        act: Act,
    ) -> Result<(), Refusals> {
        self.take(Command::Acknowledge, act)?;
        let reference = reference.map(str::trim).filter(|reference| !reference.is_empty());
        if reference.is_some_and(|reference| reference.chars().count() > MAX_REFERENCE) {
            let message = format!("a reference has at most {MAX_REFERENCE} characters");
            return Err(Refusal::invalid("vendorReference", message).into());
        }
        self.vendor_reference = reference.map(str::to_owned);
        self.delivery_date = day.or(self.delivery_date);
        self.acknowledged_at = Some(act.at);
        Ok(())
    }
}

/// Takes what is outstanding back from the lines; answers how much goes back to which line of which request.
pub fn give_back(lines: &mut [OrderLine]) -> Vec<(PurchaseRequestId, PurchaseRequestLineId, Decimal)> {
    let mut back = Vec::new();
    for line in lines {
        let outstanding = line.outstanding();
        if outstanding.is_positive() {
            line.cancelled = line.cancelled.checked_add(outstanding).unwrap_or(line.ordered);
            // Nothing more may come than what came.
            line.receivable = line.received;
            back.push((line.request_id, line.request_line_id, outstanding));
        }
    }
    back
}

/// Expects again what was cancelled, as far as the requests still hold it open; answers which requests that changes.
/// Nothing when the range is left.
pub fn take_again(
    lines: &mut [OrderLine],
    cases: &mut BTreeMap<PurchaseRequestId, Case>,
) -> Option<BTreeSet<PurchaseRequestId>> {
    use PurchaseRequestStatus::{Approved, Ordered, PartiallyOrdered};
    let mut touched = BTreeSet::new();
    for line in lines.iter_mut().filter(|line| line.cancelled.is_positive()) {
        let case = cases.get_mut(&line.request_id);
        let case = case.filter(|case| [Approved, PartiallyOrdered, Ordered].contains(&case.request.status));
        let from = case.and_then(|case| case.lines.iter_mut().find(|each| each.id == line.request_line_id));
        if let Some(from) = from {
            let again = line.cancelled.min(from.open_quantity());
            if again.is_positive() {
                from.ordered = from.ordered.checked_add(again)?;
                line.cancelled = line.cancelled.checked_sub(again)?;
                touched.insert(line.request_id);
            }
        }
        line.receivable = line.receivable_of(line.ordered)?.max(line.received);
    }
    Some(touched)
}

/// Counts in what came.
///
/// # Errors
/// `OVER_RECEIPT` beyond what the line takes.
pub fn receive(line: &mut OrderLine, accepted: Decimal) -> Result<(), Refusal> {
    let received = line.received.checked_add(accepted).filter(|received| *received <= line.receivable);
    let Some(received) = received else {
        let most = line.receivable.checked_sub(line.received).unwrap_or(Decimal::ZERO);
        let message = "more would be received than was ordered";
        return Err(
            Refusal::new(Code::OverReceipt, "acceptedQuantity", message).with("maxAllowed", most.to_string())
        );
    };
    line.received = received;
    Ok(())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
