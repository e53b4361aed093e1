//! The valuation of one item, by moving average or FIFO: pure arithmetic over decimals, no rows and no clock.
//!
//! Values always lie on the currency's minor unit, so what leaves plus what stays is what came in, to the cent.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use primitives::{CostLayerId, CurrencyCode, Decimal, Money};

/// How an item values what leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CostMethod {
    /// Every unit costs the average of what is held.
    MovingAverage,
    /// The oldest units leave first, at what they cost.
    Fifo,
}

impl CostMethod {
    /// The word stored in tables.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::MovingAverage => "MOVING_AVERAGE",
            Self::Fifo => "FIFO",
        }
    }
}

impl FromStr for CostMethod {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "MOVING_AVERAGE" => Ok(Self::MovingAverage),
            "FIFO" => Ok(Self::Fifo),
            other => Err(format!("unknown cost method {other}")),
        }
    }
}

/// A quantity with what it cost and since when it is held. Transfers carry slices, so FIFO dates survive the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// When the units first came into the house.
    pub(crate) received_at: DateTime<Utc>,
    /// How many, in the item's base unit; more than zero.
    pub(crate) quantity: Decimal,
    /// What they cost altogether, on the currency's minor unit.
    pub(crate) value: Decimal,
}

/// What is left of one receipt at a FIFO item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CostLayer {
    /// Identity of the layer.
    pub(crate) id: CostLayerId,
    /// When its units first came into the house: the first sort key of consumption.
    pub(crate) received_at: DateTime<Utc>,
    /// Tells layers of the same instant apart: the second sort key.
    pub(crate) seq: i64,
    /// How many units opened the layer.
    pub(crate) quantity_in: Decimal,
    /// How many are left.
    pub(crate) quantity_left: Decimal,
    /// What the units left are worth.
    pub(crate) value_left: Decimal,
    /// What one unit cost, to five places.
    pub(crate) unit_cost: Decimal,
}

/// The valued stock of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    /// How what leaves is valued.
    pub(crate) method: CostMethod,
    /// What it is valued in; its minor unit is the grid of all values here.
    pub(crate) currency: CurrencyCode,
    /// Units on the shelf; below zero where the location allows it.
    pub(crate) on_hand: Decimal,
    /// What they are worth; has the sign of `on_hand`, and is zero with it.
    pub(crate) value: Decimal,
    /// Cost of one unit as last known: the price of issues that go below zero.
    pub(crate) last_cost: Decimal,
    /// Open FIFO layers in the order they are consumed; empty under moving average.
    pub(crate) layers: Vec<CostLayer>,
}

/// What a receipt did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// What was added at the receipt's own cost.
    pub(crate) value: Decimal,
    /// Difference between what units issued below zero were booked at and what they turned out to cost.
    pub(crate) variance: Decimal,
}

/// What left, and at which value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Withdrawal {
    /// Value of everything withdrawn.
    pub(crate) value: Decimal,
    /// The same by age, oldest first.
    pub(crate) slices: Vec<Slice>,
}

/// A balance or value left the range of a decimal (about 92 trillion).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the resulting balance is too large")]
pub(crate) struct TooLarge;

impl Holding {
    /// An item that never held anything.
    #[cfg(test)]
    pub(crate) fn empty(method: CostMethod, currency: CurrencyCode) -> Self {
        Self {
            method,
            currency,
            on_hand: Decimal::ZERO,
            value: Decimal::ZERO,
            last_cost: Decimal::ZERO,
            layers: Vec::new(),
        }
    }

    /// Cost of one unit: the average of what is held, or the last known cost where nothing is.
    pub(crate) fn average_cost(&self) -> Decimal {
        if self.on_hand > Decimal::ZERO { per_unit(self.value, self.on_hand) } else { self.last_cost }
    }

    /// What `quantity` units cost at `unit_cost`, rounded half-up to the minor unit; `None` beyond the decimal range.
    pub(crate) fn cost_of(&self, quantity: Decimal, unit_cost: Decimal) -> Option<Decimal> {
        line_value(quantity, unit_cost, self.currency)
    }

    /// Takes units in. What the item owes from issues below zero is settled first: those units were booked at the last
    /// known cost, and the difference to what they really cost is the variance.
    pub(crate) fn receive(&mut self, slices: &[Slice]) -> Result<Receipt, TooLarge> {
        let before = self.clone();
        self.try_receive(slices).inspect_err(|_| *self = before)
    }

    fn try_receive(&mut self, slices: &[Slice]) -> Result<Receipt, TooLarge> {
        let owed = if self.on_hand < Decimal::ZERO { negated(self.on_hand)? } else { Decimal::ZERO };
        let owed_value = if self.value < Decimal::ZERO { negated(self.value)? } else { Decimal::ZERO };
        let mut ordered = slices.to_vec();
        ordered.sort_by_key(|slice| slice.received_at);

        let (mut received, mut settled, mut settled_cost) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for slice in &ordered {
            let settles = slice.quantity.min(minus(owed, settled)?);
            let cost = self.share(slice.value, settles, slice.quantity);
            settled = plus(settled, settles)?;
            settled_cost = plus(settled_cost, cost)?;
            received = plus(received, slice.value)?;
            self.on_hand = plus(self.on_hand, slice.quantity)?;
            self.open_layer(slice.received_at, minus(slice.quantity, settles)?, minus(slice.value, cost)?);
        }
        let booked = if owed > Decimal::ZERO { self.share(owed_value, settled, owed) } else { Decimal::ZERO };
        let variance = minus(booked, settled_cost)?;
        self.value = plus(plus(self.value, received)?, variance)?;
        if let Some(newest) = ordered.last() {
            self.last_cost = per_unit(newest.value, newest.quantity);
        }
        Ok(Receipt { value: received, variance })
    }

