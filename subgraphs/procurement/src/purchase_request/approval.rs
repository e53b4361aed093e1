//! The levels of a submission and what is decided at them. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Act, ApprovalId, Decimal, PurchaseRequestLineId, UserId};
use serde::{Deserialize, Serialize};

use super::line::{Line, LineStatus};
use super::model::{Command, PurchaseRequest, PurchaseRequestStatus, text};
use crate::approval_rule::model::Rule;
use crate::authority::model::Authority;
use crate::machine::words;

words! {
    /// Where a level stands.
    ApprovalStatus {
        /// Its turn comes after the level before.
        Waiting = "WAITING",
        /// It is its turn.
        Pending = "PENDING",
        /// Yes.
        Approved = "APPROVED",
        /// No.
        Rejected = "REJECTED",
        /// Not like this.
        Returned = "RETURNED",
        /// Nobody has to decide any more.
        Cancelled = "CANCELLED",
    }
}

/// One level of one submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Identity.
    pub id: ApprovalId,
    /// Of which submission.
    pub submission: i32,
    /// Which level, from 1.
    pub level: i32,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// What is to be approved, and after the decision what was: the approver's limit has to cover it.
    pub amount: Decimal,
    /// Who decided.
    pub approver: Option<UserId>,
    /// In whose right, where it was lent.
    pub delegated_from: Option<UserId>,
    /// What they said.
    pub comment: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// In how many hours it has to decide, from when its turn comes.
    pub decide_within_hours: i32,
    /// Until when; none before its turn has come.
    pub due_at: Option<DateTime<Utc>>,
}

impl Approval {
    /// Its turn has come.
    fn begin(&mut self, at: DateTime<Utc>) {
        self.status = ApprovalStatus::Pending;
        self.due_at = Some(at + TimeDelta::hours(self.decide_within_hours.into()));
    }

    /// Whether it should have decided by now.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.status == ApprovalStatus::Pending && self.due_at.is_some_and(|due| due <= now)
    }
}

/// A line that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Which.
    pub line: PurchaseRequestLineId,
    /// Why.
    pub reason: String,
}

/// A request with everything that is decided about.
#[derive(Clone, Debug)]
pub struct Case {
    /// The request.
    pub request: PurchaseRequest,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The levels of all submissions.
    pub approvals: Vec<Approval>,
}

/// The levels of a submission, the first of which is to decide.
pub fn levels(rules: &[Rule], (submission, total): (i32, Decimal), act: Act) -> Vec<Approval> {
    let level = |rule: &Rule| Approval {
        id: ApprovalId::at(act.at),
        submission,
        level: rule.level,
        status: ApprovalStatus::Waiting,
        amount: total,
        approver: None,
        delegated_from: None,
        comment: None,
        decided_at: None,
        decide_within_hours: rule.decide_within_hours,
        due_at: None,
    };
    let mut levels: Vec<Approval> = rules.iter().map(level).collect();
    if let Some(first) = levels.first_mut() {
        first.begin(act.at);
    }
    levels
}

impl Case {
    /// Approves the level whose turn it is, leaving some lines out. True when that was the last one.
    ///
    /// # Errors
    /// Everything that speaks against it; then nothing is changed that would be saved.
    pub fn approve(
        &mut self,
        authority: &Authority,
        (left_out, comment): (&[LeftOut], Option<&str>),
        act: Act,
    ) -> Result<bool, Refusals> {
        let is_last = !self.current().any(|level| level.status == ApprovalStatus::Waiting);
        let command = if is_last { Command::ApproveFinally } else { Command::Approve };
        let level = self.request.level;
        self.request.take(command, act)?;
        self.leave_out(left_out)?;
        let amount = self.open_amount()?;
        self.decide(level, ApprovalStatus::Approved, (authority, amount), comment, act)?;
        match self.next_level(level) {
            Some(next) => {
                next.begin(act.at);
                next.amount = amount;
                self.request.level = next.level;
            }
            None => {
                let open = self.lines.iter_mut().filter(|line| line.status == LineStatus::Open);
                open.for_each(|line| line.status = LineStatus::Approved);
            }
        }
        Ok(is_last)
    }

    /// Says no, or asks for changes.
    ///
    /// # Errors
    /// Everything that speaks against it.
    pub fn refuse(
        &mut self,
        (command, status): (Command, ApprovalStatus),
        authority: &Authority,
        comment: &str,
        act: Act,
    ) -> Result<(), Refusals> {
        let level = self.request.level;
        self.request.take_because(command, ("comment", comment), act)?;
        self.decide(level, status, (authority, Decimal::ZERO), Some(comment), act)?;
        self.close();
        Ok(())
    }

    /// Takes back what nobody has decided about.
    ///
    /// # Errors
    /// `INVALID_STATE` after the first decision.
    pub fn recall(&mut self, reason: &str, act: Act) -> Result<(), Refusals> {
        if self.current().any(|level| level.approver.is_some()) {
            let from = crate::machine::Word::code(self.request.status);
            let refusal = Refusal::new(Code::InvalidState, "", "somebody has approved it already");
            return Err(refusal.with("from", from).with("to", "DRAFT").into());
        }
        self.request.take_because(Command::Recall, ("reason", reason), act)?;
        self.close();
        Ok(())
    }

    /// Gives it up.
    ///
    /// # Errors
    /// `INVALID_STATE` when something is on order.
    pub fn cancel(&mut self, reason: &str, act: Act) -> Result<(), Refusals> {
        self.request.take_because(Command::Cancel, ("reason", reason), act)?;
        self.lines.iter_mut().for_each(|line| line.reserved = Decimal::ZERO);
        self.close();
        Ok(())
    }

