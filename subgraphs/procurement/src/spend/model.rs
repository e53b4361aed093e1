//! What can be asked about spending, and the answers. Pure.

use chassis::{Refusal, Refusals};
use primitives::{
    CategoryId, CurrencyCode, Date, Decimal, DepartmentId, ProductId, PropertyId, PurchaseOrderId, Unit,
    VendorId,
};

/// Groups of one answer.
pub(crate) const MAX_GROUPS: i32 = 500;

/// What spending is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum GroupBy {
    Vendor,
    Department,
    Category,
    Month,
    Property,
}

/// What spending is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Narrowing {
    pub(crate) vendors: Option<Vec<VendorId>>,
    pub(crate) departments: Option<Vec<DepartmentId>>,
    pub(crate) categories: Option<Vec<CategoryId>>,
    pub(crate) properties: Option<Vec<PropertyId>>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

impl Narrowing {
    /// What is wrong with it, and with how many groups are asked for.
    pub(crate) fn check(&self, first: i32) -> Refusals {
        let mut refusals = Refusals::new();
        let is_ordered = self.from.zip(self.to).is_none_or(|(from, to)| from <= to);
        refusals.check(is_ordered, || Refusal::invalid("where.to", "a time cannot end before it begins"));
        refusals.check((1..=MAX_GROUPS).contains(&first), || {
            Refusal::invalid("first", format!("first must be between 1 and {MAX_GROUPS}"))
        });
        refusals
    }
}

/// What a group is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Vendor(VendorId),
    Department(DepartmentId),
    Category(CategoryId),
    Property(PropertyId),
    /// The first day of it.
    Month(Date),
    /// What belongs to none.
    None,
}

/// How much was spent in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) key: Key,
    /// In the house's currency.
    pub(crate) total: Decimal,
    /// How many deliveries that were.
    pub(crate) deliveries: i64,
}

/// One time a product came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purchase {
    pub(crate) product: ProductId,
    pub(crate) vendor: VendorId,
    pub(crate) order: PurchaseOrderId,
    pub(crate) on: Date,
    pub(crate) unit: Unit,
    pub(crate) quantity: Decimal,
    pub(crate) unit_price: Decimal,
    pub(crate) currency: CurrencyCode,
    /// Base units in one unit.
    pub(crate) factor: Decimal,
}
