//! Ratios and the search for a way between two units. Exact rationals; rounding happens once, at the end. Pure.

use std::collections::VecDeque;

use chassis::{Code, Refusal, Refusals};
use primitives::{Decimal, Unit, UnitConversionId};
use serde::Serialize;

/// Ratios of one product at most: a search over them is quick and a list of them is short.
pub const MAX_CONVERSIONS: usize = 20;

/// `from_quantity` of `from` are `to_quantity` of `to`, for one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Identity of the ratio.
    pub id: UnitConversionId,
    /// The unit on the left: `case` in "1 case = 12 bottle".
    pub from: Unit,
    /// The unit on the right.
    pub to: Unit,
    /// How many on the left.
    pub from_quantity: Decimal,
    /// How many on the right.
    pub to_quantity: Decimal,
}

impl Conversion {
    /// The two units in alphabetical order: a pair has one ratio, whichever way it was written.
    pub fn pair(&self) -> (Unit, Unit) {
        if self.from < self.to { (self.from, self.to) } else { (self.to, self.from) }
    }
}

/// A ratio as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConversionDraft {
    /// Code of the unit on the left.
    pub from: String,
    /// Code of the unit on the right.
    pub to: String,
    /// How many on the left.
    pub from_quantity: Decimal,
    /// How many on the right.
    pub to_quantity: Decimal,
}

impl From<&Conversion> for ConversionDraft {
    fn from(conversion: &Conversion) -> Self {
        Self {
            from: conversion.from.code().to_owned(),
            to: conversion.to.code().to_owned(),
            from_quantity: conversion.from_quantity,
            to_quantity: conversion.to_quantity,
        }
    }
}

/// A positive rational in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// One to one.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator ÷ denominator`, both of which the caller knows to be positive.
    fn new(numerator: i128, denominator: i128) -> Self {
        let divisor = greatest_common_divisor(numerator, denominator);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// The two steps as one; nothing when it cannot be written in 16 bytes.
    pub fn then(self, next: Self) -> Option<Self> {
        // Crosswise reduction first keeps the products as small as they can be.
        let left = greatest_common_divisor(self.numerator, next.denominator);
        let right = greatest_common_divisor(next.numerator, self.denominator);
        let numerator = (self.numerator / left).checked_mul(next.numerator / right)?;
        let denominator = (self.denominator / right).checked_mul(next.denominator / left)?;
        Some(Self { numerator, denominator })
    }

    /// The way back.
    pub fn inverse(self) -> Self {
        Self { numerator: self.denominator, denominator: self.numerator }
    }

    /// `value × self`, rounded half-up to five places; nothing beyond the range.
    pub fn apply(self, value: Decimal) -> Option<Decimal> {
        let exact = i128::from(value.raw()).checked_mul(self.numerator)?;
        let (quotient, rest) = (exact / self.denominator, exact % self.denominator);
        let half_up = if rest.unsigned_abs() >= self.denominator.unsigned_abs() - rest.unsigned_abs() {
            exact.signum()
        } else {
            0
        };
        i64::try_from(quotient + half_up).ok().map(Decimal::from_raw)
    }

    /// Whether the two differ by at most one part in a thousand.
    fn is_close_to(self, other: Self) -> bool {
        // self ÷ other, compared with 1: |n - d| ≤ d ÷ 1000. Out of range means far apart.
        self.then(other.inverse()).is_some_and(|quotient| {
            let off = (quotient.numerator - quotient.denominator).unsigned_abs();
            off <= quotient.denominator.unsigned_abs() / 1_000
        })
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Why a quantity cannot be given in another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversionRefused {
    /// No ratio of the product, no standard and no density leads there.
    #[error("{from} cannot be converted into {to} for this product")]
    Missing {
        /// The unit given.
        from: Unit,
        /// The unit wanted.
        to: Unit,
    },
    /// The answer leaves the range of what can be stored.
    #[error("the quantity is too large to be given in {0}")]
    TooLarge(Unit),
    /// Five decimal places cannot hold the answer within one part in a thousand.
    #[error("the quantity is too small to be given in {0}")]
    TooSmall(Unit),
}

impl ConversionRefused {
    /// The refusal at an input field.
    pub fn at(self, field: &str) -> Refusal {
        let code = match self {
            Self::Missing { .. } => Code::UnitConversionMissing,
            Self::TooLarge(_) | Self::TooSmall(_) => Code::ValidationError,
        };
        let refusal = Refusal::new(code, field, self.to_string());
        match self {
            Self::Missing { from, to } => refusal.with("from", from.code()).with("to", to.code()),
            Self::TooLarge(_) | Self::TooSmall(_) => refusal,
        }
    }
}

/// Everything that is known about the units of one product.
#[derive(Clone, Copy, Debug)]
pub struct Ratios<'a> {
    /// The product's own ratios.
    pub conversions: &'a [Conversion],
    /// Grams in a millilitre, where that makes sense.
    pub density: Option<Decimal>,
}

impl Ratios<'_> {
    /// How many of `to` one of `from` is: the way with the fewest steps, the product's own ratios before the standard.
    pub fn between(&self, from: Unit, to: Unit) -> Option<Ratio> {
        let mut reached: Vec<Unit> = vec![from];
        let mut queue = VecDeque::from([(from, Ratio::ONE)]);
        while let Some((unit, so_far)) = queue.pop_front() {
            if unit == to {
                return Some(so_far);
            }
            for (next, step) in self.steps_from(unit, to) {
                if reached.contains(&next) {
                    continue;
                }
                if let Some(ratio) = so_far.then(step) {
                    reached.push(next);
                    queue.push_back((next, ratio));
                }
            }
        }
        None
    }

    /// A quantity in another unit.
    pub fn convert(&self, value: Decimal, from: Unit, to: Unit) -> Result<Decimal, ConversionRefused> {
        let ratio = self.between(from, to).ok_or(ConversionRefused::Missing { from, to })?;
        let converted = ratio.apply(value).ok_or(ConversionRefused::TooLarge(to))?;
        let is_exact = ratio.inverse().apply(converted) == Some(value);
        // Half a step off at most: with 500 steps and more that is one part in a thousand.
        if !is_exact && converted.raw().unsigned_abs() < 500 {
            return Err(ConversionRefused::TooSmall(to));
        }
        Ok(converted)
    }

    /// The units one step away, the product's own first.
    fn steps_from(&self, unit: Unit, goal: Unit) -> Vec<(Unit, Ratio)> {
        let own = self.conversions.iter().filter_map(|conversion| {
            let ratio = ratio_of(conversion)?;
            if conversion.from == unit {
                Some((conversion.to, ratio))
            } else if conversion.to == unit {
                Some((conversion.from, ratio.inverse()))
            } else {
                None
            }
        });
        let mentioned = self.conversions.iter().flat_map(|conversion| [conversion.from, conversion.to]);
        let standard = mentioned.chain([goal, gram(), millilitre()]).filter_map(|next| {
            unit.ratio_to(next).map(|(numerator, denominator)| (next, Ratio::new(numerator, denominator)))
        });
        let by_density = self.density.filter(|density| density.is_positive()).and_then(|density| {
            let grams_per_millilitre = Ratio::new(density.raw().into(), Decimal::ONE.raw().into());
            if unit == millilitre() {
                Some((gram(), grams_per_millilitre))
            } else if unit == gram() {
                Some((millilitre(), grams_per_millilitre.inverse()))
            } else {
                None
            }
        });
        own.chain(standard).chain(by_density).collect()
    }
}

