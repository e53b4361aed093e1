//! The closed catalogue of units the trade measures and counts in, and the standard ratios between them.
//!
//! A ratio is standard when it holds for every product: a kilogram is a thousand grams, a dozen is twelve. What lies in
//! a case, and what a litre of oil weighs, depends on the product and is kept with it; here those units have no ratio.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Decimal;
use crate::decimal::divide_half_up;

/// The text is not the code of a unit in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown unit: a code of the catalogue such as kg is expected")]
pub struct UnknownUnit;

/// What a unit measures. Units of different dimensions meet only through a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Weight, on the gram.
    Mass,
    /// Space, on the millilitre.
    Volume,
    /// Pieces and packs.
    Count,
    /// Length, on the centimetre.
    Length,
    /// Time, on the minute.
    Time,
}

/// A unit of the catalogue.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "sea-orm", sea_orm(value_type = "String"))]
pub struct Unit(&'static Definition);

#[derive(Debug)]
struct Definition {
    code: &'static str,
    name: &'static str,
    dimension: Dimension,
    decimal_places: u32,
    /// One of these is `.0 / .1` of the dimension's base unit; none when only the product knows.
    ratio: Option<(i64, i64)>,
}

const fn measure(
    code: &'static str,
    name: &'static str,
    dimension: Dimension,
    numerator: i64,
    denominator: i64,
) -> Definition {
    // Measured things may use every place a Decimal has.
    Definition {
        code,
        name,
        dimension,
        decimal_places: Decimal::SCALE,
        ratio: Some((numerator, denominator)),
    }
}

const fn pieces(code: &'static str, name: &'static str, each: i64) -> Definition {
    Definition { code, name, dimension: Dimension::Count, decimal_places: 0, ratio: Some((each, 1)) }
}

const fn pack(code: &'static str, name: &'static str) -> Definition {
    Definition { code, name, dimension: Dimension::Count, decimal_places: 0, ratio: None }
}

/// Sorted by dimension, then size; the order is the one lists show.
static CATALOGUE: [Definition; 48] = [
    measure("mg", "milligram", Dimension::Mass, 1, 1_000),
    measure("g", "gram", Dimension::Mass, 1, 1),
    measure("oz", "ounce", Dimension::Mass, 28_349_523_125, 1_000_000_000),
    measure("lb", "pound", Dimension::Mass, 45_359_237, 100_000),
    measure("kg", "kilogram", Dimension::Mass, 1_000, 1),
    measure("t", "tonne", Dimension::Mass, 1_000_000, 1),
    measure("ml", "millilitre", Dimension::Volume, 1, 1),
    measure("tsp", "teaspoon", Dimension::Volume, 5, 1),
    measure("cl", "centilitre", Dimension::Volume, 10, 1),
    measure("tbsp", "tablespoon", Dimension::Volume, 15, 1),
    measure("floz", "US fluid ounce", Dimension::Volume, 295_735_295_625, 10_000_000_000),
    measure("dl", "decilitre", Dimension::Volume, 100, 1),
    measure("l", "litre", Dimension::Volume, 1_000, 1),
    measure("gal", "US gallon", Dimension::Volume, 3_785_411_784, 1_000_000),
    measure("hl", "hectolitre", Dimension::Volume, 100_000, 1),
    pieces("ea", "each", 1),
    pieces("pc", "piece", 1),
    pieces("pair", "pair", 2),
    pieces("doz", "dozen", 12),
    pieces("gross", "gross", 144),
    pack("portion", "portion"),
    pack("slice", "slice"),
    pack("bunch", "bunch"),
    pack("bottle", "bottle"),
    pack("can", "can"),
    pack("jar", "jar"),
    pack("tin", "tin"),
    pack("tube", "tube"),
    pack("sachet", "sachet"),
    pack("bag", "bag"),
    pack("pack", "pack"),
    pack("packet", "packet"),
    pack("tray", "tray"),
    pack("box", "box"),
    pack("carton", "carton"),
    pack("case", "case"),
    pack("crate", "crate"),
    pack("sack", "sack"),
    pack("tub", "tub"),
    pack("keg", "keg"),
    pack("roll", "roll"),
    pack("ream", "ream"),
    pack("set", "set"),
    measure("cm", "centimetre", Dimension::Length, 1, 1),
    measure("in", "inch", Dimension::Length, 254, 100),
    measure("m", "metre", Dimension::Length, 100, 1),
    measure("min", "minute", Dimension::Time, 1, 1),
    measure("h", "hour", Dimension::Time, 60, 1),
];

impl Unit {
    /// Every unit there is, by dimension and then by size.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        CATALOGUE.iter().map(Self)
    }

    /// The unit of a code, `kg`.
    pub fn from_code(code: &str) -> Option<Self> {
        CATALOGUE.iter().find(|unit| unit.code == code).map(Self)
    }

    /// The short form it is known by, `kg`.
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// The English name, `kilogram`.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// What it measures.
    pub const fn dimension(self) -> Dimension {
        self.0.dimension
    }

    /// Decimal places a quantity may have: none for what is counted.
    pub const fn decimal_places(self) -> u32 {
        self.0.decimal_places
    }

    /// Whether its size depends on the product, as that of a case does.
    pub const fn is_pack(self) -> bool {
        self.0.ratio.is_none()
    }

    /// The exact standard ratio: one of `self` is `.0 / .1` of `to`. None across dimensions and for packs, except that
    /// every unit is once itself.
    pub fn ratio_to(self, to: Self) -> Option<(i128, i128)> {
        if self == to {
            return Some((1, 1));
        }
        if self.0.dimension != to.0.dimension {
            return None;
        }
        let (from, to) = (self.0.ratio?, to.0.ratio?);
        Some((i128::from(from.0) * i128::from(to.1), i128::from(from.1) * i128::from(to.0)))
    }

    /// A value of this unit in another, by the standard table and rounded once; none without a ratio or beyond the range.
    pub fn convert(self, value: Decimal, to: Self) -> Option<Decimal> {
        let (numerator, denominator) = self.ratio_to(to)?;
        let raw = divide_half_up(i128::from(value.raw()).checked_mul(numerator)?, denominator)?;
        i64::try_from(raw).ok().map(Decimal::from_raw)
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}

impl Eq for Unit {}

impl PartialOrd for Unit {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Unit {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.code.cmp(other.0.code)
    }
}

impl Hash for Unit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.code.hash(state);
    }
}

