//! The amendment and what may happen to it. Pure.

use chassis::Refusals;
use chrono::{DateTime, Utc};
use primitives::{
    Act, Audit, Date, Decimal, PurchaseOrderAmendmentId, PurchaseOrderId, PurchaseOrderLineId, UserId,
};
use serde::{Deserialize, Serialize};

use crate::authority::model::Authority;
use crate::machine::{Machine, words};
use crate::purchase_request::model::text;

words! {
    /// Where an amendment stands.
    AmendmentStatus {
        /// Waiting for somebody to approve.
        PendingApproval = "PENDING_APPROVAL",
        /// The order is changed.
        Applied = "APPLIED",
        /// The order stays as it is.
        Rejected = "REJECTED",
        /// Given up by who wanted it.
        Withdrawn = "WITHDRAWN",
    }
}

words! {
    /// What can be done with an amendment.
    Command {
        /// Change the order.
        Apply = "apply",
        /// Say no.
        Reject = "reject",
        /// Give it up.
        Withdraw = "withdraw",
    }
}

/// The life of an amendment.
pub const MACHINE: Machine<AmendmentStatus, Command> = {
    use AmendmentStatus::{Applied, PendingApproval, Rejected, Withdrawn};
    use Command::{Apply, Reject, Withdraw};
    Machine {
        name: "Purchase order amendment",
        start: PendingApproval,
        arrows: &[
            (PendingApproval, Apply, Applied),
            (PendingApproval, Reject, Rejected),
            (PendingApproval, Withdraw, Withdrawn),
        ],
    }
};

/// One order line that is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendedLine {
    /// Which line.
    pub line: PurchaseOrderLineId,
    /// How much was ordered, and how much is.
    pub quantity: (Decimal, Decimal),
    /// What one unit cost, and what it costs.
    pub price: (Decimal, Decimal),
}

/// An amendment with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Identity.
    pub id: PurchaseOrderAmendmentId,
    /// Which order.
    pub order_id: PurchaseOrderId,
    /// Which revision of the order it made.
    pub revision: Option<i32>,
    /// Where it stands.
    pub status: AmendmentStatus,
    /// Why.
    pub reason: String,
    /// By when the order is to come, where that changes.
    pub delivery_date: Option<Date>,
    /// What the order comes to without it, in the house's currency.
    pub base_before: Decimal,
    /// And with it.
    pub base_after: Decimal,
    /// What it changes.
    pub lines: Vec<AmendedLine>,
    /// Who wanted it.
    pub raised_by: UserId,
    /// Who decided about it.
    pub decided_by: Option<UserId>,
    /// In whose right, where it was lent.
    pub delegated_from: Option<UserId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// What they said.
    pub comment: Option<String>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Amendment {
    /// Takes one arrow of the machine.
    ///
    /// # Errors
    /// `INVALID_STATE` when there is none.
    pub fn take(&mut self, command: Command, act: Act) -> Result<(), Refusals> {
        self.status = MACHINE.step(self.status, command)?;
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }

    /// Lets the order be changed, by somebody who has no part in it and may let it go out.
    ///
    /// # Errors
    /// `SOD_VIOLATION`, `LIMIT_EXCEEDED`, `INVALID_STATE`.
    pub fn approve(
        &mut self,
        authority: &Authority,
        (ordered_by, comment): (UserId, Option<&str>),
        act: Act,
    ) -> Result<(), Refusals> {
        let comment = comment.map(|comment| text("comment", comment)).transpose()?;
        self.take(Command::Apply, act)?;
        self.delegated_from = authority.over(self.base_after, &[self.raised_by, ordered_by])?;
        self.decide(authority.user, comment, act);
        Ok(())
    }

    /// Says no.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a comment, `SOD_VIOLATION` for who wanted it, `INVALID_STATE`.
    pub fn reject(&mut self, authority: &Authority, comment: &str, act: Act) -> Result<(), Refusals> {
        let comment = text("comment", comment)?;
        self.take(Command::Reject, act)?;
        authority.require_apart(&[self.raised_by])?;
        self.decide(authority.user, Some(comment), act);
        Ok(())
    }

    fn decide(&mut self, by: UserId, comment: Option<String>, act: Act) {
        (self.decided_by, self.decided_at, self.comment) = (Some(by), Some(act.at), comment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Word;

    #[test]
    fn every_state_and_command_is_an_arrow_or_refused() {
        let pairs =
            AmendmentStatus::ALL.iter().flat_map(|status| Command::ALL.iter().map(move |it| (*status, *it)));
        let open = pairs.filter(|(status, command)| MACHINE.step(*status, *command).is_ok()).count();
        assert_eq!(open, MACHINE.arrows.len());
        assert!(MACHINE.step(AmendmentStatus::Applied, Command::Withdraw).is_err(), "what is done is done");
    }
}
