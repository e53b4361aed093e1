//! A budget, and what the lines of documents take of it. Pure.

use std::collections::BTreeMap;

use chassis::{Code, Refusal, Refusals};
use chrono::Datelike;
use primitives::{
    Act, Audit, BudgetId, CategoryId, Date, Decimal, DepartmentId, PurchaseOrderLineId, PurchaseRequestId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::house;
use crate::machine::words;
use crate::purchase_order::model::{OrderLine, PurchaseOrderStatus};
use crate::purchase_request::approval::Case;
use crate::purchase_request::line::{Line, LineStatus};
use crate::purchase_request::model::PurchaseRequestStatus;

words! {
    /// How firmly something is committed.
    Stage {
        /// Requested.
        Soft = "SOFT",
        /// On order, or here and not invoiced.
        Hard = "HARD",
        /// Invoiced and approved.
        Actual = "ACTUAL",
    }
}

/// Whose budget something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// The department that spends.
    pub department: DepartmentId,
    /// The first day of the month.
    pub month: Date,
}

impl Owner {
    /// The owner on a day.
    pub fn on(department: DepartmentId, day: Date) -> Self {
        Self { department, month: month_of(day) }
    }
}

/// The first day of a day's month.
pub fn month_of(day: Date) -> Date {
    day.get().with_day(1).expect("every month has a first day").into()
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Identity.
    pub id: BudgetId,
    /// Whose.
    pub owner: Owner,
    /// For which category; all that have none of their own without one.
    pub category: Option<CategoryId>,
    /// How much may be spent, in the house's currency.
    pub amount: Decimal,
    /// How much is requested.
    pub soft: Decimal,
    /// How much is on order, or here and not invoiced.
    pub hard: Decimal,
    /// How much was invoiced and approved.
    pub actual: Decimal,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes of its amount, from 1.
    pub version: i32,
}

impl Budget {
    /// A budget nothing is taken of.
    pub fn new(owner: Owner, category: Option<CategoryId>, amount: Decimal, act: Act) -> Self {
        Self {
            id: BudgetId::at(act.at),
            owner,
            category,
            amount,
            soft: Decimal::ZERO,
            hard: Decimal::ZERO,
            actual: Decimal::ZERO,
            audit: Audit::new(act),
            version: 1,
        }
    }

    /// What may still be ordered; negative where invoices came to more.
    pub fn available(&self) -> Decimal {
        let taken = self.hard.checked_add(self.actual);
        taken.and_then(|taken| self.amount.checked_sub(taken)).unwrap_or(Decimal::ZERO)
    }

    /// Allows another amount.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` when more is committed already.
    pub fn allow(&mut self, amount: Decimal, act: Act) -> Result<(), Refusal> {
        let committed = self.hard.checked_add(self.actual).unwrap_or(Decimal::BOUND);
        if amount < committed {
            let refusal = Refusal::new(Code::LimitExceeded, "amount", "more is committed already");
            return Err(refusal.with("committed", committed.to_string()));
        }
        self.amount = amount;
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }
}

/// What is wrong with an amount that is to be allowed.
pub fn check_amount(amount: Decimal) -> Refusals {
    let mut refusals = Refusals::new();
    let fits = !amount.is_negative() && amount.is_within_bound();
    refusals.check(fits, || {
        Refusal::invalid("amount", "a budget must not be negative and stays below 1,000,000,000")
    });
    let digits = house::CURRENCY.minor_digits();
    refusals.check(amount.decimal_places() <= digits, || {
        Refusal::invalid("amount", format!("{} has at most {digits} decimal places", house::CURRENCY))
    });
    refusals
}

/// What one line of a document takes of a budget from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The line.
    pub source: Uuid,
    /// How firmly.
    pub stage: Stage,
    /// From which request it comes, in whose month and department it counts.
    pub request: PurchaseRequestId,
    /// What the product is sorted into.
    pub category: Option<CategoryId>,
    /// How much.
    pub amount: Decimal,
}

