//! What is known about the market for the lines of one request. Pure.

use std::collections::{HashMap, HashSet};

use primitives::{CategoryId, CurrencyCode, Decimal, LocationId, ProductId, Unit, VendorId};
use serde::{Deserialize, Serialize};

/// What is asked for a line.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Which product.
    pub product: ProductId,
    /// How much.
    pub quantity: Decimal,
    /// In which unit.
    pub unit: Unit,
    /// From whom, where somebody was named.
    pub vendor: Option<VendorId>,
    /// Where it is to go.
    pub deliver_to: Option<LocationId>,
    /// Whether the line has a price of its own.
    pub is_priced: bool,
}

/// A product of the caller's tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Whether it may be bought now.
    pub is_purchasable: bool,
    /// Whether lots are told apart.
    pub is_lot_tracked: bool,
    /// Whether it is watched until when it keeps.
    pub is_expiry_tracked: bool,
    /// What it is sorted into.
    pub category: Option<CategoryId>,
    /// What it is counted in.
    pub base_unit: Unit,
    /// Base units in one of each unit that was asked for.
    pub factors: HashMap<Unit, Decimal>,
}

impl Product {
    /// Base units in one of a unit; nothing when no way leads there.
    pub fn factor(&self, unit: Unit) -> Option<Decimal> {
        self.factors.get(&unit).copied().filter(|factor| factor.is_positive())
    }
}

/// What a vendor asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Who.
    pub vendor: VendorId,
    /// The number of the price list.
    pub price_list: String,
    /// Per base unit.
    pub unit_price: Decimal,
    /// The vendor's own unit.
    pub pack_unit: Unit,
    /// Per one of that.
    pub pack_price: Decimal,
    /// In which currency.
    pub currency: CurrencyCode,
    /// Per base unit, in the house's currency.
    pub comparable_price: Decimal,
}

/// How costs become those of a place that is valued in another currency than the house's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Valuation {
    /// The place's currency.
    pub currency: CurrencyCode,
    /// What one of it is worth in the house's.
    pub rate: Decimal,
}

/// What was found for the lines of one request.
#[derive(Clone, Debug, Default)]
pub struct Market {
    /// Products of the tenant.
    pub products: HashMap<ProductId, Product>,
    /// Vendors of the tenant that may be bought from.
    pub open_vendors: HashSet<VendorId>,
    /// Vendors of the tenant.
    pub vendors: HashSet<VendorId>,
    /// Places of the tenant.
    pub locations: HashSet<LocationId>,
    /// What those are valued in that are not in the house's currency.
    pub currencies: HashMap<LocationId, CurrencyCode>,
    /// What one of a currency is worth in the house's.
    pub rates: HashMap<CurrencyCode, Decimal>,
    /// Offers by the position of the line, best first.
    pub offers: HashMap<usize, Vec<Offer>>,
}

impl Market {
    /// How a cost in the house's currency becomes one of a place; nothing where it is one already.
    ///
    /// # Errors
    /// The place's currency, where nobody says what it is worth.
    pub fn valuation(&self, place: LocationId) -> Result<Option<Valuation>, CurrencyCode> {
        let Some(&currency) = self.currencies.get(&place) else { return Ok(None) };
        let rate = self.rates.get(&currency).copied().filter(|rate| rate.is_positive());
        rate.map(|rate| Some(Valuation { currency, rate })).ok_or(currency)
    }
}
