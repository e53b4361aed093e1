//! The facts inventory publishes. They leave through the outbox, in the transaction that made them true.
//!
//! `stock.changed` is the wire between a posting and the partners that subscribe: it carries the balance as it was
//! right after the change, so a subscriber that catches up sees each step and not only the last one.

use chassis::{Error, Event, Result};
use chrono::{DateTime, Utc};
use primitives::{
    Decimal, InventoryItemId, LocationId, ProductId, ReservationId, StockMovementId, TenantId, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ledger::StockMovement;
use crate::reservation::Ended;
use crate::stock::InventoryItem;
pub use crate::stock::Policy;

/// Event type of every change of a balance.
pub const STOCK_CHANGED: &str = "stock.changed";

/// Version of the payload below; raised when a field changes its meaning.
pub const STOCK_CHANGED_VERSION: i32 = 1;

/// A balance changed: by a movement, by a reservation made or ended, or by a lot held or let go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockChanged {
    /// The balance right after the change.
    pub item: ItemSnapshot,
    /// `IN`, `OUT`, `ADJUSTMENT`, `TRANSFER`, `RESERVATION` or `HOLD`.
    pub kind: String,
    /// Why stock moved; `None` for reservations.
    pub reason: Option<String>,
    /// How much moved or was promised, with its sign.
    pub quantity: Decimal,
    /// On hand before the change.
    pub on_hand_before: Decimal,
    /// Available before the change.
    pub available_before: Decimal,
    /// The ledger line.
    pub movement_id: Option<StockMovementId>,
    /// Its place in the ledger.
    pub movement_seq: Option<i64>,
    /// The reservation made, consumed or ended.
    pub reservation_id: Option<ReservationId>,
    /// When it happened in the house.
    pub occurred_at: DateTime<Utc>,
    /// Whether the item became low by it, or low no longer.
    #[serde(default)]
    pub is_crossing: bool,
}

/// A balance at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemSnapshot {
    /// Whose balance.
    pub id: InventoryItemId,
    /// Of which product.
    pub product_id: ProductId,
    /// At which location.
    pub location_id: LocationId,
    /// Unit of the quantities.
    pub unit: String,
    /// Currency of the values.
    pub currency: String,
    /// How it is valued.
    pub cost_method: String,
    /// Units on the shelf.
    pub on_hand: Decimal,
    /// Units promised.
    pub reserved: Decimal,
    /// Units in lots that may not be used.
    #[serde(default)]
    pub on_hold: Decimal,
    /// Whether it is kept by lots.
    #[serde(default)]
    pub is_kept_by_lots: bool,
    /// Cost of one unit.
    pub average_cost: Decimal,
    /// Worth of what is on hand.
    pub total_value: Decimal,
    /// How much of it there should be.
    #[serde(flatten)]
    pub policy: Policy,
    /// Since when it is low.
    #[serde(default)]
    pub low_since: Option<DateTime<Utc>>,
    /// Whether it may go below zero.
    pub allow_negative: bool,
    /// Counts the changes.
    pub version: i32,
    /// When it changed.
    pub updated_at: DateTime<Utc>,
}

/// Name of the change a reservation makes.
pub const RESERVATION: &str = "RESERVATION";

/// Name of the change that a lot makes when it may be used no longer, or again.
pub const HOLD: &str = "HOLD";

impl StockChanged {
    /// A movement changed the balance from `before` to `after`.
    pub(crate) fn by_movement(
        before: &InventoryItem,
        after: &InventoryItem,
        movement: &StockMovement,
    ) -> Self {
        Self {
            item: ItemSnapshot::of(after),
            kind: movement.kind.code().to_owned(),
            reason: Some(movement.reason.code().to_owned()),
            quantity: movement.quantity,
            on_hand_before: before.holding.on_hand,
            available_before: before.available(),
            movement_id: Some(movement.id),
            movement_seq: None,
            reservation_id: movement.reservation,
            occurred_at: movement.occurred_at,
            is_crossing: false,
        }
    }

