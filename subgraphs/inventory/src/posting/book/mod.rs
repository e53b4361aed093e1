//! The decision: locked balances on one side, a document on the other. Pure; what it decides is written by `store`. What it
//! does to lots is in `lots`.

mod lots;
mod vendor;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chassis::house;
use chrono::{DateTime, Utc};
use primitives::{
    CostLayerId, CurrencyCode, Date, Decimal, InventoryItemId, LocationId, LotId, ProductId, ReservationId,
    StockCountId, StockMovementId,
};

use super::entry::EnteredCost;
use super::lot::Lots;
use super::model::{Action, Document, Heading, Line, LineRefused, StockRefused};
use crate::costing::{CostLayer, Slice, TooLarge, per_unit};
use crate::event::{LowStock, StockChanged};
use crate::ledger::{MovementKind, MovementReason, Reference, StockMovement};
use crate::location::Location;
use crate::lot::Part;
use crate::reservation::{Ended, Reservation, ReservationStatus};
use crate::stock::InventoryItem;

/// One document line's mark on one item: it may be made once.
pub(crate) type Effect = (InventoryItemId, MovementReason, Reference);

/// The balances a posting has locked, and everything it has decided about them so far.
#[derive(Debug, Default)]
pub(crate) struct Book {
    locations: HashMap<LocationId, Location>,
    items: BTreeMap<InventoryItemId, InventoryItem>,
    places: HashMap<(ProductId, LocationId), InventoryItemId>,
    reservations: HashMap<ReservationId, Reservation>,
    effects: HashSet<Effect>,
    lots: Lots,
    /// What lay on the shelves when they were loaded.
    loaded_parts: HashMap<(InventoryItemId, LotId), Decimal>,
    /// Open layers as they were loaded: what is left of each, and what that is worth.
    loaded_layers: HashMap<CostLayerId, (Decimal, Decimal)>,
    touched: BTreeSet<InventoryItemId>,
    touched_reservations: BTreeSet<ReservationId>,
    /// Whatever happened before this day is settled.
    closed_before: Option<Date>,
    /// The count whose lock does not hold this book back.
    count: Option<StockCountId>,
    now: DateTime<Utc>,
    decided: Decided,
}

/// What a posting writes beside balances.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// Ledger lines, in order; not yet numbered.
    pub(crate) movements: Vec<StockMovement>,
    /// Which lots they moved.
    pub(crate) moved_lots: Vec<(StockMovementId, InventoryItemId, Part)>,
    /// Facts to publish, in order.
    pub(crate) changes: Vec<StockChanged>,
    /// Items that became low, or low no longer.
    pub(crate) crossings: Vec<LowStock>,
    /// Reservations made.
    pub(crate) made: Vec<Reservation>,
}

/// How the FIFO layers of the changed items differ from what was loaded.
#[derive(Debug, Default)]
pub(crate) struct LayerChanges {
    /// Layers that are new, have less left, or are worth something else.
    pub(crate) written: Vec<(InventoryItemId, CostLayer)>,
    /// Layers that were used up.
    pub(crate) exhausted: Vec<CostLayerId>,
}

/// A line at the item it changes, in one direction and for one reason.
#[derive(Clone, Copy)]
struct Step<'a> {
    heading: &'a Heading,
    line: &'a Line,
    item: InventoryItemId,
    kind: MovementKind,
    reason: MovementReason,
}

impl Book {
    /// A book opened at `now` over what was loaded and locked.
    pub(crate) fn new(locations: Vec<Location>, items: Vec<InventoryItem>, now: DateTime<Utc>) -> Self {
        Self {
            now,
            loaded_layers: items
                .iter()
                .flat_map(|item| &item.holding.layers)
                .map(|layer| (layer.id, (layer.quantity_left, layer.value_left)))
                .collect(),
            places: items.iter().map(|item| ((item.product, item.location), item.id)).collect(),
            locations: locations.into_iter().map(|location| (location.id, location)).collect(),
            items: items.into_iter().map(|item| (item.id, item)).collect(),
            ..Self::default()
        }
    }

