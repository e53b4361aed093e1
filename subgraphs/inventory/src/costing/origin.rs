//! What is left of one receipt: it goes back to its vendor at what it cost, and a credit for it is the part's that is still held.

use chrono::{DateTime, Utc};
use primitives::Decimal;

use super::model::{Withdrawal, minus, negated, plus, share};
use super::{CostMethod, Holding, Slice, TooLarge, per_unit};

/// What went back to a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenBack {
    /// What left the balance.
    pub(crate) withdrawal: Withdrawal,
    /// What these units cost when they came. It differs where others had to leave in their place.
    pub(crate) cost: Decimal,
}

impl Holding {
    /// Takes out units of `origin`, which had at least as many: its own layers first. What is not there any more, and everything under
    /// moving average, leaves at the current cost.
    pub(crate) fn give_back(
        &mut self,
        quantity: Decimal,
        origin: Slice,
        at: DateTime<Utc>,
    ) -> Result<GivenBack, TooLarge> {
        let before = self.clone();
        self.try_give_back(quantity, origin, at).inspect_err(|_| *self = before)
    }

    fn try_give_back(
        &mut self,
        quantity: Decimal,
        origin: Slice,
        at: DateTime<Utc>,
    ) -> Result<GivenBack, TooLarge> {
        let mut slices = match self.method {
            CostMethod::Fifo => self.take_layers(quantity, Some(origin.received_at))?,
            CostMethod::MovingAverage => Vec::new(),
        };
        let (mut own, mut value) = (Decimal::ZERO, Decimal::ZERO);
        for slice in &slices {
            (own, value) = (plus(own, slice.quantity)?, plus(value, slice.value)?);
        }
        (self.on_hand, self.value) = (minus(self.on_hand, own)?, minus(self.value, value)?);
        let rest = minus(quantity, own)?;
        let mut cost = value;
        if rest.is_positive() {
            let others = self.try_withdraw(rest, at)?;
            cost = plus(cost, share(origin.value, rest, origin.quantity, self.currency))?;
            value = plus(value, others.value)?;
            slices.extend(others.slices);
        }
        Ok(GivenBack { withdrawal: Withdrawal { value, slices }, cost })
    }

    /// Changes what is held of `origin` by its share of `amount`, by at most `most`, and never below nothing; answers the change. What has
    /// been used keeps its cost.
    pub(crate) fn revalue(
        &mut self,
        (amount, most): (Decimal, Decimal),
        origin: Slice,
    ) -> Result<Decimal, TooLarge> {
        let before = self.clone();
        self.try_revalue((amount, most), origin).inspect_err(|_| *self = before)
    }

    fn try_revalue(
        &mut self,
        (amount, most): (Decimal, Decimal),
        origin: Slice,
    ) -> Result<Decimal, TooLarge> {
        let held = self.held_of(origin)?;
        if !held.is_positive() {
            return Ok(Decimal::ZERO);
        }
        let lowers = amount.is_negative();
        let whole = if lowers { negated(amount)? } else { amount };
        let wanted = share(whole, held, origin.quantity, self.currency).min(most);
        let signed = |part: Decimal| if lowers { negated(part) } else { Ok(part) };
        let change = match self.method {
            CostMethod::MovingAverage => signed(if lowers { wanted.min(self.value) } else { wanted })?,
            CostMethod::Fifo => self.revalue_layers((wanted, lowers), (held, origin.received_at))?,
        };
        self.value = plus(self.value, change)?;
        Ok(change)
    }

    /// The last layer takes what rounding left over.
    fn revalue_layers(
        &mut self,
        (wanted, lowers): (Decimal, bool),
        (held, received_at): (Decimal, DateTime<Utc>),
    ) -> Result<Decimal, TooLarge> {
        let (mut due, mut over, mut change) = (wanted, held, Decimal::ZERO);
        let currency = self.currency;
        for layer in self.layers.iter_mut().filter(|layer| layer.received_at == received_at) {
            let quantity = layer.quantity_left.min(over);
            if !quantity.is_positive() {
                continue;
            }
            let part = share(due, quantity, over, currency);
            (due, over) = (minus(due, part)?, minus(over, quantity)?);
            let part = if lowers { negated(part.min(layer.value_left))? } else { part };
            layer.value_left = plus(layer.value_left, part)?;
            layer.unit_cost = per_unit(layer.value_left, layer.quantity_left);
            change = plus(change, part)?;
        }
        Ok(change)
    }

    /// How much of `origin` is held: what is left of its layers, or under moving average as much as there is.
    fn held_of(&self, origin: Slice) -> Result<Decimal, TooLarge> {
        let held = match self.method {
            CostMethod::MovingAverage => self.on_hand,
            CostMethod::Fifo => {
                let own = self.layers.iter().filter(|layer| layer.received_at == origin.received_at);
                Decimal::checked_sum(own.map(|layer| layer.quantity_left)).ok_or(TooLarge)?
            }
        };
        Ok(held.min(origin.quantity))
    }
}