    /// Takes units out. What empties the item takes its whole remaining value, so no cent stays on an empty shelf;
    /// units below zero leave at the last known cost.
    pub(crate) fn withdraw(&mut self, quantity: Decimal, at: DateTime<Utc>) -> Result<Withdrawal, TooLarge> {
        let before = self.clone();
        self.try_withdraw(quantity, at).inspect_err(|_| *self = before)
    }

    pub(super) fn try_withdraw(
        &mut self,
        quantity: Decimal,
        at: DateTime<Utc>,
    ) -> Result<Withdrawal, TooLarge> {
        let held = quantity.min(self.on_hand.max(Decimal::ZERO));
        let average = self.average_cost();
        let mut slices = match self.method {
            CostMethod::MovingAverage => self.take_average(held, at),
            CostMethod::Fifo => self.take_layers(held, None)?,
        };
        let beyond = minus(quantity, held)?;
        if self.method == CostMethod::MovingAverage {
            self.last_cost = average;
        }
        if beyond > Decimal::ZERO {
            let value = self.cost_of(beyond, self.last_cost).ok_or(TooLarge)?;
            slices.push(Slice { received_at: at, quantity: beyond, value });
        }
        let mut value = Decimal::ZERO;
        for slice in &slices {
            value = plus(value, slice.value)?;
        }
        self.on_hand = minus(self.on_hand, quantity)?;
        self.value = minus(self.value, value)?;
        Ok(Withdrawal { value, slices })
    }

    fn take_average(&self, held: Decimal, at: DateTime<Utc>) -> Vec<Slice> {
        if held == Decimal::ZERO {
            return Vec::new();
        }
        vec![Slice { received_at: at, quantity: held, value: self.share(self.value, held, self.on_hand) }]
    }

    /// Consumes layers oldest first, or only those received at a moment; the last unit of a layer takes whatever value rounding left in
    /// it. Takes as much as they have.
    pub(super) fn take_layers(
        &mut self,
        wanted: Decimal,
        received_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Slice>, TooLarge> {
        let currency = self.currency;
        let mut missing = wanted;
        let mut slices = Vec::new();
        let of = |layer: &&mut CostLayer| received_at.is_none_or(|at| layer.received_at == at);
        for layer in self.layers.iter_mut().filter(of) {
            if missing == Decimal::ZERO {
                break;
            }
            let quantity = missing.min(layer.quantity_left);
            let value = share(layer.value_left, quantity, layer.quantity_left, currency);
            layer.quantity_left = minus(layer.quantity_left, quantity)?;
            layer.value_left = minus(layer.value_left, value)?;
            missing = minus(missing, quantity)?;
            self.last_cost = layer.unit_cost;
            slices.push(Slice { received_at: layer.received_at, quantity, value });
        }
        self.layers.retain(|layer| layer.quantity_left > Decimal::ZERO);
        Ok(slices)
    }

    fn open_layer(&mut self, received_at: DateTime<Utc>, quantity: Decimal, value: Decimal) {
        if self.method != CostMethod::Fifo || quantity == Decimal::ZERO {
            return;
        }
        let seq = self.layers.iter().map(|layer| layer.seq).max().unwrap_or(0) + 1;
        let layer = CostLayer {
            id: CostLayerId::generate(),
            received_at,
            seq,
            quantity_in: quantity,
            quantity_left: quantity,
            value_left: value,
            unit_cost: per_unit(value, quantity),
        };
        let place = self.layers.partition_point(|other| (other.received_at, other.seq) < (received_at, seq));
        self.layers.insert(place, layer);
    }

    fn share(&self, value: Decimal, part: Decimal, whole: Decimal) -> Decimal {
        share(value, part, whole, self.currency)
    }
}

/// `value × part ÷ whole`, rounded once, half-up, to the minor unit; the whole part takes the whole value.
pub(super) fn share(value: Decimal, part: Decimal, whole: Decimal, currency: CurrencyCode) -> Decimal {
    if part == whole {
        return value;
    }
    let minor_unit = 10_i128.pow(Decimal::SCALE - currency.minor_digits());
    let (exact, divisor) =
        (i128::from(value.raw()) * i128::from(part.raw()), i128::from(whole.raw()) * minor_unit);
    let rounded = (exact + divisor / 2) / divisor * minor_unit;
    // A part smaller than the whole is never worth more than the whole, which fits.
    Decimal::from_raw(i64::try_from(rounded).expect("a share is at most the value it is taken from"))
}

/// `quantity × unit_cost`, rounded half-up to the minor unit; `None` beyond the decimal range.
pub(crate) fn line_value(quantity: Decimal, unit_cost: Decimal, currency: CurrencyCode) -> Option<Decimal> {
    Money::new(unit_cost, currency).payable_for(quantity).map(|money| money.amount)
}

/// `value ÷ quantity` to five places, half-up; the largest representable cost where the quotient is larger still.
pub(crate) fn per_unit(value: Decimal, quantity: Decimal) -> Decimal {
    value.checked_div(quantity).unwrap_or(Decimal::from_raw(i64::MAX))
}

pub(super) fn plus(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    a.checked_add(b).ok_or(TooLarge)
}

pub(super) fn minus(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    a.checked_sub(b).ok_or(TooLarge)
}

pub(super) fn negated(a: Decimal) -> Result<Decimal, TooLarge> {
    a.checked_neg().ok_or(TooLarge)
}