    /// The same book, knowing these reservations.
    #[must_use]
    pub(crate) fn with_reservations(mut self, reservations: Vec<Reservation>) -> Self {
        self.reservations =
            reservations.into_iter().map(|reservation| (reservation.id, reservation)).collect();
        self
    }

    /// The same book, knowing the marks that earlier postings left.
    #[must_use]
    pub(crate) fn with_effects(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.effects.extend(effects);
        self
    }

    /// The same book, posting on behalf of a count: its own lock does not hold it back.
    #[must_use]
    pub(crate) fn on_behalf_of(mut self, count: StockCountId) -> Self {
        self.count = Some(count);
        self
    }

    /// The same book, into which nothing is posted that happened before this day.
    #[must_use]
    pub(crate) fn closed_before(mut self, day: Option<Date>) -> Self {
        self.closed_before = day;
        self
    }

    /// Posts every line that can be posted and tells everything that forbids the others. The caller rolls back when
    /// anything is told.
    pub(crate) fn post(&mut self, document: &Document) -> Vec<LineRefused> {
        let mut refused = Vec::new();
        let happened_on = house::day(document.heading.occurred_at);
        let closed = self.closed_before.filter(|day| document.moves_stock() && happened_on < *day);
        if let Some(before) = closed {
            refused.push(LineRefused { index: 0, refused: StockRefused::PeriodClosed { before } });
        }
        for line in &document.lines {
            if let Err(reason) = self.post_line(&document.heading, line) {
                refused.push(LineRefused { index: line.index, refused: reason });
            }
        }
        refused
    }

    /// Promises each line what is available of it, all or part; answers how much, by the line's place. What cannot be promised
    /// at all is left out.
    pub(crate) fn reserve_what_there_is(&mut self, document: &Document) -> HashMap<usize, Decimal> {
        let mut reserved = HashMap::new();
        for line in &document.lines {
            let Ok(id) = self.locate(line.product, line.location, "locationId") else { continue };
            let quantity = line.quantity.min(self.item(id).available());
            if !quantity.is_positive() {
                continue;
            }
            let part = Line { quantity, ..line.clone() };
            // Whoever asked is told how much that is.
            if self.reserve(&document.heading, &part, id, (None, true)).is_ok() {
                reserved.insert(line.index, quantity);
            }
        }
        reserved
    }

    /// Ends reservations that are still active and frees what they hold, which it answers; others are left alone.
    pub(crate) fn end_reservations(&mut self, status: ReservationStatus, heading: &Heading) -> Vec<Ended> {
        let ids: BTreeSet<ReservationId> = self.reservations.keys().copied().collect();
        let mut ended = Vec::new();
        for id in ids {
            let Some(reservation) = self.reservations.get_mut(&id) else { continue };
            let Ok(held) = reservation.end(status) else { continue };
            let item_id = reservation.item;
            self.touch_reservation(id, heading);
            let before = self.item(item_id).clone();
            self.item_mut(item_id).release(held);
            let after = self.item(item_id);
            let change = StockChanged::by_reservation(&before, after, id, negated(held), heading.occurred_at);
            self.decided.changes.push(change);
            ended.extend(self.reservation(id).cloned().map(|reservation| Ended { reservation, held }));
        }
        ended
    }

    /// A reservation as it stands.
    pub(crate) fn reservation(&self, id: ReservationId) -> Option<&Reservation> {
        self.reservations.get(&id)
    }

    /// When the book was opened.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Items that changed, in id order.
    pub(crate) fn changed_items(&self) -> impl Iterator<Item = &InventoryItem> {
        self.touched.iter().filter_map(|id| self.items.get(id))
    }

