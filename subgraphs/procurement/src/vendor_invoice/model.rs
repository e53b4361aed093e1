//! The vendor's invoice and what may happen to it. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{Act, Audit, CurrencyCode, Date, Decimal, UserId, VendorId, VendorInvoiceId};
use serde::{Deserialize, Serialize};

use crate::authority::model::Authority;
use crate::machine::{Machine, words};
use crate::purchase_request::model::text;

/// Characters of a vendor's number and of a payment's reference.
const MAX_NUMBER: usize = 64;

words! {
    /// Where a vendor's invoice stands.
    InvoiceStatus {
        /// Recorded.
        Received = "RECEIVED",
        /// It is what was ordered and came.
        Matched = "MATCHED",
        /// A price differs from the order's.
        Variance = "VARIANCE",
        /// More is invoiced than came.
        Held = "HELD",
        /// May be paid.
        Approved = "APPROVED",
        /// Is paid.
        Paid = "PAID",
        /// Recorded by mistake.
        Voided = "VOIDED",
    }
}

words! {
    /// What can be done with a vendor's invoice.
    Command {
        /// Find that it agrees.
        Match = "match",
        /// Find that a price differs.
        Differ = "differ",
        /// Find that not all of it came.
        Hold = "hold",
        /// Let it be paid.
        Approve = "approve",
        /// Let it be paid although it differs.
        Accept = "accept",
        /// Note that it is paid.
        Pay = "pay",
        /// Give it up.
        Void = "void",
    }
}

/// The life of a vendor's invoice.
pub const MACHINE: Machine<InvoiceStatus, Command> = {
    use Command::{Accept, Approve, Differ, Hold, Match, Pay, Void};
    use InvoiceStatus::{Approved, Held, Matched, Paid, Received, Variance, Voided};
    Machine {
        name: "Vendor invoice",
        start: Received,
        arrows: &[
            (Received, Match, Matched),
            (Received, Differ, Variance),
            (Received, Hold, Held),
            (Matched, Match, Matched),
            (Matched, Differ, Variance),
            (Matched, Hold, Held),
            (Variance, Match, Matched),
            (Variance, Differ, Variance),
            (Variance, Hold, Held),
            (Held, Match, Matched),
            (Held, Differ, Variance),
            (Held, Hold, Held),
            (Matched, Approve, Approved),
            (Variance, Accept, Approved),
            (Held, Accept, Approved),
            (Approved, Pay, Paid),
            (Received, Void, Voided),
            (Matched, Void, Voided),
            (Variance, Void, Voided),
            (Held, Void, Voided),
        ],
    }
};

/// The states in which an invoice is still matched against what comes.
pub const OPEN_TO_MATCH: [InvoiceStatus; 4] =
    [InvoiceStatus::Received, InvoiceStatus::Matched, InvoiceStatus::Variance, InvoiceStatus::Held];

/// The states in which an invoice is neither paid nor given up.
pub const UNPAID: [InvoiceStatus; 5] = [
    InvoiceStatus::Received,
    InvoiceStatus::Matched,
    InvoiceStatus::Variance,
    InvoiceStatus::Held,
    InvoiceStatus::Approved,
];

/// What the head of an invoice says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Who wants to be paid.
    pub vendor_id: VendorId,
    /// The vendor's own number.
    pub number: String,
    /// In which currency.
    pub currency: CurrencyCode,
    /// From which day it is.
    pub invoice_date: Date,
    /// When it is to be paid.
    pub due_date: Option<Date>,
}

impl Head {
    /// What is wrong with it.
    pub fn check(&self, today: Date) -> Refusals {
        let mut refusals = Refusals::new();
        let length = self.number.trim().chars().count();
        refusals.check((1..=MAX_NUMBER).contains(&length), || {
            Refusal::invalid("number", format!("an invoice number has 1 to {MAX_NUMBER} characters"))
        });
        refusals.check(self.invoice_date <= today, || {
            Refusal::invalid("invoiceDate", "an invoice cannot be dated in the future")
        });
        let is_due_later = self.due_date.is_none_or(|day| day >= self.invoice_date);
        refusals
            .check(is_due_later, || Refusal::invalid("dueDate", "an invoice cannot be due before its date"));
        refusals
    }

