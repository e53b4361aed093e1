//! The balance of one product at one location, and what it refuses. Pure.

use chrono::{DateTime, Utc};
use primitives::{CurrencyCode, Date, Decimal, InventoryItemId, LocationId, ProductId, Unit};
use serde::Serialize;

use super::Policy;
use crate::costing::Holding;
use crate::lot::Shelf;

/// The balance of one product at one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InventoryItem {
    /// Identity.
    pub(crate) id: InventoryItemId,
    /// Of which product.
    pub(crate) product: ProductId,
    /// At which location.
    pub(crate) location: LocationId,
    /// The product's base unit, in which everything here is counted.
    pub(crate) unit: Unit,
    /// Whether it may go below zero.
    pub(crate) allow_negative: bool,
    /// What is on the shelf, and what it is worth.
    pub(crate) holding: Holding,
    /// What is promised to somebody.
    pub(crate) reserved: Decimal,
    /// What lies in lots that may not be used.
    pub(crate) on_hold: Decimal,
    /// What lies here, lot by lot, where it is kept so.
    pub(crate) shelf: Shelf,
    /// How much of it there should be.
    pub(crate) policy: Policy,
    /// Since when it is low; `None` while it is not.
    pub(crate) low_since: Option<DateTime<Utc>>,
    /// Counts the changes.
    pub(crate) version: i32,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
}

/// There is not enough available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {available} is available, {requested} was requested")]
pub(crate) struct Short {
    /// What could be had.
    pub(crate) available: Decimal,
    /// What was asked for.
    pub(crate) requested: Decimal,
}

impl InventoryItem {
    /// The location's currency, in which everything here is valued.
    pub(crate) fn currency(&self) -> CurrencyCode {
        self.holding.currency
    }

    /// What may be used and nobody has been promised: on hand less reserved, less what is on hold.
    pub(crate) fn available(&self) -> Decimal {
        // All are sums of bounded movements, checked when they were posted.
        let taken = self.reserved.raw().saturating_add(self.on_hold.raw());
        Decimal::from_raw(self.holding.on_hand.raw().saturating_sub(taken))
    }

    /// Whether it may go below zero: lots cannot, because nobody can take what is not there from one.
    pub(crate) fn may_owe(&self) -> bool {
        self.allow_negative && !self.shelf.is_kept
    }

    /// Whether the available quantity is at or below the reorder point.
    pub(crate) fn is_below_reorder_point(&self) -> bool {
        self.policy.asks_for_more_at(self.available())
    }

    /// Becomes low, or low no longer; answers whether it did either.
    pub(crate) fn settle_low(&mut self, now: DateTime<Utc>) -> bool {
        let was_low = self.low_since.is_some();
        let is_low = self.policy.is_low_after(was_low, self.available());
        if is_low != was_low {
            self.low_since = is_low.then_some(now);
        }
        is_low != was_low
    }

    /// Makes sure `wanted` may be used, of which `promised` is held by the reservation being consumed.
    pub(crate) fn require(&self, wanted: Decimal, promised: Decimal) -> Result<(), Short> {
        let available = Decimal::from_raw(self.available().raw().saturating_add(promised.raw()));
        if self.may_owe() || wanted <= available {
            return Ok(());
        }
        Err(Short { available: available.max(Decimal::ZERO), requested: wanted })
    }

    /// Makes sure `wanted` may leave without being used: written off, sent back, put elsewhere. What is on hold may.
    pub(crate) fn require_any(&self, wanted: Decimal) -> Result<(), Short> {
        self.require(wanted, self.on_hold)
    }

    /// Promises `quantity` to somebody.
    pub(crate) fn reserve(&mut self, quantity: Decimal) -> Result<(), Short> {
        self.require(quantity, Decimal::ZERO)?;
        let reserved = self.reserved.checked_add(quantity);
        self.reserved = reserved.ok_or(Short { available: self.available(), requested: quantity })?;
        Ok(())
    }

    /// Takes back a promise of `quantity`.
    pub(crate) fn release(&mut self, quantity: Decimal) {
        let left = self.reserved.raw().saturating_sub(quantity.raw());
        debug_assert!(left >= 0, "a reservation never holds more than its item has reserved");
        self.reserved = Decimal::from_raw(left);
    }
}

/// In which order to list items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum ItemSort {
    /// In the order they were opened.
    #[default]
    CreatedAtAsc,
    /// Most on hand first.
    OnHandDesc,
    /// Least on hand first.
    OnHandAsc,
    /// Most valuable first.
    ValueDesc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// Which items to list; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ItemFilter {
    /// At these locations.
    pub(crate) locations: Vec<LocationId>,
    /// Of these products.
    pub(crate) products: Vec<ProductId>,
    /// Whether the available quantity is at or below the reorder point.
    pub(crate) below_reorder: Option<bool>,
    /// Whether anything is on hand (`false`: only empty or negative items).
    pub(crate) in_stock: Option<bool>,
    /// With something on hand that is good until before this day.
    pub(crate) expiring_before: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::costing::CostMethod;

    fn item(on_hand: &str, allow_negative: bool) -> InventoryItem {
        let mut holding = Holding::empty(CostMethod::MovingAverage, CurrencyCode::THB);
        holding.on_hand = on_hand.parse().unwrap();
        InventoryItem {
            id: InventoryItemId::generate(),
            product: ProductId::generate(),
            location: LocationId::generate(),
            unit: "kg".parse().unwrap(),
            allow_negative,
            holding,
            reserved: Decimal::ZERO,
            on_hold: Decimal::ZERO,
            shelf: Shelf::default(),
            policy: Policy::default(),
            low_since: None,
            version: 1,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_promise_is_taken_from_what_is_available() {
        let mut item = item("10", false);
        item.reserve(dec("7")).unwrap();
        assert_eq!(item.available(), dec("3"));
        assert_eq!(item.reserve(dec("4")), Err(Short { available: dec("3"), requested: dec("4") }));
        item.release(dec("7"));
        assert_eq!(item.available(), dec("10"));
    }

    #[test]
    fn what_a_reservation_holds_is_available_to_it_alone() {
        let mut item = item("10", false);
        item.reserve(dec("7")).unwrap();
        assert!(item.require(dec("8"), Decimal::ZERO).is_err());
        assert!(item.require(dec("8"), dec("7")).is_ok());
    }

    #[test]
    fn what_is_on_hold_leaves_only_by_being_written_off() {
        let mut item = item("10", true);
        (item.on_hold, item.shelf.is_kept) = (dec("4"), true);
        assert_eq!(item.available(), dec("6"));
        let short = Short { available: dec("6"), requested: dec("7") };
        assert_eq!(item.require(dec("7"), Decimal::ZERO), Err(short));
        assert_eq!(item.require_any(dec("10")), Ok(()));
        // Lots never owe, whatever the location allows.
        assert!(item.require_any(dec("11")).is_err());
    }

    #[test]
    fn a_location_that_allows_it_goes_below_zero() {
        assert!(item("1", true).require(dec("5"), Decimal::ZERO).is_ok());
    }

    #[test]
    fn an_empty_item_is_below_any_reorder_point() {
        let mut item = item("0", false);
        assert!(!item.is_below_reorder_point());
        item.policy.reorder_point = Some(Decimal::ZERO);
        assert!(item.is_below_reorder_point());
    }
}