    /// How the FIFO layers of the changed items differ from what was loaded.
    pub(crate) fn layer_changes(&self) -> LayerChanges {
        let mut used_up = self.loaded_layers.clone();
        let mut changes = LayerChanges::default();
        for (id, item) in &self.items {
            for layer in &item.holding.layers {
                if used_up.remove(&layer.id) != Some((layer.quantity_left, layer.value_left)) {
                    changes.written.push((*id, layer.clone()));
                }
            }
        }
        changes.exhausted = used_up.into_keys().collect();
        changes.exhausted.sort_unstable();
        changes
    }

    /// Reservations that were consumed or ended, in id order.
    pub(crate) fn changed_reservations(&self) -> impl Iterator<Item = &Reservation> {
        self.touched_reservations.iter().filter_map(|id| self.reservations.get(id))
    }

    /// What the ledger lines decided so far are worth together; `None` where there are none.
    pub(crate) fn value_moved(&self) -> Result<Option<(Decimal, CurrencyCode)>, TooLarge> {
        let Some(first) = self.decided.movements.first() else { return Ok(None) };
        let values = self.decided.movements.iter().map(|movement| movement.total_value);
        Ok(Some((Decimal::checked_sum(values).ok_or(TooLarge)?, first.currency)))
    }

    /// Lets the changed items become low, or low no longer, now that everything about them is decided.
    pub(crate) fn settle_low_stock(&mut self) {
        for id in &self.touched {
            let Some(item) = self.items.get_mut(id) else { continue };
            if item.settle_low(self.now) {
                self.decided.crossings.push(LowStock::of(item, self.now));
            }
        }
        let crossed: BTreeSet<InventoryItemId> =
            self.decided.crossings.iter().map(|crossing| crossing.item.id).collect();
        for change in &mut self.decided.changes {
            change.item.low_since = self.items.get(&change.item.id).and_then(|item| item.low_since);
            change.is_crossing = crossed.contains(&change.item.id);
        }
    }

    /// What the ledger lines decided so far move for each reason, without sign.
    pub(crate) fn values_by_reason(&self) -> BTreeMap<MovementReason, Decimal> {
        let mut values: BTreeMap<MovementReason, Decimal> = BTreeMap::new();
        for movement in &self.decided.movements {
            let sum = values.entry(movement.reason).or_default();
            *sum = Decimal::from_raw(sum.raw().saturating_add(movement.total_value.raw().saturating_abs()));
        }
        values
    }

    /// What was decided beside balances, taken out of the book.
    pub(crate) fn take_decided(&mut self) -> Decided {
        std::mem::take(&mut self.decided)
    }

    fn post_line(&mut self, heading: &Heading, line: &Line) -> Result<(), StockRefused> {
        let item = self.locate(line.product, line.location, line.location_field())?;
        // A promise moves nothing, and neither does money, so a count does not mind them.
        if !matches!(line.action, Action::Reserve { .. } | Action::Revalue { .. }) {
            self.refuse_locked(line.location, line.location_field())?;
        }
        let step = |kind, reason| Step { heading, line, item, kind, reason };
        match &line.action {
            Action::Receive { reason, cost } => self.receive(step(MovementKind::In, *reason), *cost),
            Action::Issue { reason, reservation } => {
                self.issue(step(MovementKind::Out, *reason), *reservation)
            }
            Action::Adjust { reason, cost } => self.adjust(step(MovementKind::Adjustment, *reason), *cost),
            Action::Transfer { to, reservation } => {
                self.transfer(step(MovementKind::Transfer, MovementReason::Transfer), *to, *reservation)
            }
            Action::GiveBack { origin } => {
                self.give_back(step(MovementKind::Out, MovementReason::ReturnToVendor), *origin)
            }
            Action::Revalue { amount, most, origin } => {
                let step = step(MovementKind::Adjustment, MovementReason::VendorCredit);
                self.revalue(step, (*amount, *most), *origin)
            }
            Action::Reserve { expires_at } => self.reserve(heading, line, item, (*expires_at, false)),
        }
    }