/// What the lines of a request take: what was requested, not refused, and is neither on order nor kept by a store.
pub fn claims_of_request(case: &Case) -> Vec<Claim> {
    use PurchaseRequestStatus::{Approved, Ordered, PartiallyOrdered, PendingApproval};
    let counts = [PendingApproval, Approved, PartiallyOrdered, Ordered].contains(&case.request.status);
    let claim = |line: &Line| {
        let terms = line.terms.as_ref()?;
        let open = match line.status {
            LineStatus::Open if counts => Some(line.quantity),
            LineStatus::Approved if counts => Some(line.open_quantity()),
            _ => None,
        };
        let amount = open.and_then(|open| share(terms.base_amount, open, line.quantity));
        Some(Claim {
            source: line.id.as_uuid(),
            stage: Stage::Soft,
            request: case.request.id,
            category: terms.category,
            amount: amount.unwrap_or(Decimal::ZERO),
        })
    };
    case.lines.iter().filter_map(claim).collect()
}

/// What the lines of an order take: what is ordered, not cancelled, and not invoiced and approved. `paid` is how much of the
/// lines is.
pub fn claims_of_order(
    status: PurchaseOrderStatus,
    lines: &[OrderLine],
    paid: &BTreeMap<PurchaseOrderLineId, Decimal>,
) -> Vec<Claim> {
    let claim = |line: &OrderLine| {
        let paid = paid.get(&line.id).copied().unwrap_or(Decimal::ZERO);
        let due = line.ordered.checked_sub(line.cancelled).and_then(|due| due.checked_sub(paid));
        let due = due.filter(|due| due.is_positive() && status != PurchaseOrderStatus::Cancelled);
        let amount = due.and_then(|due| share(line.base_amount, due, line.ordered));
        Claim {
            source: line.id.as_uuid(),
            stage: Stage::Hard,
            request: line.request_id,
            category: line.category,
            amount: amount.unwrap_or(Decimal::ZERO),
        }
    };
    lines.iter().map(claim).collect()
}

fn share(whole: Decimal, part: Decimal, of: Decimal) -> Option<Decimal> {
    if !of.is_positive() {
        return None;
    }
    whole.checked_ratio(part, of)?.round_to(house::CURRENCY.minor_digits())
}

/// How the sums of one budget move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// What is requested.
    pub soft: Decimal,
    /// What is on order.
    pub hard: Decimal,
    /// What was invoiced.
    pub actual: Decimal,
}

impl Shift {
    /// Adds what one line takes more, or less. Nothing when the range is left.
    pub fn add(&mut self, claim: &Claim, before: Decimal) -> Option<()> {
        let more = claim.amount.checked_sub(before)?;
        let sum = match claim.stage {
            Stage::Soft => &mut self.soft,
            Stage::Hard => &mut self.hard,
            Stage::Actual => &mut self.actual,
        };
        *sum = sum.checked_add(more)?;
        Some(())
    }

    /// Whether nothing moves.
    pub fn is_nothing(&self) -> bool {
        self.soft.is_zero() && self.hard.is_zero() && self.actual.is_zero()
    }
}

/// What does not fit into a budget.
pub fn exceeded(budget: &Budget, shift: &Shift) -> Refusal {
    let shortfall = shift.hard.checked_sub(budget.available()).unwrap_or(shift.hard);
    Refusal::new(Code::BudgetExceeded, "lines", "the department's budget does not cover this")
        .with("shortfall", shortfall.to_string())
        .with("budgetId", budget.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_not_cut_below_what_is_committed() {
        let act = Act { at: "2026-07-01T00:00:00Z".parse().unwrap(), by: None };
        let owner = Owner::on(DepartmentId::generate(), "2026-07-19".parse().unwrap());
        assert_eq!(owner.month, "2026-07-01".parse().unwrap());
        let mut budget = Budget {
            hard: Decimal::from_whole(60),
            actual: Decimal::from_whole(30),
            ..Budget::new(owner, None, Decimal::from_whole(100), act)
        };
        assert_eq!(budget.available(), Decimal::from_whole(10));
        assert_eq!(budget.allow("89.99".parse().unwrap(), act).unwrap_err().code, Code::LimitExceeded);
        budget.allow(Decimal::from_whole(90), act).unwrap();
        assert_eq!((budget.available(), budget.version), (Decimal::ZERO, 2));
    }
}
