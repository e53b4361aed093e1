//! The credit note and what may happen to it. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{
    Act, Audit, CreditNoteId, CurrencyCode, Decimal, GoodsReceivedNoteId, LocationId, PurchaseOrderId,
    UserId, VendorId, VendorInvoiceId,
};
use serde::{Deserialize, Serialize};

use crate::authority::model::Authority;
use crate::goods_received_note::model::GoodsReceivedNote;
use crate::machine::{Machine, Word, words};
use crate::purchase_request::model::text;

words! {
    /// What comes back.
    CreditKind {
        /// Goods go back, and their price comes back.
        QuantityReturn = "QUANTITY_RETURN",
        /// Money comes back, the goods stay.
        Amount = "AMOUNT",
    }
}

words! {
    /// Where a credit note stands.
    CreditStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Waiting for somebody to approve.
        PendingApproval = "PENDING_APPROVAL",
        /// May be posted.
        Approved = "APPROVED",
        /// The vendor owes it.
        Posted = "POSTED",
        /// Inventory did not give the goods out.
        PostingFailed = "POSTING_FAILED",
        /// Settles a part of an invoice.
        Applied = "APPLIED",
        /// Given up before it was posted.
        Cancelled = "CANCELLED",
        /// Reversed after it was posted.
        Voided = "VOIDED",
    }
}

words! {
    /// What can be done with a credit note.
    Command {
        /// Change it.
        Edit = "edit",
        /// Hand it in.
        Submit = "submit",
        /// Say yes.
        Approve = "approve",
        /// Ask for changes.
        Return = "return",
        /// Send the goods back, claim the money.
        Post = "post",
        /// Inventory has given the goods out.
        Confirm = "confirm",
        /// Inventory has refused to.
        FailPosting = "fail posting",
        /// Settle an invoice by it.
        Apply = "apply",
        /// Give it up.
        Cancel = "cancel",
        /// Reverse it.
        Void = "void",
        /// Inventory has refused to take the goods in again.
        FailVoid = "fail void",
    }
}

/// The life of a credit note.
pub const MACHINE: Machine<CreditStatus, Command> = {
    use Command::{Apply, Approve, Cancel, Confirm, Edit, FailPosting, FailVoid, Post, Return, Submit, Void};
    use CreditStatus::{Applied, Approved, Cancelled, Draft, PendingApproval, Posted, PostingFailed, Voided};
    Machine {
        name: "Credit note",
        start: Draft,
        arrows: &[
            (Draft, Edit, Draft),
            (Draft, Submit, PendingApproval),
            (Draft, Cancel, Cancelled),
            (PendingApproval, Approve, Approved),
            (PendingApproval, Return, Draft),
            (PendingApproval, Cancel, Cancelled),
            (Approved, Post, Posted),
            (Approved, Cancel, Cancelled),
            (Posted, Confirm, Posted),
            (Posted, FailPosting, PostingFailed),
            (Posted, Apply, Applied),
            (Posted, Void, Voided),
            (PostingFailed, Post, Posted),
            (PostingFailed, Cancel, Cancelled),
            (Voided, FailVoid, Posted),
        ],
    }
};

/// The states in which a credit note counts: the goods are gone, the vendor owes the money.
pub const COUNTED: [CreditStatus; 2] = [CreditStatus::Posted, CreditStatus::Applied];

