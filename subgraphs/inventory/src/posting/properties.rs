//! Random documents against a book: whatever is posted, every balance follows from the ledger lines it wrote.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{CurrencyCode, Decimal, InventoryItemId, LocationId, PostingId, ProductId, Unit, UserId};
use proptest::prelude::*;

use super::Book;
use super::book::Decided;
use super::entry::EnteredCost;
use super::lot::LotChoice;
use super::model::{Action, Document, Heading, Line};
use crate::costing::{CostMethod, Holding, Slice};
use crate::ledger::{MovementKind, MovementReason, StockMovement};
use crate::location::{Location, LocationKind};
use crate::lot::Shelf;
use crate::reservation::{Reservation, ReservationStatus};
use crate::stock::InventoryItem;

const PRODUCTS: usize = 2;
const LOCATIONS: usize = 4;

/// A store by moving average, one by FIFO, a bar that may go below zero, and a banquet that holds nothing.
struct World {
    locations: Vec<Location>,
    products: Vec<ProductId>,
    items: Vec<InventoryItem>,
    reservations: Vec<Reservation>,
    movements: Vec<StockMovement>,
}

/// One line as a strategy makes it.
#[derive(Clone, Copy, Debug)]
struct Wish {
    what: u8,
    product: usize,
    location: usize,
    to: usize,
    quantity: i32,
    cost: i32,
}

fn wishes() -> impl Strategy<Value = Vec<Vec<Wish>>> {
    let wish = (0_u8..9, 0..PRODUCTS, 0..LOCATIONS, 0..LOCATIONS, 1_i32..400, 0_i32..9_999);
    let wish = wish.prop_map(|(what, product, location, to, quantity, cost)| Wish {
        what,
        product,
        location,
        to,
        quantity,
        cost,
    });
    prop::collection::vec(prop::collection::vec(wish, 1..4), 1..40)
}

fn location(code: &str, kind: LocationKind, method: Option<CostMethod>, allow_negative: bool) -> Location {
    Location {
        id: LocationId::generate(),
        code: code.to_owned(),
        name: code.to_owned(),
        kind,
        currency: CurrencyCode::THB,
        allow_negative,
        cost_method: method,
        property: None,
        locked_by: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        created_by: UserId::generate(),
        updated_at: DateTime::UNIX_EPOCH,
        updated_by: UserId::generate(),
    }
}