    /// Notes how much of its lines a store keeps, in base units. False when it waits for nothing from a store any more.
    pub fn keep(&mut self, kept: &[(PurchaseRequestLineId, Decimal)], at: DateTime<Utc>) -> bool {
        if !self.counts_on_stores() {
            return false;
        }
        for (id, base) in kept {
            if let Some(line) = self.lines.iter_mut().find(|line| line.id == *id) {
                line.keep(*base);
            }
        }
        self.request.reserved_at = Some(at);
        true
    }

    /// Notes that a store keeps so much less of a line, in base units, without having handed it out. False when that changes
    /// nothing: of what was given up, everything goes back.
    pub fn let_go(&mut self, (id, base): (PurchaseRequestLineId, Decimal)) -> bool {
        if !self.counts_on_stores() {
            return false;
        }
        let line = self.lines.iter_mut().find(|line| line.id == id);
        line.map(|line| line.let_go(base)).is_some()
    }

    /// Opens it again where it counted as ordered and something of it is to be ordered after all; answers whether it did.
    ///
    /// # Errors
    /// None that is expected: what was ordered can be opened.
    pub fn reopen(&mut self, act: Act) -> Result<bool, Refusals> {
        let is_ordered = self.request.status == PurchaseRequestStatus::Ordered;
        let is_open = is_ordered && self.lines.iter().any(|line| !line.open_quantity().is_zero());
        if is_open {
            self.count_orders(act)?;
        }
        Ok(is_open)
    }

    /// Whether what stores keep matters: it was approved and not given up.
    fn counts_on_stores(&self) -> bool {
        use PurchaseRequestStatus::{Approved, Ordered, PartiallyOrdered};
        [Approved, PartiallyOrdered, Ordered].contains(&self.request.status)
    }

    /// Follows what is on order now.
    ///
    /// # Errors
    /// `INVALID_STATE` unless it was approved.
    pub fn count_orders(&mut self, act: Act) -> Result<(), Refusals> {
        let is_all = self.lines.iter().all(|line| line.open_quantity().is_zero());
        let is_none = self.lines.iter().all(|line| line.ordered.is_zero());
        let command = match (is_none, is_all) {
            (true, _) => Command::Release,
            (false, true) => Command::OrderAll,
            (false, false) => Command::OrderPart,
        };
        self.request.take(command, act)
    }

    /// The levels of the running submission.
    pub fn current(&self) -> impl Iterator<Item = &Approval> {
        let submission = self.request.submission;
        self.approvals.iter().filter(move |level| level.submission == submission)
    }

    fn next_level(&mut self, after: i32) -> Option<&mut Approval> {
        let submission = self.request.submission;
        let levels = self.approvals.iter_mut();
        levels
            .filter(|each| each.submission == submission && each.level > after)
            .min_by_key(|each| each.level)
    }

    fn decide(
        &mut self,
        level: i32,
        status: ApprovalStatus,
        (authority, amount): (&Authority, Decimal),
        comment: Option<&str>,
        act: Act,
    ) -> Result<(), Refusals> {
        let deciders = self.current().flat_map(|each| [each.approver, each.delegated_from]).flatten();
        let closed: Vec<UserId> = deciders.chain([self.request.requested_by]).collect();
        authority.require_apart(&closed)?;
        let delegated_from = match status {
            ApprovalStatus::Approved => authority.over(amount, &closed)?,
            // Who may not let it pass may still send it back.
            _ => None,
        };
        let comment = comment.map(|comment| text("comment", comment)).transpose()?;
        let submission = self.request.submission;
        let found =
            self.approvals.iter_mut().find(|each| each.submission == submission && each.level == level);
        let Some(found) = found.filter(|found| found.status == ApprovalStatus::Pending) else {
            return Err(Refusal::new(Code::Conflict, "", "this level has been decided").into());
        };
        found.status = status;
        (found.approver, found.delegated_from) = (Some(authority.user), delegated_from);
        (found.comment, found.decided_at) = (comment, Some(act.at));
        if status == ApprovalStatus::Approved {
            found.amount = amount;
        }
        Ok(())
    }

    fn leave_out(&mut self, left_out: &[LeftOut]) -> Result<(), Refusals> {
        let mut refusals = Refusals::new();
        for (position, each) in left_out.iter().enumerate() {
            let at = format!("leaveOut.{position}");
            let reason = text("reason", &each.reason).map_err(|refusal| refusal.below(&at));
            let line =
                self.lines.iter_mut().find(|line| line.id == each.line && line.status == LineStatus::Open);
            match (refusals.take(reason), line) {
                (Some(reason), Some(line)) => {
                    (line.status, line.status_reason) = (LineStatus::Rejected, Some(reason));
                }
                (_, None) => {
                    let message = "there is no such open line";
                    refusals.push(Refusal::new(Code::NotFound, &format!("{at}.lineId"), message));
                }
                (None, Some(_)) => {}
            }
        }
        let is_left = self.lines.iter().any(|line| line.status == LineStatus::Open);
        refusals.check(is_left, || Refusal::invalid("leaveOut", "nothing would be left: reject the request"));
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    fn open_amount(&self) -> Result<Decimal, Refusal> {
        let open = self.lines.iter().filter(|line| line.status == LineStatus::Open);
        let amounts = open.filter_map(|line| line.terms.as_ref()).map(|terms| terms.base_amount);
        let too_much = || Refusal::new(Code::LimitExceeded, "", "the amount is beyond all bounds");
        Decimal::checked_sum(amounts).ok_or_else(too_much)
    }

    fn close(&mut self) {
        let submission = self.request.submission;
        let open = [ApprovalStatus::Pending, ApprovalStatus::Waiting];
        for level in &mut self.approvals {
            if level.submission == submission && open.contains(&level.status) {
                level.status = ApprovalStatus::Cancelled;
            }
        }
    }
}
