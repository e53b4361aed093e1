//! The adjustment, its lines and what may be done to it. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{
    CurrencyCode, Date, Decimal, LocationId, PostingId, ProductId, StockAdjustmentId, Unit, UserId,
};
use serde::Serialize;

use crate::act::Act;
use crate::ledger::MovementReason;
use crate::machine::Machine;
use crate::posting::{Action, EnteredCost, Line, LotChoice, LotManner};

/// Characters of a reason.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=500;

/// Where an adjustment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum AdjustmentStatus {
    /// Being written.
    Draft,
    /// Waits for somebody's consent.
    Pending,
    /// In the books.
    Posted,
    /// Taken back.
    Reversed,
    /// Given up.
    Cancelled,
}

/// What can be done to an adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdjustmentCommand {
    /// Hand in what needs nobody's consent.
    SubmitWithin,
    /// Hand in what needs somebody's consent.
    SubmitBeyond,
    /// Consent.
    Approve,
    /// Send it back.
    Reject,
    /// Take it back.
    Reverse,
    /// Give it up.
    Cancel,
}

const STATUSES: [AdjustmentStatus; 5] = [
    AdjustmentStatus::Draft,
    AdjustmentStatus::Pending,
    AdjustmentStatus::Posted,
    AdjustmentStatus::Reversed,
    AdjustmentStatus::Cancelled,
];

impl Machine for AdjustmentStatus {
    type Command = AdjustmentCommand;

    const ARROWS: &'static [(Self, AdjustmentCommand, Self)] = &[
        (Self::Draft, AdjustmentCommand::SubmitWithin, Self::Posted),
        (Self::Draft, AdjustmentCommand::SubmitBeyond, Self::Pending),
        (Self::Pending, AdjustmentCommand::Approve, Self::Posted),
        (Self::Pending, AdjustmentCommand::Reject, Self::Draft),
        (Self::Posted, AdjustmentCommand::Reverse, Self::Reversed),
        (Self::Draft, AdjustmentCommand::Cancel, Self::Cancelled),
        (Self::Pending, AdjustmentCommand::Cancel, Self::Cancelled),
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Pending => "PENDING",
            Self::Posted => "POSTED",
            Self::Reversed => "REVERSED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl FromStr for AdjustmentStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = STATUSES.into_iter().find(|status| status.code() == code);
        known.ok_or_else(|| format!("unknown adjustment status {code}"))
    }
}

/// Who did something, and when.
pub(crate) type Done = Option<(DateTime<Utc>, UserId)>;

/// An adjustment without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockAdjustment {
    /// Identity.
    pub(crate) id: StockAdjustmentId,
    /// Its number, `SA-2026-001`; taken when it is handed in.
    pub(crate) number: Option<String>,
    /// Where it stands.
    pub(crate) status: AdjustmentStatus,
    /// What there is to say.
    pub(crate) note: Option<String>,
    /// Why it was sent back, given up or taken back.
    pub(crate) reason: Option<String>,
    /// What it moves, without sign, once it was handed in.
    pub(crate) value: Option<(Decimal, CurrencyCode)>,
    /// The posting that brought it into the books.
    pub(crate) posting: Option<PostingId>,
    /// The posting that took it back.
    pub(crate) reversal: Option<PostingId>,
    /// Who handed it in.
    pub(crate) submitted: Done,
    /// Who brought it into the books.
    pub(crate) posted: Done,
    /// Who took it back.
    pub(crate) reversed: Done,
    /// Counts the changes, from 1.
    pub(crate) version: i32,
    /// When it was begun.
    pub(crate) created_at: DateTime<Utc>,
    /// Who began it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

/// One balance to be put right, in the product's base unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AdjustmentLine {
    /// Its place on the sheet, from 0.
    pub(crate) position: i32,
    /// Of which product.
    pub(crate) product: ProductId,
    /// At which location.
    pub(crate) location: LocationId,
    /// Unit of the quantity.
    pub(crate) unit: Unit,
    /// By how much; negative takes stock away.
    pub(crate) quantity: Decimal,
    /// Why.
    pub(crate) reason: MovementReason,
    /// What added stock costs: so many, each so much.
    pub(crate) cost: Option<(Decimal, Decimal)>,
    /// Which lot is meant.
    pub(crate) lot: Option<String>,
    /// The last day it is good.
    pub(crate) expiry: Option<Date>,
}

impl AdjustmentLine {
    /// The line as it is posted.
    pub(crate) fn into_line(self) -> Line {
        let cost = self.cost.map(|(quantity, unit_cost)| EnteredCost::Each { quantity, unit_cost });
        Line {
            index: usize::try_from(self.position).unwrap_or_default(),
            product: self.product,
            location: self.location,
            quantity: self.quantity,
            reference_line: Some(self.position.to_string()),
            lot: LotChoice { number: self.lot, expiry: self.expiry, vendor: None, manner: LotManner::Strict },
            action: Action::Adjust { reason: self.reason, cost },
        }
    }
}