impl World {
    fn new() -> Self {
        let locations = vec![
            location("STORE", LocationKind::Inventory, None, false),
            location("COLD", LocationKind::Inventory, Some(CostMethod::Fifo), false),
            location("BAR", LocationKind::Production, Some(CostMethod::Fifo), true),
            location("BANQUET", LocationKind::Direct, None, false),
        ];
        let products: Vec<ProductId> = (0..PRODUCTS).map(|_| ProductId::generate()).collect();
        let item = |product: &ProductId, place: &Location| InventoryItem {
            id: InventoryItemId::generate(),
            product: *product,
            location: place.id,
            unit: Unit::from_code("kg").unwrap(),
            allow_negative: place.allow_negative,
            holding: Holding::empty(place.effective_cost_method(), place.currency),
            reserved: Decimal::ZERO,
            on_hold: Decimal::ZERO,
            shelf: Shelf::default(),
            policy: crate::event::Policy::default(),
            low_since: None,
            version: 0,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let items =
            products.iter().flat_map(|id| locations.iter().map(move |place| item(id, place))).collect();
        Self { locations, products, items, reservations: Vec::new(), movements: Vec::new() }
    }

    fn line(&self, index: usize, wish: Wish) -> Line {
        let quantity = Decimal::from_raw(i64::from(wish.quantity) * 10_000);
        let unit_cost = Decimal::from_raw(i64::from(wish.cost) * 1_000);
        let cost = Some(EnteredCost::Each { quantity, unit_cost });
        let promised = self.reservations.iter().find(|reservation| {
            reservation.product == self.products[wish.product]
                && reservation.location == self.locations[wish.location].id
                && reservation.status == ReservationStatus::Active
        });
        let (quantity, action) = match wish.what {
            0 | 1 => (quantity, Action::Receive { reason: MovementReason::Purchase, cost }),
            2 => (quantity, Action::Issue { reason: MovementReason::Sale, reservation: None }),
            3 => {
                let reservation = promised.map(|reservation| reservation.id);
                (quantity, Action::Issue { reason: MovementReason::Consumption, reservation })
            }
            4 => {
                let signed = if wish.cost % 2 == 0 { quantity } else { quantity.checked_neg().unwrap() };
                (signed, Action::Adjust { reason: MovementReason::Count, cost: None })
            }
            5 => (quantity, Action::Transfer { to: self.locations[wish.to].id, reservation: None }),
            6 => (quantity, Action::Reserve { expires_at: None }),
            _ => self.about_a_receipt(wish, quantity),
        };
        let (product, location) = (self.products[wish.product], self.locations[wish.location].id);
        Line { index, product, location, quantity, reference_line: None, lot: LotChoice::default(), action }
    }

    /// Something of the item's last receipt goes back, or a part of what it cost; a find where it has none.
    fn about_a_receipt(&self, wish: Wish, quantity: Decimal) -> (Decimal, Action) {
        let bought = self.movements.iter().rev().find(|movement| {
            movement.reason == MovementReason::Purchase
                && movement.product == self.products[wish.product]
                && movement.location == self.locations[wish.location].id
        });
        let Some(bought) = bought else {
            return (quantity, Action::Adjust { reason: MovementReason::Found, cost: None });
        };
        let origin =
            Slice { received_at: bought.occurred_at, quantity: bought.quantity, value: bought.total_value };
        if wish.what == 7 {
            return (quantity.min(origin.quantity), Action::GiveBack { origin });
        }
        let most = Decimal::from_whole(wish.cost);
        let amount = if wish.to.is_multiple_of(2) { most.checked_neg().unwrap() } else { most };
        (Decimal::ZERO, Action::Revalue { amount, most, origin })
    }

    /// Posts a document as the service does: all of it or nothing.
    fn post(&mut self, at: DateTime<Utc>, wishes: &[Wish]) {
        let heading = Heading {
            posting: PostingId::generate(),
            reference: None,
            note: None,
            occurred_at: at,
            posted_at: at,
            posted_by: UserId::generate(),
        };
        let lines = wishes.iter().enumerate().map(|(index, wish)| self.line(index, *wish)).collect();
        let document = Document { heading, lines };
        let mut book = Book::new(self.locations.clone(), self.items.clone(), at)
            .with_reservations(self.reservations.clone());
        if !book.post(&document).is_empty() {
            return;
        }
        for item in book.changed_items() {
            *self.items.iter_mut().find(|known| known.id == item.id).unwrap() = item.clone();
        }
        for reservation in book.changed_reservations() {
            let known = self.reservations.iter_mut().find(|known| known.id == reservation.id);
            *known.unwrap() = reservation.clone();
        }
        let Decided { movements, changes, made, .. } = book.take_decided();
        assert_eq!(changes.len(), movements.len() + made.len(), "every change is told once");
        self.movements.extend(movements);
        self.reservations.extend(made);
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let mut ledger: HashMap<InventoryItemId, (i64, i64)> = HashMap::new();
        let mut legs: HashMap<PostingId, (i64, i64)> = HashMap::new();
        for movement in &self.movements {
            let balance = ledger.entry(movement.item).or_default();
            *balance = (balance.0 + movement.quantity.raw(), balance.1 + movement.total_value.raw());
            prop_assert_eq!(*balance, (movement.on_hand_after.raw(), movement.value_after.raw()));
            if movement.kind == MovementKind::Transfer {
                let sum = legs.entry(movement.posting).or_default();
                *sum = (sum.0 + movement.quantity.raw(), sum.1 + movement.total_value.raw());
            }
        }
        prop_assert!(legs.values().all(|sum| *sum == (0, 0)), "the legs of a transfer cancel out");
        for item in &self.items {
            self.check_item(item, ledger.get(&item.id).copied().unwrap_or_default())?;
        }
        Ok(())
    }

    fn check_item(&self, item: &InventoryItem, ledger: (i64, i64)) -> Result<(), TestCaseError> {
        let holding = &item.holding;
        prop_assert_eq!((holding.on_hand.raw(), holding.value.raw()), ledger);
        let active: i64 = self
            .reservations
            .iter()
            .filter(|reservation| reservation.item == item.id)
            .map(|reservation| reservation.quantity_left.raw())
            .sum();
        prop_assert_eq!(item.reserved.raw(), active);
        prop_assert!(item.allow_negative || item.available() >= Decimal::ZERO);
        let place = self.locations.iter().find(|place| place.id == item.location).unwrap();
        prop_assert!(place.holds_balance() || holding.on_hand.is_zero());
        if holding.method == CostMethod::Fifo {
            let quantity: i64 = holding.layers.iter().map(|layer| layer.quantity_left.raw()).sum();
            let value: i64 = holding.layers.iter().map(|layer| layer.value_left.raw()).sum();
            prop_assert_eq!((quantity, value), (ledger.0.max(0), ledger.1.max(0)));
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn whatever_is_posted_every_balance_follows_from_the_ledger(documents in wishes()) {
        let mut world = World::new();
        for (day, wishes) in (0_i64..).zip(&documents) {
            world.post(DateTime::UNIX_EPOCH + TimeDelta::days(day), wishes);
            world.check()?;
        }
    }
}
