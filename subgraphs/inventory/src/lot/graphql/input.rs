//! What clients send about lots.

use async_graphql::InputObject;
use chassis::page::check_values;
use chassis::{Criteria, Filter, Nested, Refusals};
use primitives::{Date, InventoryItemId, LocationId, LotId, ProductId, VendorId};

use super::super::LotFilter;
use super::super::service::Step;
use super::LotStatus;

/// Which lots to list. All that is given must hold; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct LotWhere {
    /// All of these hold, too.
    and: Option<Vec<LotWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<LotWhere>>,
    /// This does not hold.
    not: Option<Box<LotWhere>>,
    /// One of these ids.
    ids: Option<Vec<LotId>>,
    /// Of one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// With something on hand at one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// With something on hand at one of these items.
    item_ids: Option<Vec<InventoryItemId>>,
    /// With one of these numbers.
    numbers: Option<Vec<String>>,
    /// Brought by one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// Standing at one of these.
    statuses: Option<Vec<LotStatus>>,
    /// With a date before this day.
    expiring_before: Option<Date>,
    /// Whether anything of it is on hand anywhere.
    in_stock: Option<bool>,
}

impl Filter for LotWhere {
    type Criterion = LotFilter;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<LotFilter>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        check_values(self.item_ids.as_ref(), &format!("{at}.itemIds"), refusals);
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        check_values(self.numbers.as_ref(), &format!("{at}.numbers"), refusals);
        vec![Criteria::Is(LotFilter {
            ids: self.ids,
            products: self.product_ids,
            locations: self.location_ids,
            items: self.item_ids,
            numbers: self.numbers,
            vendors: self.vendor_ids,
            statuses: self.statuses.map(|all| all.into_iter().map(Into::into).collect()),
            expiring_before: self.expiring_before,
            in_stock: self.in_stock,
        })]
    }
}

/// Which lot takes a step, and why.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct LotStepInput {
    /// Which lot.
    id: LotId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

impl LotStepInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason }, idempotency_key)
    }
}
