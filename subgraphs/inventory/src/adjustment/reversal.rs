//! The opposite of what the ledger says. Pure.

use std::collections::BTreeMap;

use chassis::{Code, Refusal};
use primitives::{Decimal, LotId};

use crate::ledger::{MovementKind, MovementReason, StockMovement};
use crate::lot::{Lot, Part};
use crate::posting::{Action, EnteredCost, Line, LotChoice, LotManner, RESERVED};

/// The kind of document that takes a movement back, in references: its id is the movement's, so that happens once.
pub(crate) const REVERSAL: &str = "REVERSAL";

/// Deliveries and what takes them back: procurement has its own ways for those.
const BOUGHT: [&str; 3] = ["GRN", "CREDIT_NOTE", "CREDIT_NOTE_VOID"];

/// Refuses to take back what belongs to a document with ways of its own.
pub(super) fn require_reversible(movement: &StockMovement) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::new(Code::InvalidState, "movementId", message));
    if movement.kind == MovementKind::Transfer {
        return refuse("a transfer is taken back by another transfer");
    }
    if matches!(movement.reason, MovementReason::CostVariance | MovementReason::DirectExpense) {
        return refuse("this line follows from another one, which can be taken back");
    }
    let kind = movement.reference.as_ref().map(|reference| reference.kind.as_str());
    if kind.is_some_and(|kind| RESERVED.contains(&kind) || BOUGHT.contains(&kind)) {
        return refuse("this line belongs to a document, which has its own ways to take it back");
    }
    Ok(())
}

/// The lines that take a movement back, lot by lot. What had left comes back at what it left with, the last lot taking what
/// rounding leaves; what had come leaves at what it costs now.
pub(super) fn lines(
    movement: &StockMovement,
    (moved, lots): (&[Part], &BTreeMap<LotId, Lot>),
    first_index: usize,
) -> Vec<Line> {
    if moved.is_empty() {
        let whole = Some(negated(movement.total_value));
        return vec![line(movement, (negated(movement.quantity), whole), LotChoice::default(), first_index)];
    }
    let mut rest = negated(movement.total_value);
    let mut lines = Vec::with_capacity(moved.len());
    for (place, part) in moved.iter().enumerate() {
        let is_last = place + 1 == moved.len();
        let share = movement.total_value.checked_ratio(part.quantity, movement.quantity);
        let share = share.and_then(|share| share.round_to(movement.currency.minor_digits()));
        let value = if is_last { rest } else { negated(share.unwrap_or_default()) };
        rest = Decimal::from_raw(rest.raw() - value.raw());
        let number = lots.get(&part.lot).map(|lot| lot.number.clone());
        let lot = LotChoice { number, expiry: None, vendor: None, manner: LotManner::Strict };
        lines.push(line(movement, (negated(part.quantity), Some(value)), lot, first_index + place));
    }
    lines
}

fn line(
    movement: &StockMovement,
    (quantity, value): (Decimal, Option<Decimal>),
    lot: LotChoice,
    index: usize,
) -> Line {
    let cost = value.filter(|_| quantity.is_positive()).map(EnteredCost::Whole);
    Line {
        index,
        product: movement.product,
        location: movement.location,
        quantity,
        reference_line: Some(format!("{}-{index}", movement.id)).filter(|text| text.len() <= 64),
        lot,
        action: Action::Adjust { reason: MovementReason::Correction, cost },
    }
}

fn negated(value: Decimal) -> Decimal {
    Decimal::from_raw(-value.raw())
}
