//! Which tolerance holds. Pure.

use std::collections::HashMap;

use chassis::{Refusal, Refusals};
use primitives::{CategoryId, Decimal, ProductId};
use serde::{Deserialize, Serialize};

use crate::purchase_order::model::Tolerance;

/// What a tolerance is said for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// One product.
    Product(ProductId),
    /// A category of products.
    Category(CategoryId),
    /// Everything that nothing else is said for.
    Tenant,
}

/// What was said for a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// For what.
    pub scope: Scope,
    /// What.
    pub tolerance: Tolerance,
    /// How often.
    pub version: i32,
}

/// The tolerances of a tenant, as far as they matter.
#[derive(Clone, Debug, Default)]
pub struct Tolerances(pub HashMap<Scope, Tolerance>);

impl Tolerances {
    /// What holds for a product.
    pub fn of(&self, product: ProductId, category: Option<CategoryId>) -> Tolerance {
        let scopes = [Some(Scope::Product(product)), category.map(Scope::Category), Some(Scope::Tenant)];
        let said = scopes.into_iter().flatten().find_map(|scope| self.0.get(&scope));
        said.copied().unwrap_or(Tolerance::STANDARD)
    }
}

/// What is wrong with a tolerance.
pub fn check(tolerance: Tolerance) -> Refusals {
    let mut refusals = Refusals::new();
    for (field, value) in [("pricePercent", tolerance.price), ("quantityPercent", tolerance.quantity)] {
        let fits = !value.is_negative() && value <= Decimal::from_whole(100);
        refusals.check(fits, || Refusal::invalid(field, "a tolerance is between 0 and 100 per cent"));
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_holds() {
        let per_cent = |value| Tolerance { price: Decimal::ZERO, quantity: Decimal::from_whole(value) };
        let (rice, fish) = (ProductId::generate(), ProductId::generate());
        let (dry, fresh) = (CategoryId::generate(), CategoryId::generate());
        let mut all = Tolerances::default();
        assert_eq!(all.of(rice, Some(dry)), Tolerance::STANDARD);
        all.0.insert(Scope::Tenant, per_cent(1));
        all.0.insert(Scope::Category(fresh), per_cent(2));
        all.0.insert(Scope::Product(fish), per_cent(3));
        assert_eq!(all.of(rice, Some(dry)), per_cent(1));
        assert_eq!(all.of(rice, Some(fresh)), per_cent(2));
        assert_eq!(all.of(fish, Some(fresh)), per_cent(3));
    }
}
