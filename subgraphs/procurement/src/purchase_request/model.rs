//! The purchase request and what may happen to it. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{
    Act, Audit, Date, Decimal, DepartmentId, LocationId, PropertyId, PurchaseRequestId, UserId,
};
use serde::{Deserialize, Serialize};

use crate::machine::{Machine, words};

/// The shortest justification, comment or reason.
const MIN_TEXT: usize = 10;
/// The longest one.
const MAX_TEXT: usize = 2_000;

words! {
    /// Where a purchase request stands.
    PurchaseRequestStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Waiting for somebody to approve.
        PendingApproval = "PENDING_APPROVAL",
        /// May be ordered.
        Approved = "APPROVED",
        /// Will not be bought as it is.
        Rejected = "REJECTED",
        /// Given up.
        Cancelled = "CANCELLED",
        /// Some of it is on order.
        PartiallyOrdered = "PARTIALLY_ORDERED",
        /// All of it is on order.
        Ordered = "ORDERED",
    }
}

words! {
    /// What can be done with a purchase request.
    Command {
        /// Change what it says.
        Edit = "edit",
        /// Hand it in.
        Submit = "submit",
        /// Approve one of several levels.
        Approve = "approve",
        /// Approve the last level.
        ApproveFinally = "approve finally",
        /// Say no.
        Reject = "reject",
        /// Ask the requester for changes.
        Return = "return",
        /// Take it back.
        Recall = "recall",
        /// Give it up.
        Cancel = "cancel",
        /// Start again after a no.
        Revise = "revise",
        /// Put some of it on order.
        OrderPart = "order part",
        /// Put the rest of it on order.
        OrderAll = "order all",
        /// Take all of it back from orders.
        Release = "release",
    }
}

/// The life of a purchase request.
pub const MACHINE: Machine<PurchaseRequestStatus, Command> = {
    use Command::{
        Approve, ApproveFinally, Cancel, Edit, OrderAll, OrderPart, Recall, Reject, Release, Return, Revise,
        Submit,
    };
    use PurchaseRequestStatus::{
        Approved, Cancelled, Draft, Ordered, PartiallyOrdered, PendingApproval, Rejected,
    };
    Machine {
        name: "Purchase request",
        start: Draft,
        arrows: &[
            (Draft, Edit, Draft),
            (Draft, Submit, PendingApproval),
            (Draft, Cancel, Cancelled),
            (PendingApproval, Approve, PendingApproval),
            (PendingApproval, ApproveFinally, Approved),
            (PendingApproval, Reject, Rejected),
            (PendingApproval, Return, Draft),
            (PendingApproval, Recall, Draft),
            (PendingApproval, Cancel, Cancelled),
            (Rejected, Revise, Draft),
            (Approved, Cancel, Cancelled),
            (Approved, OrderPart, PartiallyOrdered),
            (Approved, OrderAll, Ordered),
            (PartiallyOrdered, OrderPart, PartiallyOrdered),
            (PartiallyOrdered, OrderAll, Ordered),
            (PartiallyOrdered, Release, Approved),
            (Ordered, OrderPart, PartiallyOrdered),
            (Ordered, Release, Approved),
        ],
    }
};

words! {
    /// How urgent it is.
    Priority {
        /// When it suits.
        Low = "LOW",
        /// As usual.
        Normal = "NORMAL",
        /// Before others.
        High = "HIGH",
        /// At once.
        Urgent = "URGENT",
    }
}

/// What the head of a request says, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// For which department.
    pub department_id: Option<DepartmentId>,
    /// For which property.
    pub property_id: Option<PropertyId>,
    /// From which day it is.
    pub request_date: Date,
    /// By when everything is needed.
    pub required_by: Option<Date>,
    /// How urgent it is.
    pub priority: Priority,
    /// Why.
    pub justification: String,
}

impl Head {
    /// What is wrong with it when it is handed in.
    pub fn check(&self, today: Date) -> Refusals {
        let mut refusals = Refusals::new();
        refusals
            .check(self.department_id.is_some(), || Refusal::invalid("departmentId", "name a department"));
        refusals.check(self.request_date <= today, || {
            Refusal::invalid("requestDate", "a request cannot be dated in the future")
        });
        let on_time = self.required_by.is_none_or(|day| day >= self.request_date);
        refusals.check(on_time, || {
            Refusal::invalid("requiredBy", "what is requested cannot be needed before the request")
        });
        refusals.take(text("justification", &self.justification));
        refusals
    }
}

