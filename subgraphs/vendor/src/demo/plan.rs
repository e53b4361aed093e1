//! Who sells what, decided by names and positions alone. Pure.

use primitives::{CurrencyCode, Decimal, ProductId, Unit};
use uuid::Uuid;

use crate::vendor::relation::Pack;

/// The instant all demo ids carry: 1 June 2026.
pub(super) const BASE_MILLIS: u64 = 1_780_272_000_000;

/// A product that vendors may sell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProduct {
    /// Identity.
    pub id: ProductId,
    /// Its code; what comes before the dash names the shelf it stands on.
    pub code: String,
    /// The unit stock counts in.
    pub base_unit: Unit,
    /// The unit it is bought in.
    pub purchase_unit: Unit,
    /// Base units in a purchase unit.
    pub purchase_factor: Decimal,
    /// What a base unit costs about, in THB.
    pub base_price: Decimal,
}

/// Which house is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// The hotel group with its 25 vendors.
    Andaman,
    /// The small second tenant with two.
    Lanna,
}

/// A vendor of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) currency: CurrencyCode,
    /// Prices relative to the usual ones, in thousandths.
    pub(super) level: i32,
    pub(super) lead_time_days: i32,
    /// In tenths.
    pub(super) rating: i32,
}

const fn vendor(
    code: &'static str,
    name: &'static str,
    level: i32,
    lead_time_days: i32,
    rating: i32,
) -> Planned {
    Planned { code, name, currency: CurrencyCode::THB, level, lead_time_days, rating }
}

const ANDAMAN: [Planned; 25] = [
    vendor("BUTCHER", "Patong Prime Butchers", 1_010, 2, 45),
    vendor("FISH", "Rawai Fish Market", 980, 1, 42),
    vendor("GREEN", "Phuket Green Grocers", 990, 1, 40),
    vendor("FARM", "Thalang Farm Cooperative", 950, 2, 43),
    vendor("HIGHLAND", "Northern Highland Produce", 1_030, 3, 38),
    vendor("DAIRY", "Siam Dairy Distribution", 1_000, 2, 41),
    vendor("DRYGOODS", "Andaman Dry Goods", 970, 3, 39),
    vendor("PANTRY", "The Hotel Pantry", 1_060, 2, 44),
    vendor("TALAD", "Talad Yai Thai Market", 930, 1, 36),
    vendor("BAKERY", "Old Town Bakery Supplies", 1_020, 1, 46),
    vendor("COFFEE", "Doi Chang Coffee Traders", 1_000, 4, 48),
    vendor("BREWERY", "Gulf Brewery Logistics", 990, 2, 37),
    vendor("WINE", "Cellar & Cork", 1_040, 5, 44),
    vendor("VINEYARD", "Direct Vineyard Imports", 960, 12, 40),
    vendor("SPIRITS", "Straits Spirits", 1_000, 3, 41),
    vendor("AMENITY", "Pure Guest Amenities", 980, 7, 42),
    vendor("CLEAN", "Bright Cleaning Chemicals", 1_000, 3, 38),
    vendor("LINEN", "Bangkok Linen Mills", 1_010, 10, 43),
    vendor("PAPER", "Southern Paper", 950, 3, 35),
    vendor("ENGINE", "Island Engineering Parts", 1_080, 6, 39),
    Planned {
        code: "PACIFIC",
        name: "Pacific Gourmet Import",
        currency: CurrencyCode::USD,
        level: 1_050,
        lead_time_days: 14,
        rating: 45,
    },
    vendor("GOURMET", "Singapore Gourmet House", 1_070, 8, 44),
    vendor("ICE", "Crystal Ice & Gas", 940, 1, 34),
    vendor("GLOVES", "Hat Yai Gloves", 920, 4, 36),
    vendor("OFFICE", "Office & IT Supply", 1_000, 2, 40),
];

const LANNA: [Planned; 2] =
    [vendor("MARKET", "Warorot Market", 960, 1, 41), vendor("VALLEY", "Ping Valley Farms", 1_000, 2, 44)];

/// What one unit of a foreign currency is worth in THB.
pub(super) const RATES: [(CurrencyCode, &str); 3] =
    [(CurrencyCode::USD, "34.8"), (CurrencyCode::SGD, "26.4"), (CurrencyCode::EUR, "38.1")];

impl Planned {
    /// Whether its present list begins on the day on which the one before ends.
    pub(super) fn shares_a_day(&self) -> bool {
        self.code == "DRYGOODS"
    }
}

impl DemoProduct {
    /// What it is bought in.
    pub(super) fn pack(&self) -> Pack {
        Pack { unit: self.purchase_unit, base_unit: self.base_unit, factor: self.purchase_factor }
    }
}

impl House {
    pub(super) fn vendors(self) -> &'static [Planned] {
        match self {
            Self::Andaman => &ANDAMAN,
            Self::Lanna => &LANNA,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Andaman => "andaman",
            Self::Lanna => "lanna",
        }
    }

    /// Whether the vendor at this position sells the product: two to five vendors for each, always the same ones for a
    /// shelf, and one that changes from product to product.
    pub(super) fn sells(self, position: usize, product: &DemoProduct) -> bool {
        let vendors = self.vendors().len();
        let shelf = product.code.split('-').next().unwrap_or_default();
        let home = number(&["shelf", self.name(), shelf]);
        let count = 2 + number(&["offers", self.name(), &product.code]) % 3;
        let regular = (0..count).any(|turn| (home + turn * 7) % vendors == position);
        regular || number(&["guest", self.name(), &product.code]) % vendors == position
    }

    /// Whether the first of its vendors is preferred for the product.
    pub(super) fn prefers(self, product: &DemoProduct) -> bool {
        number(&["preferred", self.name(), &product.code]).is_multiple_of(3)
    }
}

/// A number that depends on nothing but the words: the same in every run.
pub(super) fn number(words: &[&str]) -> usize {
    let bytes = hash(words);
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// The random part of an id that depends on nothing but the words.
pub(super) fn entropy(words: &[&str]) -> [u8; 10] {
    let bytes = hash(words);
    let mut entropy = [0; 10];
    entropy.copy_from_slice(&bytes[..10]);
    entropy
}

fn hash(words: &[&str]) -> [u8; 16] {
    *Uuid::new_v5(&Uuid::NAMESPACE_OID, words.join("\u{0}").as_bytes()).as_bytes()
}
