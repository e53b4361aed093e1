//! A change to a description: what is not mentioned stays, what is mentioned as nothing is cleared. Pure.

use primitives::{CategoryId, Decimal};

use super::draft::ProductDraft;
use crate::attribute::model::AttributeDraft;
use crate::conversion::model::ConversionDraft;

/// The fields that shall change. An outer `None` leaves a field alone, `Some(None)` clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductPatch {
    /// The house's own short code.
    pub code: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The name in the language of the place.
    pub local_name: Option<Option<String>>,
    /// Anything worth knowing.
    pub description: Option<Option<String>>,
    /// Where it is sorted.
    pub category_id: Option<Option<CategoryId>>,
    /// Code of the unit stock is counted in.
    pub base_unit: Option<String>,
    /// Codes of the units it is bought in.
    pub purchase_units: Option<Vec<String>>,
    /// Codes of the units recipes use.
    pub recipe_units: Option<Vec<String>>,
    /// Its barcodes.
    pub barcodes: Option<Vec<String>>,
    /// Its own unit ratios.
    pub conversions: Option<Vec<ConversionDraft>>,
    /// Grams in a millilitre.
    pub density: Option<Option<Decimal>>,
    /// Days it keeps after delivery.
    pub shelf_life_days: Option<Option<i32>>,
    /// The traits that shall change.
    pub traits: TraitsPatch,
    /// What else is written down about it, as a whole.
    pub attributes: Option<Vec<AttributeDraft>>,
}

/// The booleans that shall change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraitsPatch {
    /// Received by lot.
    pub is_lot_tracked: Option<bool>,
    /// Received with an expiry date.
    pub is_expiry_tracked: Option<bool>,
    /// May be ordered from vendors.
    pub is_purchasable: Option<bool>,
    /// Kept in stores.
    pub is_stocked: Option<bool>,
    /// May stand in recipes.
    pub is_used_in_recipe: Option<bool>,
    /// Sold as it is.
    pub is_sold: Option<bool>,
}

impl ProductPatch {
    /// The description with the change laid over it.
    pub fn over(&self, current: ProductDraft) -> ProductDraft {
        let was = current.traits;
        let traits = &self.traits;
        ProductDraft {
            code: lay(&self.code, current.code),
            name: lay(&self.name, current.name),
            local_name: lay(&self.local_name, current.local_name),
            description: lay(&self.description, current.description),
            category_id: lay(&self.category_id, current.category_id),
            base_unit: lay(&self.base_unit, current.base_unit),
            purchase_units: lay(&self.purchase_units, current.purchase_units),
            recipe_units: lay(&self.recipe_units, current.recipe_units),
            barcodes: lay(&self.barcodes, current.barcodes),
            conversions: lay(&self.conversions, current.conversions),
            density: lay(&self.density, current.density),
            shelf_life_days: lay(&self.shelf_life_days, current.shelf_life_days),
            traits: super::draft::Traits {
                is_lot_tracked: lay(&traits.is_lot_tracked, was.is_lot_tracked),
                is_expiry_tracked: lay(&traits.is_expiry_tracked, was.is_expiry_tracked),
                is_purchasable: lay(&traits.is_purchasable, was.is_purchasable),
                is_stocked: lay(&traits.is_stocked, was.is_stocked),
                is_used_in_recipe: lay(&traits.is_used_in_recipe, was.is_used_in_recipe),
                is_sold: lay(&traits.is_sold, was.is_sold),
            },
            attributes: lay(&self.attributes, current.attributes),
        }
    }
}

fn lay<T: Clone>(change: &Option<T>, current: T) -> T {
    change.clone().unwrap_or(current)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_stays_and_nothing_clears() {
        let current = ProductDraft {
            code: "A".to_owned(),
            local_name: Some("ก".to_owned()),
            shelf_life_days: Some(5),
            ..ProductDraft::default()
        };
        let patch = ProductPatch {
            name: Some("Basil".to_owned()),
            local_name: Some(None),
            traits: TraitsPatch { is_sold: Some(true), ..TraitsPatch::default() },
            ..ProductPatch::default()
        };
        let changed = patch.over(current.clone());
        assert_eq!((changed.code.as_str(), changed.name.as_str()), ("A", "Basil"));
        assert_eq!((changed.local_name, changed.shelf_life_days), (None, Some(5)));
        assert!(changed.traits.is_sold && changed.traits.is_stocked);
        assert_eq!(ProductPatch::default().over(current.clone()), current);
    }
}
