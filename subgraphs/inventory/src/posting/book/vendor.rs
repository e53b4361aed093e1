//! What vendors take back, and what they credit.

use primitives::Decimal;

use super::{Book, Step};
use crate::costing::{Slice, TooLarge};
use crate::ledger::{MovementKind, MovementReason};
use crate::posting::model::StockRefused;

impl Book {
    /// Gives stock back at what it cost when it came.
    pub(super) fn give_back(&mut self, step: Step<'_>, origin: Slice) -> Result<(), StockRefused> {
        self.refuse_direct(step.line)?;
        self.claim(step)?;
        let quantity = step.line.quantity;
        let parts = self.pick(step, (quantity, Decimal::ZERO))?;
        let before = self.item(step.item).clone();
        let at = step.heading.occurred_at;
        let given = self.item_mut(step.item).holding.give_back(quantity, origin, at)?;
        self.take(step.item, &parts);
        let after = self.item(step.item).clone();
        // The ledger shows the goods at their own cost first, then what others in their place cost more or less.
        let mut given_out = after.clone();
        given_out.holding.value = before.holding.value.checked_sub(given.cost).ok_or(TooLarge)?;
        self.record(step, &before, &given_out);
        if given.cost != given.withdrawal.value {
            let (kind, reason) = (MovementKind::Adjustment, MovementReason::CostVariance);
            self.record(Step { kind, reason, ..step }, &given_out, &after);
        }
        Ok(())
    }

    /// Changes what is still held of a receipt by its share of an amount. Nothing is written where nothing is held.
    pub(super) fn revalue(
        &mut self,
        step: Step<'_>,
        amounts: (Decimal, Decimal),
        origin: Slice,
    ) -> Result<(), StockRefused> {
        self.claim(step)?;
        let before = self.item(step.item).clone();
        let mut holding = before.holding.clone();
        if holding.revalue(amounts, origin)?.is_zero() {
            return Ok(());
        }
        self.item_mut(step.item).holding = holding;
        let after = self.item(step.item).clone();
        self.record(step, &before, &after);
        Ok(())
    }
}