    fn receive(&mut self, step: Step<'_>, cost: Option<EnteredCost>) -> Result<(), StockRefused> {
        self.claim(step)?;
        let parts = self.bring(step, step.line.quantity)?;
        let holding = &self.item(step.item).holding;
        let value = match cost {
            Some(cost) => cost.value(holding.currency),
            None => holding.cost_of(step.line.quantity, holding.average_cost()),
        };
        let value = value.ok_or(TooLarge)?;
        let received_at = step.heading.occurred_at;
        self.take_in(step, &[Slice { received_at, quantity: step.line.quantity, value }], &parts)
    }

    fn issue(&mut self, step: Step<'_>, reservation: Option<ReservationId>) -> Result<(), StockRefused> {
        self.refuse_direct(step.line)?;
        self.claim(step)?;
        let wanted = step.line.quantity;
        let promised = self.promise(step, reservation)?;
        let parts = self.pick(step, (wanted, promised))?;
        let before = self.item(step.item).clone();
        self.consume(step, (reservation, promised))?;
        self.take_out(step, &before, (wanted, &parts)).map(|_| ())
    }

    /// What of a line's quantity is held for it.
    fn promise(&self, step: Step<'_>, reservation: Option<ReservationId>) -> Result<Decimal, StockRefused> {
        let held = reservation.map(|id| self.promised(id, step.item)).transpose()?;
        Ok(held.unwrap_or_default().min(step.line.quantity))
    }

    /// Takes out of the promise what leaves under it.
    fn consume(
        &mut self,
        step: Step<'_>,
        (reservation, promised): (Option<ReservationId>, Decimal),
    ) -> Result<(), StockRefused> {
        let Some(reservation) = reservation.and_then(|id| self.reservations.get_mut(&id)) else {
            return Ok(());
        };
        reservation.consume(step.line.quantity)?;
        let id = reservation.id;
        self.touch_reservation(id, step.heading);
        self.item_mut(step.item).release(promised);
        Ok(())
    }

    fn adjust(&mut self, step: Step<'_>, cost: Option<EnteredCost>) -> Result<(), StockRefused> {
        self.refuse_direct(step.line)?;
        if step.line.quantity > Decimal::ZERO {
            return self.receive(step, cost);
        }
        self.claim(step)?;
        let quantity = negated(step.line.quantity);
        let before = self.item(step.item).clone();
        let parts = self.pick(step, (quantity, Decimal::ZERO))?;
        self.take_out(step, &before, (quantity, &parts)).map(|_| ())
    }

    fn transfer(
        &mut self,
        step: Step<'_>,
        to: LocationId,
        reservation: Option<ReservationId>,
    ) -> Result<(), StockRefused> {
        if step.line.location == to {
            return Err(StockRefused::SameLocation);
        }
        self.refuse_direct(step.line)?;
        let target = self.locate(step.line.product, to, "toLocationId")?;
        self.refuse_locked(to, "toLocationId")?;
        let before = self.item(step.item).clone();
        let (from, into) = (before.currency(), self.item(target).currency());
        if from != into {
            return Err(StockRefused::CurrencyDiffers { from: from.to_string(), to: into.to_string() });
        }
        self.claim(step)?;
        self.claim(Step { item: target, ..step })?;
        let promised = self.promise(step, reservation)?;
        let parts = self.pick(step, (step.line.quantity, promised))?;
        self.consume(step, (reservation, promised))?;
        let arriving = match parts.is_empty() {
            // What was not kept by lots comes into one where it is from now on.
            true => self.bring(Step { item: target, ..step }, step.line.quantity)?,
            false => parts.clone(),
        };
        let slices = self.take_out(step, &before, (step.line.quantity, &parts))?;
        self.take_in(Step { item: target, ..step }, &slices, &arriving)
    }

