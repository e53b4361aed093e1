//! Exact decimals with five places, held as whole hundred-thousandths in an `i64`.
//!
//! Money and quantities are stored this way in every database (SQLite would keep a decimal as a float and lose digits
//! silently), so sums in SQL stay exact. Products and quotients go through `i128` and are rounded half-up, away from
//! zero on a tie, as commerce rounds. Everything that can leave the range is checked: nothing here wraps or saturates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is no decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Something else than ASCII digits, one sign and one point: also an exponent, `NaN`, a blank or a group separator.
    #[error("not a decimal: digits with at most one decimal point are expected")]
    Malformed,
    /// More than five digits after the point, zeros included: a client that sends them means a precision we lack.
    #[error("too precise: at most 5 decimal places are kept")]
    TooPrecise,
    /// Beyond what eight bytes hold.
    #[error("too large")]
    TooLarge,
}

/// An exact number with five decimal places.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
pub struct Decimal(i64);

impl Decimal {
    /// Decimal places kept.
    pub const SCALE: u32 = 5;
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One whole.
    pub const ONE: Self = Self(UNIT);
    /// Quantities and prices that people enter stay below this: a thousand million. It leaves room for sums.
    pub const BOUND: Self = Self(1_000_000_000 * UNIT);
    /// The smallest step.
    pub const STEP: Self = Self(1);

    /// Takes hundred-thousandths as they are stored.
    pub const fn from_raw(hundred_thousandths: i64) -> Self {
        Self(hundred_thousandths)
    }

    /// The hundred-thousandths as they are stored.
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// A whole number.
    pub fn from_whole(whole: i32) -> Self {
        Self(i64::from(whole) * UNIT)
    }

    /// Whether nothing is left.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is less than zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether a person may enter it as a quantity or a price, by magnitude.
    pub fn is_within_bound(self) -> bool {
        self.0.unsigned_abs() < Self::BOUND.0.unsigned_abs()
    }

    /// How many decimal places it really uses.
    pub fn decimal_places(self) -> u32 {
        (0..Self::SCALE).find(|digits| self.0 % step(*digits) == 0).unwrap_or(Self::SCALE)
    }

    /// The sum, unless it leaves the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it leaves the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The opposite, unless it leaves the range.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// The product, rounded half-up to five places, unless it leaves the range.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.checked_ratio(other, Self::ONE)
    }

    /// The quotient, rounded half-up to five places; nothing for a zero divisor or beyond the range.
    pub fn checked_div(self, divisor: Self) -> Option<Self> {
        self.checked_ratio(Self::ONE, divisor)
    }

    /// `self × numerator ÷ denominator`, rounded once: a chain of product and quotient would round twice.
    pub fn checked_ratio(self, numerator: Self, denominator: Self) -> Option<Self> {
        let exact = i128::from(self.0) * i128::from(numerator.0);
        divide_half_up(exact, i128::from(denominator.0)).and_then(|raw| i64::try_from(raw).ok()).map(Self)
    }

    /// The sum of many, unless it leaves the range.
    pub fn checked_sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Rounded half-up to the given number of decimal places; nothing beyond the range.
    pub fn round_to(self, digits: u32) -> Option<Self> {
        let step = step(digits);
        let steps = divide_half_up(i128::from(self.0), i128::from(step))?;
        i64::try_from(steps * i128::from(step)).ok().map(Self)
    }

    /// The text with at least `digits` decimal places: `50` with two is `50.00`.
    pub fn to_text(self, digits: u32) -> String {
        let places = self.decimal_places().max(digits.min(Self::SCALE));
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (magnitude / UNIT.unsigned_abs(), magnitude % UNIT.unsigned_abs());
        if places == 0 {
            return format!("{sign}{whole}");
        }
        let fraction = format!("{fraction:05}");
        format!("{sign}{whole}.{}", &fraction[..places as usize])
    }
}

/// Hundred-thousandths in one whole.
const UNIT: i64 = 100_000;

/// Hundred-thousandths in one unit of the last of `digits` places; places beyond the scale count as the scale.
fn step(digits: u32) -> i64 {
    10_i64.pow(Decimal::SCALE.saturating_sub(digits))
}

/// The quotient rounded to the nearest whole, a tie away from zero; nothing for a zero divisor or beyond `i128`.
pub(crate) fn divide_half_up(dividend: i128, divisor: i128) -> Option<i128> {
    let (quotient, rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
    if rest.unsigned_abs() < divisor.unsigned_abs() - rest.unsigned_abs() {
        return Some(quotient);
    }
    quotient.checked_add(if (dividend < 0) == (divisor < 0) { 1 } else { -1 })
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((_, "")) => return Err(DecimalError::Malformed),
            Some((whole, fraction)) => (whole, fraction),
            None => (unsigned, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return Err(DecimalError::Malformed);
        }
        if fraction.len() > Self::SCALE as usize {
            return Err(DecimalError::TooPrecise);
        }
        let padding = "00000".bytes().skip(fraction.len());
        let magnitude = whole.bytes().chain(fraction.bytes()).chain(padding).try_fold(0_i64, |sum, digit| {
            // Built on the negative side, which reaches one further: i64::MIN has no positive twin.
            sum.checked_mul(10)?.checked_sub(i64::from(digit - b'0'))
        });
        let below_zero = magnitude.ok_or(DecimalError::TooLarge)?;
        if negative {
            Ok(Self(below_zero))
        } else {
            below_zero.checked_neg().map(Self).ok_or(DecimalError::TooLarge)
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_text(0))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Decimal({self})")
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "decimal_properties.rs"]
mod properties;
