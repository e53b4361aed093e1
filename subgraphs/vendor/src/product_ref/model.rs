//! A product as far as this service knows it. Pure.

use std::collections::HashMap;

use primitives::{Decimal, Unit};

/// What a product's base unit is and what its packs hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packs {
    /// The product's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The base unit.
    pub base_unit: Unit,
    /// Base units in one of a unit, for the units that were asked for.
    pub factors: HashMap<Unit, Decimal>,
}

impl Packs {
    /// Base units in one `unit`; nothing when no way leads there.
    pub fn factor(&self, unit: Unit) -> Option<Decimal> {
        self.factors.get(&unit).copied().filter(|factor| factor.is_positive())
    }
}
