//! Every change of a balance.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use chassis::{Envelope, Error, Result};
use primitives::{CategoryId, Decimal, LocationId, ProductId, PropertyId, TenantId};

use crate::event::{STOCK_CHANGED, StockChanged};
use crate::feed::View;
use crate::ledger::MovementReason;
use crate::{Inventory, catalogue, location};

/// Which changes a subscriber wants; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StockFilter {
    /// At locations of these properties.
    pub(crate) properties: Vec<PropertyId>,
    /// At these locations.
    pub(crate) locations: Vec<LocationId>,
    /// Of products that lie directly in these categories.
    pub(crate) categories: Vec<CategoryId>,
    /// Of these products.
    pub(crate) products: Vec<ProductId>,
    /// For these reasons; reservations and holds have none, so naming any leaves them out.
    pub(crate) reasons: Vec<MovementReason>,
    /// By at least this much, on hand or available.
    pub(crate) min_abs_delta: Option<Decimal>,
}

impl StockFilter {
    /// Whether the subscriber wants this change, as far as the change itself can tell.
    pub(crate) fn wants(&self, change: &StockChanged) -> bool {
        let reason = change.reason.as_deref();
        (self.locations.is_empty() || self.locations.contains(&change.item.location_id))
            && (self.products.is_empty() || self.products.contains(&change.item.product_id))
            && (self.reasons.is_empty() || self.reasons.iter().any(|wanted| Some(wanted.code()) == reason))
    }

    /// Whether the change is large enough.
    pub(crate) fn is_large(&self, change: &StockChanged) -> bool {
        self.min_abs_delta.is_none_or(|least| change.magnitude() >= least)
    }
}

/// A subscriber's view of every change.
#[derive(Debug)]
pub(crate) struct StockView {
    filter: StockFilter,
    window: Option<Duration>,
    /// Whose the locations are, as they were when one was first heard of.
    properties: HashMap<LocationId, Option<PropertyId>>,
}

impl StockView {
    /// The view of who wants changes that meet `filter`, merged per balance within `window`.
    pub(crate) fn new(filter: StockFilter, window: Option<Duration>) -> Self {
        Self { filter, window, properties: HashMap::new() }
    }

    async fn is_at_wanted_property(
        &mut self,
        app: &Inventory,
        tenant: TenantId,
        location: LocationId,
    ) -> Result<bool> {
        if self.filter.properties.is_empty() {
            return Ok(true);
        }
        let property = match self.properties.entry(location) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => {
                let found = location::store::by_ids(app.db.read(), tenant, &[location]).await?.pop();
                *unknown.insert(found.and_then(|location| location.property))
            }
        };
        Ok(property.is_some_and(|property| self.filter.properties.contains(&property)))
    }

    async fn is_of_wanted_category(
        &self,
        app: &Inventory,
        tenant: TenantId,
        product: ProductId,
    ) -> Result<bool> {
        if self.filter.categories.is_empty() {
            return Ok(true);
        }
        let known = catalogue::store::known(app.db.read(), tenant, &[product]).await?.pop();
        let category = known.and_then(|product| product.category);
        Ok(category.is_some_and(|category| self.filter.categories.contains(&category)))
    }
}

impl View for StockView {
    type Item = StockChanged;

    async fn read(&mut self, app: &Inventory, event: &Envelope) -> Result<Option<StockChanged>> {
        if event.kind != STOCK_CHANGED {
            return Ok(None);
        }
        let change: StockChanged = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
        let tenant = event.tenant_id;
        let is_wanted = self.filter.wants(&change)
            && self.is_at_wanted_property(app, tenant, change.item.location_id).await?
            && self.is_of_wanted_category(app, tenant, change.item.product_id).await?;
        Ok(is_wanted.then_some(change))
    }

    fn window(&self) -> Option<Duration> {
        self.window
    }

    /// What several movements did to one balance, told as one: from how it was before the first to how it is after the last.
    fn merge(&self, earlier: &mut StockChanged, later: StockChanged) -> Option<StockChanged> {
        if earlier.item.id != later.item.id {
            return Some(later);
        }
        *earlier = StockChanged {
            quantity: Decimal::from_raw(earlier.quantity.raw().saturating_add(later.quantity.raw())),
            on_hand_before: earlier.on_hand_before,
            available_before: earlier.available_before,
            ..later
        };
        None
    }

    fn is_worth_sending(&self, change: &StockChanged) -> bool {
        self.filter.is_large(change)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use primitives::InventoryItemId;

    use super::*;
    use crate::event::{ItemSnapshot, Policy};

    fn amount(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn change(reason: Option<&str>, before: &str, after: &str) -> StockChanged {
        StockChanged {
            item: ItemSnapshot {
                id: InventoryItemId::generate(),
                product_id: ProductId::generate(),
                location_id: LocationId::generate(),
                unit: "kg".to_owned(),
                currency: "THB".to_owned(),
                cost_method: "FIFO".to_owned(),
                on_hand: amount(after),
                reserved: Decimal::ZERO,
                on_hold: Decimal::ZERO,
                is_kept_by_lots: false,
                average_cost: Decimal::ZERO,
                total_value: Decimal::ZERO,
                policy: Policy::default(),
                low_since: None,
                allow_negative: false,
                version: 1,
                updated_at: DateTime::UNIX_EPOCH,
            },
            kind: "IN".to_owned(),
            reason: reason.map(str::to_owned),
            quantity: Decimal::ZERO,
            on_hand_before: amount(before),
            available_before: amount(before),
            movement_id: None,
            movement_seq: None,
            reservation_id: None,
            occurred_at: DateTime::UNIX_EPOCH,
            is_crossing: false,
        }
    }

    #[test]
    fn every_condition_of_a_filter_must_hold() {
        let sale = change(Some("SALE"), "10", "7");
        assert!(StockFilter::default().wants(&sale));
        let least =
            |text: &str| StockFilter { min_abs_delta: Some(text.parse().unwrap()), ..Default::default() };
        assert!(least("3").is_large(&sale));
        assert!(!least("3.00001").is_large(&sale));
        let elsewhere = StockFilter { locations: vec![LocationId::generate()], ..Default::default() };
        assert!(!elsewhere.wants(&sale));
        let here = StockFilter { locations: vec![sale.item.location_id], ..Default::default() };
        assert!(here.wants(&sale));
    }

    #[test]
    fn naming_a_reason_leaves_reservations_out() {
        let sales = StockFilter { reasons: vec![MovementReason::Sale], ..Default::default() };
        assert!(sales.wants(&change(Some("SALE"), "1", "0")));
        assert!(!sales.wants(&change(Some("WASTE"), "1", "0")));
        assert!(!sales.wants(&change(None, "1", "1")));
    }

    #[test]
    fn changes_of_one_balance_are_told_as_one() {
        let view = StockView::new(StockFilter::default(), Some(Duration::from_secs(1)));
        let mut first = change(Some("SALE"), "10", "7");
        let mut second = change(Some("WASTE"), "7", "6");
        second.item.id = first.item.id;
        assert_eq!(view.merge(&mut first, second), None);
        assert_eq!((first.on_hand_before, first.item.on_hand), (amount("10"), amount("6")));
        assert_eq!((first.reason.as_deref(), first.magnitude()), (Some("WASTE"), amount("4")));
        let other = change(Some("SALE"), "1", "0");
        assert_eq!(view.merge(&mut first, other.clone()), Some(other));
    }
}
