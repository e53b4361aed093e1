//! An amount in a currency. Amounts of different currencies never meet without a rate, so adding them is an error.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CurrencyCode, Decimal};

/// Two amounts of different currencies were brought together, or their sum leaves the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyMismatch {
    /// The currencies differ.
    #[error("amounts in {0} and {1} cannot be added")]
    Different(CurrencyCode, CurrencyCode),
    /// The sum is beyond what can be stored.
    #[error("the sum is too large")]
    TooLarge,
}

/// An amount of money: a unit cost carries up to five decimal places, a payable amount the currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How much.
    pub amount: Decimal,
    /// Of what.
    pub currency: CurrencyCode,
}

impl Money {
    /// An amount as it is.
    pub const fn new(amount: Decimal, currency: CurrencyCode) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: CurrencyCode) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// The sum of two amounts of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, CurrencyMismatch> {
        if self.currency != other.currency {
            return Err(CurrencyMismatch::Different(self.currency, other.currency));
        }
        let amount = self.amount.checked_add(other.amount).ok_or(CurrencyMismatch::TooLarge)?;
        Ok(Self { amount, ..self })
    }

    /// What a quantity at this price costs, rounded half-up to the minor unit as it is paid; nothing beyond the range.
    ///
    /// Rounded once, from the exact product: rounding to five places first would turn 0.0049999999 into a cent.
    pub fn payable_for(self, quantity: Decimal) -> Option<Self> {
        let digits = self.currency.minor_digits();
        let exact = i128::from(self.amount.raw()) * i128::from(quantity.raw());
        let minor_unit = 10_i64.pow(Decimal::SCALE - digits);
        let minor_units =
            crate::decimal::divide_half_up(exact, i128::from(Decimal::ONE.raw()) * i128::from(minor_unit))?;
        let raw = minor_units.checked_mul(i128::from(minor_unit)).and_then(|raw| i64::try_from(raw).ok())?;
        Some(Self { amount: Decimal::from_raw(raw), ..self })
    }

    /// Rounded half-up to the currency's minor unit; nothing beyond the range.
    pub fn rounded(self) -> Option<Self> {
        self.amount.round_to(self.currency.minor_digits()).map(|amount| Self { amount, ..self })
    }

    /// The amount with at least the currency's minor digits: `50.00`, or `0.12345` for a unit cost.
    pub fn amount_text(self) -> String {
        self.amount.to_text(self.currency.minor_digits())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.amount_text(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thb(amount: &str) -> Money {
        Money::new(amount.parse().unwrap(), CurrencyCode::THB)
    }

    #[test]
    fn amounts_print_at_least_the_minor_digits() {
        assert_eq!(thb("50").to_string(), "50.00 THB");
        assert_eq!(thb("0.12345").to_string(), "0.12345 THB");
        assert_eq!(Money::new(Decimal::from_whole(50), CurrencyCode::JPY).to_string(), "50 JPY");
    }

    #[test]
    fn a_payable_amount_is_rounded_once() {
        assert_eq!(thb("0.05").payable_for("0.1".parse().unwrap()), Some(thb("0.01")));
        // 0.00499999… exactly: five places first would give 0.005, and then a cent.
        assert_eq!(thb("0.99999").payable_for("0.005".parse().unwrap()), Some(thb("0")));
        assert_eq!(thb("10").payable_for("-0.12345".parse().unwrap()), Some(thb("-1.23")));
        assert_eq!(thb("999999999").payable_for("999999999".parse().unwrap()), None);
    }

    #[test]
    fn currencies_do_not_mix() {
        let dollars = Money::new(Decimal::ONE, CurrencyCode::USD);
        assert_eq!(
            thb("1").checked_add(dollars),
            Err(CurrencyMismatch::Different(CurrencyCode::THB, CurrencyCode::USD))
        );
        assert_eq!(thb("1").checked_add(thb("0.5")), Ok(thb("1.5")));
        let most = Money::new(Decimal::from_raw(i64::MAX), CurrencyCode::THB);
        assert_eq!(most.checked_add(thb("1")), Err(CurrencyMismatch::TooLarge));
    }
}
