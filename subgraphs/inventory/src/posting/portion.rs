//! A quantity of a product as somebody entered it on a document, and what it is in the product's base unit. Pure.

use primitives::{Decimal, ProductId, Unit};
use serde::Serialize;

use super::model::StockRefused;
use crate::catalogue::{Converted, Learned, Measure};

/// So much of a product, in some unit.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Portion {
    /// Of which product.
    pub(crate) product: ProductId,
    /// How much.
    pub(crate) quantity: Decimal,
    /// Code of the unit; the product's base unit where nothing is said.
    pub(crate) unit: Option<String>,
}

/// A portion in its product's base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InBase {
    /// Of which product.
    pub(crate) product: ProductId,
    /// The product's base unit.
    pub(crate) unit: Unit,
    /// How many of it.
    pub(crate) quantity: Decimal,
}

impl From<&InBase> for Portion {
    fn from(base: &InBase) -> Self {
        Self { product: base.product, quantity: base.quantity, unit: None }
    }
}

/// The least a portion may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Least {
    /// Nothing at all is something to say.
    Nothing,
    /// It has to be something.
    Something,
}

impl Portion {
    /// What has to be learned about it. One in an unknown unit asks for its product all the same, so that both can be told
    /// to be wrong.
    pub(crate) fn measure(&self) -> Measure {
        // Nothing is nothing in any unit: no service has to be asked how much that is.
        let unit = if self.quantity.is_zero() { None } else { self.entered_unit() };
        Measure { product: self.product, quantity: self.quantity, unit }
    }

    fn entered_unit(&self) -> Option<Unit> {
        self.unit.as_deref().and_then(Unit::from_code)
    }

    /// The portion in the product's base unit, or everything that is wrong with it.
    pub(crate) fn in_base(&self, learned: &Learned, least: Least) -> Result<InBase, Vec<StockRefused>> {
        let mut refused = Vec::new();
        let base = learned.base_units.get(&self.product).copied();
        if base.is_none() {
            refused.push(StockRefused::UnknownProduct);
        }
        let measure = self.measure();
        if let Some(code) = self.unit.clone().filter(|_| self.entered_unit().is_none()) {
            refused.push(StockRefused::UnknownUnit(code));
        } else if let Some(unit) = self.entered_unit().or(base) {
            refused.extend(quantity_refused(self.quantity, unit, least));
        }
        let (Some(base), true) = (base, refused.is_empty()) else { return Err(refused) };
        let quantity = learned.in_base(measure, base).map_err(|conversion| match conversion {
            Converted::TooLarge => vec![StockRefused::QuantityTooLarge],
            Converted::Missing => {
                let from = measure.unit.unwrap_or(base).to_string();
                vec![StockRefused::NoConversion { from, to: base.to_string() }]
            }
        })?;
        if quantity.is_zero() && !self.quantity.is_zero() {
            // Less than the smallest step of the base unit was entered.
            return Err(vec![StockRefused::NotPositive { whole: base.decimal_places() == 0 }]);
        }
        match quantity_refused(quantity, base, least) {
            Some(refused) => Err(vec![refused]),
            None => Ok(InBase { product: self.product, unit: base, quantity }),
        }
    }
}

/// What is wrong with a quantity as one of `unit`.
fn quantity_refused(quantity: Decimal, unit: Unit, least: Least) -> Option<StockRefused> {
    let places = unit.decimal_places();
    if !quantity.is_within_bound() {
        Some(StockRefused::QuantityTooLarge)
    } else if quantity.is_negative() && least == Least::Nothing {
        Some(StockRefused::BelowNothing)
    } else if !quantity.is_positive() && least == Least::Something {
        Some(StockRefused::NotPositive { whole: places == 0 })
    } else if quantity.decimal_places() > places {
        Some(StockRefused::TooPrecise { unit: unit.to_string(), places })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(product: ProductId, base: &str) -> Learned {
        Learned { base_units: [(product, base.parse().unwrap())].into(), ..Learned::default() }
    }

    fn read(
        quantity: &str,
        unit: Option<&str>,
        base: &str,
        least: Least,
    ) -> Result<String, Vec<StockRefused>> {
        let product = ProductId::generate();
        let quantity = quantity.parse().unwrap();
        let portion = Portion { product, quantity, unit: unit.map(str::to_owned) };
        portion.in_base(&learned(product, base), least).map(|read| read.quantity.to_string())
    }

    #[test]
    fn an_empty_shelf_can_be_counted_and_not_shipped() {
        assert_eq!(read("0", None, "kg", Least::Nothing), Ok("0".to_owned()));
        assert_eq!(read("0", Some("case"), "kg", Least::Nothing), Ok("0".to_owned()));
        assert_eq!(
            read("0", None, "pc", Least::Something),
            Err(vec![StockRefused::NotPositive { whole: true }])
        );
        assert_eq!(read("-1", None, "kg", Least::Nothing), Err(vec![StockRefused::BelowNothing]));
    }

    #[test]
    fn units_are_converted_and_judged_after_it() {
        assert_eq!(read("350", Some("g"), "kg", Least::Something), Ok("0.35".to_owned()));
        assert_eq!(
            read("1", Some("furlong"), "kg", Least::Something),
            Err(vec![StockRefused::UnknownUnit("furlong".to_owned())])
        );
        let half = read("0.5", None, "pc", Least::Nothing).unwrap_err();
        assert!(matches!(half[..], [StockRefused::TooPrecise { .. }]), "{half:?}");
        assert_eq!(read("1000000000", None, "kg", Least::Nothing), Err(vec![StockRefused::QuantityTooLarge]));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let portion = Portion {
            product: ProductId::generate(),
            quantity: "1".parse().unwrap(),
            unit: Some("furlong".to_owned()),
        };
        let refused = portion.in_base(&Learned::default(), Least::Something).unwrap_err();
        assert_eq!(refused, [StockRefused::UnknownProduct, StockRefused::UnknownUnit("furlong".to_owned())]);
    }
}