    fn reserve(
        &mut self,
        heading: &Heading,
        line: &Line,
        id: InventoryItemId,
        (expires_at, is_told): (Option<DateTime<Utc>>, bool),
    ) -> Result<(), StockRefused> {
        self.refuse_direct(line)?;
        let before = self.item(id).clone();
        self.item_mut(id).reserve(line.quantity)?;
        let reservation = Reservation {
            id: ReservationId::generate(),
            item: id,
            product: before.product,
            location: before.location,
            unit: before.unit,
            quantity: line.quantity,
            quantity_left: line.quantity,
            status: ReservationStatus::Active,
            reference: reference(heading, line),
            expires_at,
            is_told,
            version: 1,
            created_at: heading.posted_at,
            created_by: heading.posted_by,
            updated_at: heading.posted_at,
            updated_by: heading.posted_by,
        };
        let after = self.item(id);
        let at = heading.occurred_at;
        let change = StockChanged::by_reservation(&before, after, reservation.id, line.quantity, at);
        self.decided.changes.push(change);
        self.decided.made.push(reservation);
        Ok(())
    }

    /// Takes slices into an item, books the variance where they settle stock issued below zero, and uses everything up
    /// at once at a direct location.
    fn take_in(&mut self, step: Step<'_>, slices: &[Slice], parts: &[Part]) -> Result<(), StockRefused> {
        let before = self.item(step.item).clone();
        let receipt = self.item_mut(step.item).holding.receive(slices)?;
        self.put(step.item, parts);
        let after = self.item(step.item).clone();
        // The ledger shows the receipt at its own cost first, then what the correction changed.
        let mut received = after.clone();
        received.holding.value = before.holding.value.checked_add(receipt.value).ok_or(TooLarge)?;
        self.record(step, &before, &received);
        if receipt.variance != Decimal::ZERO {
            let (kind, reason) = (MovementKind::Adjustment, MovementReason::CostVariance);
            self.record(Step { kind, reason, ..step }, &received, &after);
        }
        let direct = self.locations.get(&after.location).is_some_and(|place| !place.holds_balance());
        if direct {
            let (kind, reason) = (MovementKind::Out, MovementReason::DirectExpense);
            self.take_out(Step { kind, reason, ..step }, &after, (after.holding.on_hand, parts))?;
        }
        Ok(())
    }

    /// Takes units out of an item; `before` is the balance the change is told against.
    fn take_out(
        &mut self,
        step: Step<'_>,
        before: &InventoryItem,
        (quantity, parts): (Decimal, &[Part]),
    ) -> Result<Vec<Slice>, StockRefused> {
        let at = step.heading.occurred_at;
        let taken = self.item_mut(step.item).holding.withdraw(quantity, at)?;
        self.take(step.item, parts);
        let after = self.item(step.item).clone();
        self.record(step, before, &after);
        Ok(taken.slices)
    }

    /// Writes the ledger line that leads from `before` to `after`, and the fact that tells it.
    fn record(&mut self, step: Step<'_>, before: &InventoryItem, after: &InventoryItem) {
        let quantity = difference(after.holding.on_hand, before.holding.on_hand);
        let total_value = difference(after.holding.value, before.holding.value);
        let nothing_moved = quantity == Decimal::ZERO;
        let reservation = match &step.line.action {
            // Of a transfer's two legs, the one that leaves consumes.
            Action::Issue { reservation, .. } | Action::Transfer { reservation, .. } => {
                reservation.filter(|_| quantity.is_negative())
            }
            _ => None,
        };
        let movement = StockMovement {
            id: StockMovementId::generate(),
            seq: 0,
            item: after.id,
            product: after.product,
            location: after.location,
            kind: step.kind,
            reason: step.reason,
            quantity,
            unit_cost: if nothing_moved { Decimal::ZERO } else { per_unit(total_value, quantity) },
            total_value,
            unit: after.unit,
            currency: after.currency(),
            on_hand_after: after.holding.on_hand,
            value_after: after.holding.value,
            posting: step.heading.posting,
            reference: reference(step.heading, step.line),
            reservation,
            note: step.heading.note.clone(),
            occurred_at: step.heading.occurred_at,
            posted_at: step.heading.posted_at,
            posted_by: step.heading.posted_by,
        };
        let parts = after.shelf.since(&before.shelf);
        self.decided.moved_lots.extend(parts.into_iter().map(|part| (movement.id, after.id, part)));
        self.decided.changes.push(StockChanged::by_movement(before, after, &movement));
        self.decided.movements.push(movement);
    }