impl FromStr for Unit {
    type Err = UnknownUnit;

    fn from_str(code: &str) -> Result<Self, UnknownUnit> {
        Self::from_code(code).ok_or(UnknownUnit)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.code)
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Unit({})", self.0.code)
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn convert(value: &str, from: &str, to: &str) -> Option<String> {
        let (from, to): (Unit, Unit) = (from.parse().unwrap(), to.parse().unwrap());
        from.convert(value.parse().unwrap(), to).map(|value| value.to_string())
    }

    #[test]
    fn standard_ratios_are_the_exact_ones() {
        assert_eq!(convert("1", "kg", "g").as_deref(), Some("1000"));
        assert_eq!(convert("1", "lb", "g").as_deref(), Some("453.59237"));
        assert_eq!(convert("16", "oz", "lb").as_deref(), Some("1"));
        assert_eq!(convert("128", "floz", "gal").as_deref(), Some("1"));
        assert_eq!(convert("1", "gal", "l").as_deref(), Some("3.78541"));
        assert_eq!(convert("3", "tsp", "tbsp").as_deref(), Some("1"));
        assert_eq!(convert("30", "ea", "doz").as_deref(), Some("2.5"));
        assert_eq!(convert("90", "min", "h").as_deref(), Some("1.5"));
        assert_eq!(convert("999999999.99999", "t", "mg"), None);
    }

    #[test]
    fn packs_and_dimensions_have_no_standard_ratio() {
        assert_eq!(convert("1", "case", "bottle"), None);
        assert_eq!(convert("1", "bottle", "ea"), None);
        assert_eq!(convert("1", "kg", "l"), None);
        assert_eq!(convert("7", "case", "case").as_deref(), Some("7"));
    }

    #[test]
    fn codes_are_unique_and_short_enough_for_their_column() {
        let mut codes: Vec<&str> = Unit::all().map(Unit::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Unit::all().len());
        assert!(
            codes.iter().all(|code| code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_lowercase()))
        );
    }

    fn units() -> impl Strategy<Value = Unit> {
        proptest::sample::select(Unit::all().collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn ratios_are_each_others_inverse_and_lead_through_any_third(a in units(), b in units(), c in units()) {
            if let (Some(there), Some(back)) = (a.ratio_to(b), b.ratio_to(a)) {
                prop_assert_eq!(there.0 * back.0, there.1 * back.1);
            }
            if let (Some(first), Some(second), Some(whole)) = (a.ratio_to(b), b.ratio_to(c), a.ratio_to(c)) {
                let product = |x: i128, y: i128, z: i128| x.checked_mul(y).and_then(|xy| xy.checked_mul(z));
                let (left, right) = (product(first.0, second.0, whole.1), product(first.1, second.1, whole.0));
                if let (Some(left), Some(right)) = (left, right) {
                    prop_assert_eq!(left, right);
                }
            }
        }

        #[test]
        fn unknown_codes_are_refused(code in "\\PC{0,8}") {
            prop_assert_eq!(code.parse::<Unit>().is_ok(), Unit::all().any(|unit| unit.code() == code));
        }
    }
}
