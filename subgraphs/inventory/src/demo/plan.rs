//! What moves where, decided by names and positions alone. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{CurrencyCode, Decimal, LocationId, ProductId, Unit, UserId};
use uuid::Uuid;

use crate::costing::CostMethod;
use crate::location::LocationKind;

/// The first morning of the demo: 1 July 2026, 05:00 UTC.
const FIRST_MORNING: i64 = 1_782_882_000;

/// The instant all demo ids carry: 1 June 2026.
pub(super) const BASE_MILLIS: u64 = 1_780_272_000_000;

/// Days that are filled: July to September.
pub(super) const DAYS: usize = 92;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For tests: some 400 movements.
    S,
    /// For a demo: some 8,000.
    M,
    /// For load: ten million.
    L,
}

/// Which house is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// The hotel group: two properties.
    Andaman,
    /// The small second tenant: one store.
    Lanna,
}

/// A product that is kept in stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProduct {
    /// Identity.
    pub id: ProductId,
    /// Its code.
    pub code: String,
    /// The unit stock counts in.
    pub base_unit: Unit,
    /// What a base unit costs about, in THB.
    pub base_price: Decimal,
    /// Whether it is kept by lots, with their dates.
    pub is_kept_by_lots: bool,
}

/// Who works with stock in a house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Who keeps the stores.
    pub keeper: UserId,
    /// Who asks them for something.
    pub cook: UserId,
    /// Who allows it.
    pub manager: UserId,
}

/// What a house is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'p> {
    /// Which house.
    pub house: House,
    /// How much.
    pub size: Size,
    /// By whom.
    pub crew: Crew,
    /// Of what.
    pub products: &'p [DemoProduct],
}

/// A location of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: LocationKind,
    pub(super) currency: CurrencyCode,
    pub(super) cost_method: Option<CostMethod>,
}

const fn place(code: &'static str, name: &'static str, kind: LocationKind, currency: CurrencyCode) -> Place {
    Place { code, name, kind, currency, cost_method: None }
}

const ANDAMAN: [Place; 9] = [
    place("P1-STORE", "Resort main store", LocationKind::Inventory, CurrencyCode::THB),
    Place {
        cost_method: Some(CostMethod::Fifo),
        ..place("P1-COLD", "Resort cold room", LocationKind::Inventory, CurrencyCode::THB)
    },
    place("P1-KITCHEN", "Resort main kitchen", LocationKind::Production, CurrencyCode::THB),
    place("P1-BAR", "Beach bar", LocationKind::Production, CurrencyCode::THB),
    place("P1-BANQUET", "Banquets", LocationKind::Direct, CurrencyCode::THB),
    place("P2-STORE", "City hotel store", LocationKind::Inventory, CurrencyCode::SGD),
    place("P2-KITCHEN", "City hotel kitchen", LocationKind::Production, CurrencyCode::SGD),
    place("P2-BAR", "Lobby bar", LocationKind::Production, CurrencyCode::SGD),
    place("TRANSIT", "On the way between locations", LocationKind::Transit, CurrencyCode::THB),
];

const LANNA: [Place; 1] = [place("STORE", "Lanna store", LocationKind::Inventory, CurrencyCode::THB)];

/// What a Singapore dollar is worth in THB, for the second property's books.
pub(super) const THB_PER_SGD: i32 = 26;

impl House {
    pub(super) fn places(self) -> &'static [Place] {
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
}

impl Plan<'_> {
    /// How many days' work [`seed`](super::seed) reports; for a progress bar.
    pub const STEPS: usize = DAYS;

    /// Where things are stored, in whatever currency.
    pub(super) fn stores(&self) -> Vec<LocationId> {
        let stores = self.house.places().iter().filter(|place| place.kind == LocationKind::Inventory);
        stores.map(|place| location_id(self.house, place.code)).collect()
    }

    /// Documents of a day beside its deliveries, for this size.
    pub(super) fn errands(&self) -> usize {
        match (self.house, self.size) {
            (House::Lanna, _) => 1,
            (House::Andaman, Size::S) => 2,
            (House::Andaman, Size::M) => 21,
            (House::Andaman, Size::L) => 29_000,
        }
    }

    /// Whether others hear of what was posted. Of a load's millions they do not: a house that had lived these months would have
    /// forgotten its events by now, and the first start would tell them for an hour.
    pub(super) fn tells(&self) -> bool {
        self.size != Size::L
    }
}

/// The places of a house that keep stock in its own currency.
pub fn store_ids(house: House) -> Vec<LocationId> {
    let keeps = |place: &&Place| place.kind == LocationKind::Inventory && place.currency == CurrencyCode::THB;
    house.places().iter().filter(keeps).map(|place| location_id(house, place.code)).collect()
}

/// The id of a demo location.
pub(super) fn location_id(house: House, code: &str) -> LocationId {
    LocationId::from_parts(BASE_MILLIS, entropy(&["location", house.name(), code]))
}

/// Five in the morning UTC, noon in Phuket.
pub(super) fn morning(day: usize) -> DateTime<Utc> {
    let first = DateTime::from_timestamp(FIRST_MORNING, 0).unwrap_or_default();
    first + TimeDelta::days(i64::try_from(day).unwrap_or(0))
}

/// A number below `bound` that depends on nothing but the words.
pub(super) fn small(words: &[&str], bound: usize) -> i32 {
    i32::try_from(number(words) % bound).unwrap_or(0)
}

/// A number that depends on nothing but the words: the same in every run.
pub(super) fn number(words: &[&str]) -> usize {
    let bytes = entropy(words);
    usize::try_from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).unwrap_or(0)
}

/// Bytes that depend on nothing but the words.
pub(super) fn entropy(words: &[&str]) -> [u8; 10] {
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, words.join("\u{0}").as_bytes());
    let mut entropy = [0; 10];
    entropy.copy_from_slice(&hash.as_bytes()[..10]);
    entropy
}
