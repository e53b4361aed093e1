//! Turning an entered quantity into the product's base unit. Pure.

use std::collections::HashMap;

use primitives::{CategoryId, Decimal, ProductId, Unit};

/// A quantity as somebody entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Measure {
    /// Of which product.
    pub(crate) product: ProductId,
    /// How much; may be negative in an adjustment.
    pub(crate) quantity: Decimal,
    /// In which unit; `None` means the base unit.
    pub(crate) unit: Option<Unit>,
}

/// How the stock of a product is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tracking {
    /// Each lot on its own.
    pub(crate) lot: bool,
    /// Each date on its own.
    pub(crate) expiry: bool,
}

impl Tracking {
    /// Whether its stock is kept by lots: where only the date is followed, the date names the lot.
    pub(crate) fn is_kept(self) -> bool {
        self.lot || self.expiry
    }
}

/// What is remembered of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Which product.
    pub(crate) id: ProductId,
    /// The unit its stock is counted in.
    pub(crate) base_unit: Unit,
    /// How its stock is kept; `None` where nobody has asked, or it may have changed since.
    pub(crate) tracking: Option<Tracking>,
    /// The category it belongs to, as far as that is known.
    pub(crate) category: Option<CategoryId>,
}

/// Why a measure has no quantity in the base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Converted {
    /// The quantity is beyond the base unit's range.
    TooLarge,
    /// Neither the standard table nor the product knows a way.
    Missing,
}

/// What was learned about the products of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    /// Base units of the products that exist in the tenant.
    pub(crate) base_units: HashMap<ProductId, Unit>,
    /// Quantities in base units where only the product knew the way.
    pub(crate) by_product: HashMap<Measure, Decimal>,
}

impl Measure {
    /// The two units between which only the product knows the way; `None` where the standard table does.
    pub(crate) fn question(self, base: Unit) -> Option<(Unit, Unit)> {
        let from = self.unit.unwrap_or(base);
        from.ratio_to(base).is_none().then_some((from, base))
    }
}

impl Learned {
    /// The measure in the product's base unit.
    pub(crate) fn in_base(&self, measure: Measure, base: Unit) -> Result<Decimal, Converted> {
        if measure.question(base).is_some() {
            return self.by_product.get(&measure).copied().ok_or(Converted::Missing);
        }
        measure.unit.unwrap_or(base).convert(measure.quantity, base).ok_or(Converted::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(quantity: &str, unit: Option<&str>) -> Measure {
        Measure {
            product: ProductId::generate(),
            quantity: quantity.parse().unwrap(),
            unit: unit.map(|code| code.parse().unwrap()),
        }
    }

    #[test]
    fn the_standard_table_needs_nobody() {
        let kg: Unit = "kg".parse().unwrap();
        let learned = Learned::default();
        assert_eq!(learned.in_base(measure("350", Some("g")), kg), Ok("0.35".parse().unwrap()));
        assert_eq!(learned.in_base(measure("2", None), kg), Ok("2".parse().unwrap()));
        let tonnes = measure("999999999", Some("t"));
        assert_eq!(learned.in_base(tonnes, "mg".parse().unwrap()), Err(Converted::TooLarge));
    }

    #[test]
    fn a_pack_is_a_question_for_the_product() {
        let (case, bottle): (Unit, Unit) = ("case".parse().unwrap(), "bottle".parse().unwrap());
        let wine = measure("2", Some("case"));
        assert_eq!(wine.question(bottle), Some((case, bottle)));
        let mut learned = Learned::default();
        assert_eq!(learned.in_base(wine, bottle), Err(Converted::Missing));
        learned.by_product.insert(wine, "24".parse().unwrap());
        assert_eq!(learned.in_base(wine, bottle), Ok("24".parse().unwrap()));
    }
}
