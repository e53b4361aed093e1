//! A number of units. Converting within a dimension needs no product; between packs it does, and lives with the product.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Decimal, Unit};

/// Why a number is no usable quantity of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Zero or less of something measured.
    #[error("quantity must be more than 0")]
    NotPositive,
    /// Zero or less, or a part, of something counted.
    #[error("quantity must be at least 1")]
    BelowOne,
    /// A part of something that is counted.
    #[error("quantity must be a whole number of {0}")]
    NotWhole(Unit),
    /// A thousand million or more.
    #[error("quantity must be below 1000000000")]
    TooLarge,
}

/// How much of something, in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantity {
    /// How many.
    pub value: Decimal,
    /// Of which unit.
    pub unit: Unit,
}

impl Quantity {
    /// A quantity as it is, negative ones (an adjustment, a shortage) included.
    pub const fn new(value: Decimal, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// A quantity that somebody orders, receives or issues: positive, bounded, and whole where the unit counts things.
    pub fn try_new(value: Decimal, unit: Unit) -> Result<Self, QuantityError> {
        if unit.decimal_places() == 0 && value < Decimal::ONE {
            return Err(QuantityError::BelowOne);
        }
        if !value.is_positive() {
            return Err(QuantityError::NotPositive);
        }
        if !value.is_within_bound() {
            return Err(QuantityError::TooLarge);
        }
        if value.decimal_places() > unit.decimal_places() {
            return Err(QuantityError::NotWhole(unit));
        }
        Ok(Self { value, unit })
    }

    /// The same amount in another unit of the dimension, by the standard table; nothing without a standard ratio.
    pub fn to_unit(self, unit: Unit) -> Option<Self> {
        self.unit.convert(self.value, unit).map(|value| Self { value, unit })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.value, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str, unit: &str) -> Result<Quantity, QuantityError> {
        Quantity::try_new(value.parse().unwrap(), unit.parse().unwrap())
    }

    #[test]
    fn counted_things_come_whole_and_at_least_once() {
        assert_eq!(of("0", "ea"), Err(QuantityError::BelowOne));
        assert_eq!(of("0.5", "case"), Err(QuantityError::BelowOne));
        assert_eq!(of("1.5", "case"), Err(QuantityError::NotWhole("case".parse().unwrap())));
        assert_eq!(of("-3", "ea"), Err(QuantityError::BelowOne));
        assert!(of("3.00000", "ea").is_ok());
    }

    #[test]
    fn measured_things_come_in_parts() {
        assert!(of("0.35", "kg").is_ok());
        assert_eq!(of("0", "kg"), Err(QuantityError::NotPositive));
        assert_eq!(of("-0.1", "kg"), Err(QuantityError::NotPositive));
        assert_eq!(of("1000000000", "kg"), Err(QuantityError::TooLarge));
    }
}