/// A credit note without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNote {
    /// Identity.
    pub id: CreditNoteId,
    /// Its number, from the first submission on.
    pub number: Option<String>,
    /// What comes back.
    pub kind: CreditKind,
    /// Where it stands.
    pub status: CreditStatus,
    /// Why it was sent back or given up, or what inventory said.
    pub status_reason: Option<String>,
    /// The delivery it is about.
    pub note_id: GoodsReceivedNoteId,
    /// The order that was delivered.
    pub order_id: PurchaseOrderId,
    /// Who owes.
    pub vendor_id: VendorId,
    /// The order's currency.
    pub currency: CurrencyCode,
    /// Where the goods lie.
    pub location_id: LocationId,
    /// Why something comes back.
    pub reason: String,
    /// What it comes to.
    pub total: Decimal,
    /// What it comes to in the house's currency.
    pub base_total: Decimal,
    /// Who wrote it.
    pub raised_by: UserId,
    /// Who approved it.
    pub approved_by: Option<UserId>,
    /// In whose right, where it was lent.
    pub delegated_from: Option<UserId>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// When it was posted.
    pub posted_at: Option<DateTime<Utc>>,
    /// When inventory gave the goods out, or took the money into their value.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Which invoice it settles a part of.
    pub invoice_id: Option<VendorInvoiceId>,
    /// Since when.
    pub applied_at: Option<DateTime<Utc>>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl CreditNote {
    /// A new draft about a delivery.
    pub fn draft(note: &GoodsReceivedNote, kind: CreditKind, reason: &str, by: (UserId, Act)) -> Self {
        let (raised_by, act) = by;
        Self {
            id: CreditNoteId::at(act.at),
            number: None,
            kind,
            status: MACHINE.start,
            status_reason: None,
            note_id: note.id,
            order_id: note.order_id,
            vendor_id: note.vendor_id,
            currency: note.currency,
            location_id: note.deliver_to,
            reason: reason.trim().to_owned(),
            total: Decimal::ZERO,
            base_total: Decimal::ZERO,
            raised_by,
            approved_by: None,
            delegated_from: None,
            approved_at: None,
            posted_at: None,
            confirmed_at: None,
            invoice_id: None,
            applied_at: None,
            audit: Audit::new(act),
            version: 1,
        }
    }

    /// Takes one arrow of the machine.
    ///
    /// # Errors
    /// `INVALID_STATE` when there is none.
    pub fn take(&mut self, command: Command, act: Act) -> Result<(), Refusals> {
        self.status = MACHINE.step(self.status, command)?;
        self.status_reason = None;
        match command {
            Command::Post => self.posted_at = Some(act.at),
            Command::Confirm => self.confirmed_at = Some(act.at),
            Command::FailPosting => self.posted_at = None,
            _ => {}
        }
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

    /// Approves it.
    ///
    /// # Errors
    /// `SOD_VIOLATION` for who wrote it, `LIMIT_EXCEEDED` beyond the limit, `INVALID_STATE`.
    pub fn approve(&mut self, authority: &Authority, act: Act) -> Result<(), Refusals> {
        self.take(Command::Approve, act)?;
        self.delegated_from = authority.over(self.base_total, &[self.raised_by])?;
        self.approved_by = Some(authority.user);
        self.approved_at = Some(act.at);
        Ok(())
    }

    /// Settles a part of an invoice by it.
    ///
    /// # Errors
    /// `INVALID_STATE` unless it is posted and the goods are gone.
    pub fn apply(&mut self, invoice: VendorInvoiceId, act: Act) -> Result<(), Refusals> {
        // Money is the house's whatever its goods are worth.
        if self.kind == CreditKind::QuantityReturn {
            self.require_settled()?;
        }
        self.take(Command::Apply, act)?;
        (self.invoice_id, self.applied_at) = (Some(invoice), Some(act.at));
        Ok(())
    }

    /// Reverses it.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason, `INVALID_STATE` unless it is posted and the goods are gone.
    pub fn void(&mut self, reason: &str, act: Act) -> Result<(), Refusals> {
        // Also where only money comes: what is reversed before it was done would be done afterwards.
        self.require_settled()?;
        self.take_because(Command::Void, reason, act)
    }

    /// Whether inventory is still to answer.
    fn require_settled(&self) -> Result<(), Refusal> {
        let waits = self.status == CreditStatus::Posted && self.confirmed_at.is_none();
        if !waits {
            return Ok(());
        }
        let message = "inventory has not answered yet";
        Err(Refusal::new(Code::InvalidState, "", message).with("from", self.status.code()))
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