    fn locate(
        &self,
        product: ProductId,
        location: LocationId,
        field: &'static str,
    ) -> Result<InventoryItemId, StockRefused> {
        if !self.locations.contains_key(&location) {
            return Err(StockRefused::UnknownLocation(field));
        }
        self.places.get(&(product, location)).copied().ok_or(StockRefused::UnknownProduct)
    }

    fn refuse_direct(&self, line: &Line) -> Result<(), StockRefused> {
        let holds = self.locations.get(&line.location).is_some_and(Location::holds_balance);
        if holds { Ok(()) } else { Err(StockRefused::DirectHoldsNothing(line.location_field())) }
    }

    fn refuse_locked(&self, location: LocationId, field: &'static str) -> Result<(), StockRefused> {
        let lock = self.locations.get(&location).and_then(|location| location.locked_by);
        if lock.is_none() || lock == self.count { Ok(()) } else { Err(StockRefused::LocationLocked(field)) }
    }

    /// What the reservation holds of this item.
    fn promised(&self, id: ReservationId, item: InventoryItemId) -> Result<Decimal, StockRefused> {
        let reservation = self.reservations.get(&id).ok_or(StockRefused::UnknownReservation)?;
        if reservation.item != item {
            return Err(StockRefused::ReservationElsewhere);
        }
        Ok(reservation.clone().consume(reservation.quantity)?)
    }

    /// Marks the item with the document line; refuses a line that has left its mark before.
    fn claim(&mut self, step: Step<'_>) -> Result<(), StockRefused> {
        let Some(reference) = reference(step.heading, step.line) else { return Ok(()) };
        let fresh = self.effects.insert((step.item, step.reason, reference));
        if fresh { Ok(()) } else { Err(StockRefused::PostedBefore) }
    }

    fn item(&self, id: InventoryItemId) -> &InventoryItem {
        self.items.get(&id).expect("a located item is in the book")
    }

    /// The item, to be changed: its version counts postings, not lines.
    fn item_mut(&mut self, id: InventoryItemId) -> &mut InventoryItem {
        let item = self.items.get_mut(&id).expect("a located item is in the book");
        if self.touched.insert(id) {
            item.version += 1;
            item.updated_at = self.now;
        }
        item
    }

    fn touch_reservation(&mut self, id: ReservationId, heading: &Heading) {
        if let Some(reservation) = self.reservations.get_mut(&id)
            && self.touched_reservations.insert(id)
        {
            reservation.version += 1;
            reservation.updated_at = self.now;
            reservation.updated_by = heading.posted_by;
        }
    }
}

/// The document line as the ledger refers to it; a line without its own id is known by its position.
pub(super) fn reference(heading: &Heading, line: &Line) -> Option<Reference> {
    let (kind, id) = heading.reference.clone()?;
    Some(Reference { kind, id, line: line.reference_line.clone().unwrap_or_else(|| line.index.to_string()) })
}

fn negated(value: Decimal) -> Decimal {
    Decimal::from_raw(-value.raw())
}

/// Both sides came out of checked arithmetic on one balance, so their difference is the amount that was moved.
fn difference(after: Decimal, before: Decimal) -> Decimal {
    Decimal::from_raw(after.raw().saturating_sub(before.raw()))
}
