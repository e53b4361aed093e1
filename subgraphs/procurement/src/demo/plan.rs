//! Who works in a house, and what it buys. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{
    CategoryId, Decimal, DepartmentId, LocationId, ProductId, PropertyId, Unit, UserId, VendorId,
};

/// The first morning of the demo: 1 July 2026, 01:00 UTC, eight in Bangkok.
const FIRST_MORNING: i64 = 1_782_867_600;

/// Days that are filled: July to September.
pub(super) const DAYS: usize = 92;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For tests: 30 requests.
    S,
    /// For a demo: 450.
    M,
    /// For load: ten times M.
    L,
}

impl Size {
    /// How many requests that are.
    pub fn requests(self) -> usize {
        match self {
            Self::S => 30,
            Self::M => 450,
            Self::L => 4_500,
        }
    }

    /// What a department may spend in a month, in the house's currency: enough for what it asks for.
    pub(super) fn budget(self) -> i32 {
        match self {
            Self::S | Self::M => 4_000_000,
            Self::L => 400_000_000,
        }
    }
}

/// A product that is bought, and from whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProduct {
    /// Identity.
    pub id: ProductId,
    /// What it is sorted into.
    pub category: Option<CategoryId>,
    /// The unit stock counts in.
    pub base_unit: Unit,
    /// The unit it is bought in.
    pub purchase_unit: Unit,
    /// Base units in a purchase unit.
    pub purchase_factor: Decimal,
    /// What a base unit costs about, in THB.
    pub base_price: Decimal,
    /// Who sells it.
    pub vendor: VendorId,
}

/// What a house is filled with.
#[derive(Clone, Debug)]
pub struct Plan<'p> {
    /// Its name; everything that is decided by chance depends on it.
    pub house: &'static str,
    /// How much.
    pub size: Size,
    /// For which property.
    pub property: PropertyId,
    /// The property's time zone.
    pub time_zone: &'static str,
    /// Who spends.
    pub departments: Vec<DepartmentId>,
    /// Who asks for things.
    pub requesters: Vec<UserId>,
    /// Who approves: one for each level.
    pub approvers: [UserId; 3],
    /// Who orders, and records invoices.
    pub buyer: UserId,
    /// Who counts deliveries.
    pub storekeeper: UserId,
    /// Where things go.
    pub stores: Vec<LocationId>,
    /// What is bought.
    pub products: &'p [DemoProduct],
}

/// An hour of a day.
pub(super) fn at(day: usize, hour: i64) -> DateTime<Utc> {
    let first = DateTime::from_timestamp(FIRST_MORNING, 0).unwrap_or_default();
    first + TimeDelta::days(i64::try_from(day).unwrap_or(0)) + TimeDelta::hours(hour)
}