fn ratio_of(conversion: &Conversion) -> Option<Ratio> {
    let is_positive = conversion.from_quantity.is_positive() && conversion.to_quantity.is_positive();
    is_positive
        .then(|| Ratio::new(conversion.to_quantity.raw().into(), conversion.from_quantity.raw().into()))
}

fn gram() -> Unit {
    Unit::from_code("g").expect("the catalogue of units has the gram")
}

fn millilitre() -> Unit {
    Unit::from_code("ml").expect("the catalogue of units has the millilitre")
}

/// Reads a product's ratios in order, each against those before it, and collects everything that is wrong. Fields are
/// named below `conversions`.
pub fn read_conversions(
    drafts: &[ConversionDraft],
    density: Option<Decimal>,
    mut new_id: impl FnMut() -> UnitConversionId,
) -> Result<Vec<Conversion>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(drafts.len() <= MAX_CONVERSIONS, || {
        Refusal::new(
            Code::LimitExceeded,
            "conversions",
            format!("at most {MAX_CONVERSIONS} conversions per product"),
        )
    });
    let mut accepted: Vec<Conversion> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        match read_conversion(draft, &Ratios { conversions: &accepted, density }, &mut new_id) {
            Ok(conversion) => accepted.push(conversion),
            Err(found) => {
                refusals
                    .extend(found.into_iter().map(|refusal| refusal.below(&format!("conversions.{index}"))));
            }
        }
    }
    if refusals.is_empty() { Ok(accepted) } else { Err(refusals) }
}

/// Reads one ratio beside those a product already has. Fields are named as in the ratio's own input.
pub fn read_conversion(
    draft: &ConversionDraft,
    known: &Ratios<'_>,
    new_id: impl FnOnce() -> UnitConversionId,
) -> Result<Conversion, Refusals> {
    let mut refusals = Refusals::new();
    let unit = |field: &str, code: &str| {
        code.parse::<Unit>().map_err(|unknown| Refusal::invalid(field, unknown.to_string()))
    };
    let from = refusals.take(unit("from", &draft.from));
    let to = refusals.take(unit("to", &draft.to));
    for (field, quantity) in [("fromQty", draft.from_quantity), ("toQty", draft.to_quantity)] {
        refusals.check(quantity.is_positive(), || Refusal::invalid(field, "a ratio must be more than 0"));
        refusals.check(quantity.is_within_bound() || !quantity.is_positive(), || {
            Refusal::invalid(field, "a ratio must be below 1000000000")
        });
    }
    let (Some(from), Some(to)) = (from, to) else { return Err(refusals) };
    refusals.check(from != to, || Refusal::invalid("to", "a unit is not converted into itself"));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let conversion = Conversion {
        id: new_id(),
        from,
        to,
        from_quantity: draft.from_quantity,
        to_quantity: draft.to_quantity,
    };
    let is_known_pair = known.conversions.iter().any(|other| other.pair() == conversion.pair());
    refusals.check(!is_known_pair, || {
        Refusal::duplicate("to", format!("the product already has a ratio between {from} and {to}"))
    });
    if !is_known_pair {
        refusals.extend(contradiction(&conversion, known));
    }
    if refusals.is_empty() { Ok(conversion) } else { Err(refusals) }
}

/// What the other ratios, the standard or the density say instead, when they disagree.
fn contradiction(conversion: &Conversion, known: &Ratios<'_>) -> Option<Refusal> {
    let expected = known.between(conversion.from, conversion.to)?;
    let claimed = ratio_of(conversion)?;
    if claimed.is_close_to(expected) {
        return None;
    }
    let refusal = Refusal::invalid(
        "toQty",
        format!("contradicts what is known about {} and {}", conversion.from, conversion.to),
    );
    Some(match expected.apply(conversion.from_quantity) {
        Some(quantity) => refusal.with("expected", quantity.to_string()),
        None => refusal,
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