/// A purchase request without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseRequest {
    /// Identity.
    pub id: PurchaseRequestId,
    /// Its number, from the first submission on.
    pub number: Option<String>,
    /// Where it stands.
    pub status: PurchaseRequestStatus,
    /// Why it was sent back, taken back, refused or given up.
    pub status_reason: Option<String>,
    /// Counts the attempts after a no, from 1.
    pub revision: i32,
    /// Counts the times it was handed in.
    pub submission: i32,
    /// The level that is to approve; 0 when none is.
    pub level: i32,
    /// Who asks.
    pub requested_by: UserId,
    /// What its head says.
    pub head: Head,
    /// The property's time zone, since it was handed in.
    pub time_zone: Option<String>,
    /// What it comes to, in the house's currency.
    pub total: Decimal,
    /// When it was handed in last.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When stores said what they keep of it, since it was approved.
    pub reserved_at: Option<DateTime<Utc>>,
    /// The store that ran low and began it; none where a person did.
    #[serde(default)]
    pub replenishes: Option<LocationId>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl PurchaseRequest {
    /// A new draft.
    pub fn draft(head: Head, requested_by: UserId, act: Act) -> Self {
        Self {
            id: PurchaseRequestId::at(act.at),
            number: None,
            status: PurchaseRequestStatus::Draft,
            status_reason: None,
            revision: 1,
            submission: 0,
            level: 0,
            requested_by,
            head,
            time_zone: None,
            total: Decimal::ZERO,
            submitted_at: None,
            reserved_at: None,
            replenishes: None,
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
        if self.status != PurchaseRequestStatus::PendingApproval {
            self.level = 0;
        }
        self.touch(act);
        Ok(())
    }

    /// Takes one arrow for a reason that somebody will want to read; `field` carries it.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` without a reason, `INVALID_STATE` without an arrow.
    pub fn take_because(
        &mut self,
        command: Command,
        (field, reason): (&str, &str),
        act: Act,
    ) -> Result<(), Refusals> {
        let reason = text(field, reason)?;
        self.take(command, act)?;
        self.status_reason = Some(reason);
        Ok(())
    }

    /// Starts again after a no.
    ///
    /// # Errors
    /// `INVALID_STATE` unless it was rejected.
    pub fn revise(&mut self, act: Act) -> Result<(), Refusals> {
        self.take(Command::Revise, act)?;
        self.revision += 1;
        Ok(())
    }

    /// Whether somebody is the one who asks.
    ///
    /// # Errors
    /// `SOD_VIOLATION` for others.
    pub fn require_requester(&self, user: UserId) -> Result<(), Refusals> {
        if self.requested_by == user {
            return Ok(());
        }
        Err(Refusal::new(Code::SodViolation, "", "only who requested this may do this").into())
    }

    fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// A sentence for somebody else, trimmed.
///
/// # Errors
/// `VALIDATION_ERROR` at `field` when it is too short or too long.
pub fn text(field: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if (MIN_TEXT..=MAX_TEXT).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(Refusal::invalid(field, format!("{field} has {MIN_TEXT} to {MAX_TEXT} characters")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Word;
    use primitives::DepartmentId;

    fn head() -> Head {
        Head {
            department_id: Some(DepartmentId::generate()),
            property_id: None,
            request_date: "2026-07-01".parse().unwrap(),
            required_by: Some("2026-07-01".parse().unwrap()),
            priority: Priority::Normal,
            justification: "  1234567890 ".to_owned(),
        }
    }

    fn fields(head: &Head) -> Vec<String> {
        let today = "2026-07-01".parse().unwrap();
        head.check(today).into_iter().map(|refusal| refusal.field.join(".")).collect()
    }

    #[test]
    fn every_fault_of_a_head_is_named_at_once() {
        assert!(fields(&head()).is_empty());
        let bad = Head {
            department_id: None,
            request_date: "2026-07-02".parse().unwrap(),
            justification: "  123456789  ".to_owned(),
            ..head()
        };
        assert_eq!(fields(&bad), ["departmentId", "requestDate", "requiredBy", "justification"]);
    }

    #[test]
    fn every_state_and_command_is_an_arrow_or_refused() {
        let act = Act { at: "2026-07-01T00:00:00Z".parse().unwrap(), by: None };
        let (mut arrows, mut refused) = (0, 0);
        for status in PurchaseRequestStatus::ALL {
            for command in Command::ALL {
                let mut request = PurchaseRequest::draft(head(), UserId::generate(), act);
                request.status = *status;
                let before = request.clone();
                match request.take(*command, act) {
                    Ok(()) => {
                        arrows += 1;
                        assert!(MACHINE.arrows.contains(&(*status, *command, request.status)));
                        assert_eq!(request.version, 2);
                    }
                    Err(refusals) => {
                        refused += 1;
                        assert_eq!(refusals.first().map(|refusal| refusal.code), Some(Code::InvalidState));
                        assert_eq!(request, before, "what is refused changes nothing");
                    }
                }
            }
        }
        assert_eq!((arrows, arrows + refused), (MACHINE.arrows.len(), 7 * 12));
    }
}