impl StockAdjustment {
    /// Hands it in; `is_within` says that nobody has to consent.
    pub(crate) fn submit(
        &mut self,
        is_within: bool,
        value: Option<(Decimal, CurrencyCode)>,
        act: Act,
    ) -> Result<(), Refusal> {
        let command =
            if is_within { AdjustmentCommand::SubmitWithin } else { AdjustmentCommand::SubmitBeyond };
        self.status = self.status.after(command)?;
        (self.value, self.submitted) = (value, Some((act.at, act.by)));
        self.touch(act);
        Ok(())
    }

    /// Refuses to be decided by who handed it in.
    pub(crate) fn approve(&mut self, act: Act) -> Result<(), Refusal> {
        let status = self.status.after(AdjustmentCommand::Approve)?;
        if self.submitted.is_some_and(|(_, by)| by == act.by) {
            let message = "an adjustment is consented to by somebody else than who handed it in";
            return Err(Refusal::new(Code::SodViolation, "id", message));
        }
        self.status = status;
        self.touch(act);
        Ok(())
    }

    /// Notes the posting that brought it into the books.
    pub(crate) fn post(&mut self, posting: PostingId, act: Act) {
        (self.posting, self.posted) = (Some(posting), Some((act.at, act.by)));
    }

    /// Takes it back by another posting.
    pub(crate) fn reverse(&mut self, posting: PostingId, reason: &str, act: Act) -> Result<(), Refusal> {
        let status = self.status.after(AdjustmentCommand::Reverse)?;
        self.reason = Some(explained(reason)?);
        (self.status, self.reversal, self.reversed) = (status, Some(posting), Some((act.at, act.by)));
        self.touch(act);
        Ok(())
    }

    /// Sends it back, or gives it up.
    pub(crate) fn stop(&mut self, command: AdjustmentCommand, reason: &str, act: Act) -> Result<(), Refusal> {
        let status = self.status.after(command)?;
        self.reason = Some(explained(reason)?);
        self.status = status;
        self.touch(act);
        Ok(())
    }

    fn touch(&mut self, act: Act) {
        (self.version, self.updated_at, self.updated_by) = (self.version + 1, act.at, act.by);
    }
}

/// A reason, or what is wrong with it.
pub(crate) fn explained(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if REASON_CHARS.contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let message = format!("a reason has {} to {} characters", REASON_CHARS.start(), REASON_CHARS.end());
    Err(Refusal::invalid("reason", message))
}

/// What has to be within its limit, and by how much it is not.
pub(crate) fn beyond(
    values: impl IntoIterator<Item = (MovementReason, Decimal)>,
    limit: impl Fn(MovementReason) -> Decimal,
) -> Refusals {
    let mut refusals = Refusals::new();
    for (reason, value) in values {
        let most = limit(reason);
        refusals.check(value <= most, || {
            let message = format!("{} beyond {most} needs somebody's consent", reason.code());
            Refusal::new(Code::LimitExceeded, "lines", message)
                .with("reason", reason.code())
                .with("limit", most.to_string())
                .with("value", value.to_string())
        });
    }
    refusals
}

/// What a list of adjustments is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct AdjustmentCriterion {
    /// One of these ids.
    pub(crate) ids: Option<Vec<StockAdjustmentId>>,
    /// One of these numbers.
    pub(crate) numbers: Option<Vec<String>>,
    /// Standing at one of these.
    pub(crate) statuses: Option<Vec<AdjustmentStatus>>,
    /// With one of these products.
    pub(crate) products: Option<Vec<ProductId>>,
    /// With something at one of these locations.
    pub(crate) locations: Option<Vec<LocationId>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_answers_every_command() {
        use AdjustmentCommand::{Approve, Cancel, Reject, Reverse, SubmitBeyond, SubmitWithin};
        let lead = |status: AdjustmentStatus| {
            [SubmitWithin, SubmitBeyond, Approve, Reject, Reverse, Cancel]
                .map(|command| status.after(command).map_or("-", AdjustmentStatus::code))
        };
        assert_eq!(lead(AdjustmentStatus::Draft), ["POSTED", "PENDING", "-", "-", "-", "CANCELLED"]);
        assert_eq!(lead(AdjustmentStatus::Pending), ["-", "-", "POSTED", "DRAFT", "-", "CANCELLED"]);
        assert_eq!(lead(AdjustmentStatus::Posted), ["-", "-", "-", "-", "REVERSED", "-"]);
        for end in [AdjustmentStatus::Reversed, AdjustmentStatus::Cancelled] {
            assert_eq!(lead(end), ["-"; 6]);
        }
        assert_eq!(AdjustmentStatus::states().len(), STATUSES.len());
    }

    #[test]
    fn the_documented_diagram_is_the_machine() {
        let documented: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .skip_while(|line| *line != "stateDiagram-v2")
            .take_while(|line| *line != "```")
            .collect();
        assert_eq!(documented.join("\n") + "\n", AdjustmentStatus::diagram());
    }

    #[test]
    fn every_reason_has_its_own_limit() {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        let values = [(MovementReason::Waste, dec("100.01")), (MovementReason::Loss, dec("100"))];
        let beyond = beyond(values, |_| dec("100"));
        assert_eq!(beyond.as_slice().len(), 1);
        assert_eq!(beyond.as_slice()[0].meta["reason"], "WASTE");
    }
}
