//! The goods received note and what may happen to it. Pure.

use chassis::{Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{
    Act, Audit, CurrencyCode, Date, Decimal, GoodsReceivedNoteId, LocationId, PurchaseOrderId, VendorId,
};
use serde::{Deserialize, Serialize};

use crate::machine::{Machine, words};
use crate::market::model::Valuation;
use crate::purchase_order::model::PurchaseOrder;
use crate::purchase_request::model::text;

/// Characters of a vendor's delivery note number.
const MAX_DELIVERY_NOTE: usize = 64;

words! {
    /// Where a goods received note stands.
    NoteStatus {
        /// Being counted.
        Draft = "DRAFT",
        /// Counted.
        Received = "RECEIVED",
        /// The house owns the goods.
        Committed = "COMMITTED",
        /// Inventory did not take them in.
        PostingFailed = "POSTING_FAILED",
        /// Given up.
        Voided = "VOIDED",
    }
}

words! {
    /// What can be done with a goods received note.
    Command {
        /// Change the count.
        Edit = "edit",
        /// Say that the count is complete.
        Receive = "receive",
        /// Take the goods over.
        Commit = "commit",
        /// Inventory has taken them in.
        Post = "post",
        /// Inventory has refused them.
        FailPosting = "fail posting",
        /// Give it up.
        Void = "void",
    }
}

/// The life of a goods received note.
pub const MACHINE: Machine<NoteStatus, Command> = {
    use Command::{Commit, Edit, FailPosting, Post, Receive, Void};
    use NoteStatus::{Committed, Draft, PostingFailed, Received, Voided};
    Machine {
        name: "Goods received note",
        start: Draft,
        arrows: &[
            (Draft, Edit, Draft),
            (Draft, Receive, Received),
            (Draft, Void, Voided),
            (Received, Commit, Committed),
            (Received, Void, Voided),
            (Committed, Post, Committed),
            (Committed, FailPosting, PostingFailed),
            (PostingFailed, Commit, Committed),
            (PostingFailed, Void, Voided),
        ],
    }
};

words! {
    /// How extra costs are shared among the lines.
    Split {
        /// By what the lines cost.
        Value = "VALUE",
        /// By how much of them was kept, in base units.
        Quantity = "QUANTITY",
    }
}

/// What the head of a note says, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The vendor's delivery note.
    pub delivery_note: Option<String>,
    /// On which day it came.
    pub received_on: Date,
    /// Freight, duty and the like, in the order's currency.
    pub extra_costs: Decimal,
    /// How they are shared.
    pub split: Split,
}

impl Head {
    /// What is wrong with it.
    pub fn check(&self, today: Date) -> Refusals {
        let mut refusals = Refusals::new();
        let note = self.delivery_note.as_deref().unwrap_or_default();
        refusals.check(note.chars().count() <= MAX_DELIVERY_NOTE, || {
            let message = format!("a delivery note number has at most {MAX_DELIVERY_NOTE} characters");
            Refusal::invalid("deliveryNote", message)
        });
        refusals.check(self.received_on <= today, || {
            Refusal::invalid("receivedOn", "nothing is received in the future")
        });
        let costs = self.extra_costs;
        refusals.check(!costs.is_negative() && costs.is_within_bound(), || {
            Refusal::invalid("extraCosts", "extra costs must not be negative and stay below 1,000,000,000")
        });
        refusals
    }
}

/// A goods received note without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsReceivedNote {
    /// Identity.
    pub id: GoodsReceivedNoteId,
    /// Its number, once the count is complete.
    pub number: Option<String>,
    /// Where it stands.
    pub status: NoteStatus,
    /// Why it was given up, or what inventory said.
    pub status_reason: Option<String>,
    /// The order that is delivered.
    pub order_id: PurchaseOrderId,
    /// Who delivers.
    pub vendor_id: VendorId,
    /// The order's currency.
    pub currency: CurrencyCode,
    /// Where it goes.
    pub deliver_to: LocationId,
    /// How the place's currency relates to the house's, where they differ and the order's is neither; since the count is complete.
    pub valuation: Option<Valuation>,
    /// What its head says.
    pub head: Head,
    /// When the house took the goods over.
    pub committed_at: Option<DateTime<Utc>>,
    /// When inventory took them in.
    pub posted_at: Option<DateTime<Utc>>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl GoodsReceivedNote {
    /// A new draft for an order.
    pub fn draft(order: &PurchaseOrder, head: Head, act: Act) -> Self {
        Self {
            id: GoodsReceivedNoteId::at(act.at),
            number: None,
            status: NoteStatus::Draft,
            status_reason: None,
            order_id: order.id,
            vendor_id: order.vendor_id,
            currency: order.currency,
            deliver_to: order.deliver_to,
            valuation: None,
            head,
            committed_at: None,
            posted_at: None,
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
            Command::Commit => self.committed_at = Some(act.at),
            Command::Post => self.posted_at = Some(act.at),
            Command::FailPosting => self.committed_at = None,
            Command::Edit | Command::Receive | Command::Void => {}
        }
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }

    /// Gives it up.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason, `INVALID_STATE` once it is committed.
    pub fn void(&mut self, reason: &str, act: Act) -> Result<(), Refusals> {
        let reason = text("reason", reason)?;
        self.take(Command::Void, act)?;
        self.status_reason = Some(reason);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Word;

    #[test]
    fn every_state_and_command_is_an_arrow_or_refused() {
        let arrows =
            NoteStatus::ALL.iter().flat_map(|status| Command::ALL.iter().map(move |it| (*status, *it)));
        let open = arrows.filter(|(status, command)| MACHINE.step(*status, *command).is_ok()).count();
        assert_eq!(open, MACHINE.arrows.len());
        assert!(MACHINE.step(NoteStatus::Committed, Command::Void).is_err(), "what is owned is not given up");
        assert!(
            MACHINE.step(NoteStatus::Draft, Command::Commit).is_err(),
            "what is not counted is not owned"
        );
    }

    #[test]
    fn a_head_says_everything_that_is_wrong_with_it() {
        let today: Date = "2026-07-01".parse().unwrap();
        let head = Head {
            delivery_note: Some("x".repeat(65)),
            received_on: today.next(),
            extra_costs: Decimal::from_whole(-1),
            split: Split::Value,
        };
        let fields: Vec<String> =
            head.check(today).into_iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["deliveryNote", "receivedOn", "extraCosts"]);
    }
}