    /// A reservation made `quantity` unavailable, or available again where it is negative.
    pub(crate) fn by_reservation(
        before: &InventoryItem,
        after: &InventoryItem,
        reservation: ReservationId,
        quantity: Decimal,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            item: ItemSnapshot::of(after),
            kind: RESERVATION.to_owned(),
            reason: None,
            quantity,
            on_hand_before: before.holding.on_hand,
            available_before: before.available(),
            movement_id: None,
            movement_seq: None,
            reservation_id: Some(reservation),
            occurred_at: at,
            is_crossing: false,
        }
    }

    /// A lot that may be used no longer, or again, changed what is on hold.
    pub(crate) fn by_hold(before: &InventoryItem, after: &InventoryItem, at: DateTime<Utc>) -> Self {
        Self {
            item: ItemSnapshot::of(after),
            kind: HOLD.to_owned(),
            reason: None,
            quantity: Decimal::from_raw(after.on_hold.raw().saturating_sub(before.on_hold.raw())),
            on_hand_before: before.holding.on_hand,
            available_before: before.available(),
            movement_id: None,
            movement_seq: None,
            reservation_id: None,
            occurred_at: at,
            is_crossing: false,
        }
    }

    /// Available after the change.
    pub fn available_after(&self) -> Decimal {
        let taken = self.item.reserved.raw().saturating_add(self.item.on_hold.raw());
        Decimal::from_raw(self.item.on_hand.raw().saturating_sub(taken))
    }

    /// The larger of the changes in what is on hand and in what is available, without sign.
    pub fn magnitude(&self) -> Decimal {
        let on_hand = self.item.on_hand.raw().abs_diff(self.on_hand_before.raw());
        let available = self.available_after().raw().abs_diff(self.available_before.raw());
        Decimal::from_raw(i64::try_from(on_hand.max(available)).unwrap_or(i64::MAX))
    }
}

/// Event type of an item that became low.
pub const LOW_STOCK_DETECTED: &str = "lowstock.detected";

/// Event type of an item that is low no longer.
pub const LOW_STOCK_CLEARED: &str = "lowstock.cleared";

/// An item became low, or low no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LowStock {
    /// The balance right after it did.
    pub item: ItemSnapshot,
    /// What was available then.
    pub available: Decimal,
    /// How much to buy, where that is decided; what is on order or on its way is not known here.
    pub suggested_order: Option<Decimal>,
    /// When it did.
    pub at: DateTime<Utc>,
}

impl LowStock {
    /// What there is to say about an item that has just crossed.
    pub(crate) fn of(item: &InventoryItem, at: DateTime<Utc>) -> Self {
        let available = item.available();
        let suggested_order =
            item.low_since.and_then(|_| item.policy.suggested_order(available, Decimal::ZERO));
        Self { item: ItemSnapshot::of(item), available, suggested_order, at }
    }

    /// The event: which one follows from whether the item is low now.
    pub(crate) fn into_event(self, tenant: TenantId, actor: UserId) -> Result<Event> {
        Ok(Event {
            tenant,
            kind: if self.item.low_since.is_some() { LOW_STOCK_DETECTED } else { LOW_STOCK_CLEARED },
            version: 1,
            aggregate: self.item.id.as_uuid(),
            aggregate_version: self.item.version,
            occurred_at: self.at,
            actor: Some(actor),
            causation: None,
            payload: serde_json::to_value(&self).map_err(Error::internal)?,
        })
    }
}

/// Event type of a promise that procurement counted on and that ended without having been handed out.
pub const RESERVATION_ENDED: &str = "reservation.ended";

/// Somebody gave a promise back, or its time was over: what it still held is for others again. Nothing where nobody was told of
/// the promise. It is about the promise, which ends once; so whoever takes off what is told takes it off once.
pub(crate) fn reservation_ended(tenant: TenantId, ended: &Ended) -> Option<Event> {
    let reservation = &ended.reservation;
    let reference = reservation.reference.as_ref().filter(|_| reservation.is_told)?;
    Some(Event {
        tenant,
        kind: RESERVATION_ENDED,
        version: 1,
        aggregate: reservation.id.as_uuid(),
        aggregate_version: reservation.version,
        occurred_at: reservation.updated_at,
        actor: Some(reservation.updated_by),
        causation: None,
        payload: json!({
            "reservationId": reservation.id,
            "purchaseRequestId": reference.id,
            "lineId": reference.line,
            "productId": reservation.product,
            "locationId": reservation.location,
            "status": reservation.status.code(),
            "returned": ended.held,
            "unit": reservation.unit.code(),
        }),
    })
}

impl ItemSnapshot {
    /// The balance of `item` as it stands.
    pub(crate) fn of(item: &InventoryItem) -> Self {
        Self {
            id: item.id,
            product_id: item.product,
            location_id: item.location,
            unit: item.unit.code().to_owned(),
            currency: item.currency().to_string(),
            cost_method: item.holding.method.code().to_owned(),
            on_hand: item.holding.on_hand,
            reserved: item.reserved,
            on_hold: item.on_hold,
            is_kept_by_lots: item.shelf.is_kept,
            average_cost: item.holding.average_cost(),
            total_value: item.holding.value,
            policy: item.policy,
            low_since: item.low_since,
            allow_negative: item.allow_negative,
            version: item.version,
            updated_at: item.updated_at,
        }
    }
}