    /// The number as it is compared: vendors write theirs in any case.
    pub fn number_key(&self) -> String {
        self.number.trim().to_lowercase()
    }
}

/// An invoice without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorInvoice {
    /// Identity.
    pub id: VendorInvoiceId,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Why it was accepted although it differs, or given up.
    pub status_reason: Option<String>,
    /// What its head says.
    pub head: Head,
    /// What it comes to.
    pub total: Decimal,
    /// What it comes to in the house's currency.
    pub base_total: Decimal,
    /// What of it is settled by credit notes.
    pub credited: Decimal,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// Who lets it be paid.
    pub approved_by: Option<UserId>,
    /// In whose right, where it was lent.
    pub delegated_from: Option<UserId>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// On which day it was paid.
    pub paid_on: Option<Date>,
    /// The payment's reference.
    pub payment_reference: Option<String>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl VendorInvoice {
    /// An invoice that somebody records, and what the match made of it.
    ///
    /// # Errors
    /// `INVALID_STATE` when `command` is none of a match.
    pub fn record(
        head: Head,
        (total, base_total): (Decimal, Decimal),
        command: Command,
        (recorded_by, act): (UserId, Act),
    ) -> Result<Self, Refusals> {
        let number = head.number.trim().to_owned();
        Ok(Self {
            id: VendorInvoiceId::at(act.at),
            status: MACHINE.step(MACHINE.start, command)?,
            status_reason: None,
            head: Head { number, ..head },
            total,
            base_total,
            credited: Decimal::ZERO,
            recorded_by,
            approved_by: None,
            delegated_from: None,
            approved_at: None,
            paid_on: None,
            payment_reference: None,
            audit: Audit::new(act),
            version: 1,
        })
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

    /// Lets it be paid; what differs needs a reason.
    ///
    /// # Errors
    /// `SOD_VIOLATION` for who recorded it, `LIMIT_EXCEEDED` beyond the limit, `INVALID_STATE`, `VALIDATION_ERROR`.
    pub fn approve(&mut self, authority: &Authority, reason: Option<&str>, act: Act) -> Result<(), Refusals> {
        let reason = reason.map(|reason| text("comment", reason)).transpose()?;
        self.take(if reason.is_some() { Command::Accept } else { Command::Approve }, act)?;
        self.delegated_from = authority.over(self.base_total, &[self.recorded_by])?;
        self.status_reason = reason;
        self.approved_by = Some(authority.user);
        self.approved_at = Some(act.at);
        Ok(())
    }

    /// Notes that it is paid.
    ///
    /// # Errors
    /// `INVALID_STATE` unless it may be, or what is wrong with day and reference.
    pub fn pay(
        &mut self,
        (paid_on, reference): (Date, Option<&str>),
        today: Date,
        act: Act,
    ) -> Result<(), Refusals> {
        self.take(Command::Pay, act)?;
        let reference = reference.map(str::trim).filter(|reference| !reference.is_empty());
        let mut refusals = Refusals::new();
        refusals.check((self.head.invoice_date..=today).contains(&paid_on), || {
            Refusal::invalid("paidOn", "an invoice is paid between its date and today")
        });
        refusals.check(reference.is_none_or(|text| text.chars().count() <= MAX_NUMBER), || {
            Refusal::invalid("reference", format!("a reference has at most {MAX_NUMBER} characters"))
        });
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.paid_on = Some(paid_on);
        self.payment_reference = reference.map(str::to_owned);
        Ok(())
    }

    /// What is still to be paid of it.
    pub fn payable(&self) -> Decimal {
        self.total.checked_sub(self.credited).unwrap_or(Decimal::ZERO)
    }

    /// Settles a part of it by what the vendor owes.
    ///
    /// # Errors
    /// `INVALID_STATE` when it is paid or given up, `LIMIT_EXCEEDED` when it comes to less.
    pub fn credit(&mut self, amount: Decimal, act: Act) -> Result<(), Refusals> {
        if !UNPAID.contains(&self.status) {
            let from = crate::machine::Word::code(self.status);
            let refusal =
                Refusal::new(Code::InvalidState, "invoiceId", "nothing is to be paid of this invoice");
            return Err(refusal.with("from", from).into());
        }
        let payable = self.payable();
        let credited = self.credited.checked_add(amount).filter(|credited| *credited <= self.total);
        self.credited = credited.ok_or_else(|| {
            let message = "the credit note comes to more than is to be paid of this invoice";
            Refusal::new(Code::LimitExceeded, "invoiceId", message).with("payable", payable.to_string())
        })?;
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }

    /// Gives it up.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason, `INVALID_STATE` once it may be paid or a credit note is applied to it.
    pub fn void(&mut self, reason: &str, act: Act) -> Result<(), Refusals> {
        let reason = text("reason", reason)?;
        if self.credited.is_positive() {
            let message = "a credit note is applied to this invoice";
            return Err(Refusal::new(Code::InvalidState, "", message).into());
        }
        self.take(Command::Void, act)?;
        self.status_reason = Some(reason);
        Ok(())
    }
}

/// Somebody recorded this number of this vendor before.
pub fn number_taken() -> Refusal {
    Refusal::new(Code::Duplicate, "number", "this vendor's invoice was recorded before")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::model::Limit;
    use crate::machine::Word;

    fn act() -> Act {
        Act { at: "2026-07-01T00:00:00Z".parse().unwrap(), by: None }
    }

    fn invoice(status: InvoiceStatus) -> VendorInvoice {
        let head = Head {
            vendor_id: VendorId::generate(),
            number: " A-1 ".to_owned(),
            currency: CurrencyCode::THB,
            invoice_date: "2026-06-30".parse().unwrap(),
            due_date: None,
        };
        let total = Decimal::from_whole(100);
        let who = (UserId::generate(), act());
        VendorInvoice { status, ..VendorInvoice::record(head, (total, total), Command::Match, who).unwrap() }
    }

    #[test]
    fn every_state_and_command_is_an_arrow_or_refused() {
        let mut arrows = 0;
        for status in InvoiceStatus::ALL {
            for command in Command::ALL {
                let mut tried = invoice(*status);
                match tried.take(*command, act()) {
                    Ok(()) => {
                        arrows += 1;
                        assert!(MACHINE.arrows.contains(&(*status, *command, tried.status)));
                    }
                    Err(refusals) => {
                        assert_eq!(refusals.first().map(|refusal| refusal.code), Some(Code::InvalidState));
                        assert_eq!((tried.status, tried.version), (*status, 1));
                    }
                }
            }
        }
        assert_eq!(arrows, MACHINE.arrows.len());
    }

    #[test]
    fn who_recorded_it_does_not_let_it_be_paid() {
        let mut own = invoice(InvoiceStatus::Matched);
        let authority = Authority { user: own.recorded_by, own: Limit::Unlimited, lent: Vec::new() };
        let refused = own.approve(&authority, None, act()).unwrap_err();
        assert_eq!(refused.first().map(|refusal| refusal.code), Some(Code::SodViolation));
        let mut held = invoice(InvoiceStatus::Held);
        let other = Authority { user: UserId::generate(), own: Limit::Unlimited, lent: Vec::new() };
        assert!(held.clone().approve(&other, None, act()).is_err(), "what differs needs a reason");
        held.approve(&other, Some("agreed on the phone"), act()).unwrap();
        assert_eq!(held.status, InvoiceStatus::Approved);
    }

    #[test]
    fn a_head_says_everything_that_is_wrong_with_it() {
        let today: Date = "2026-07-01".parse().unwrap();
        let head = Head {
            number: "  ".to_owned(),
            invoice_date: today.next(),
            due_date: Some(today),
            ..invoice(InvoiceStatus::Received).head
        };
        let fields: Vec<String> =
            head.check(today).into_iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["number", "invoiceDate", "dueDate"]);
    }
}
