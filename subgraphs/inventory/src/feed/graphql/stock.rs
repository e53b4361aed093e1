//! Changes of balances in the API.

use std::time::Duration;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{Refusal, Refusals, Result};
use primitives::graphql::Cursor;
use primitives::{
    CategoryId, DateTime, Decimal, EventId, LocationId, ProductId, PropertyId, Quantity, ReservationId,
    StockMovementId, Unit,
};

use super::super::Message;
use super::super::view::StockFilter;
use super::{cursor, snapshot};
use crate::event::{self, StockChanged};
use crate::ledger::graphql::{self as ledger, MovementReason, StockMovement};
use crate::stock::graphql::InventoryItem;

/// What changed a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StockChangeType {
    /// Stock came into the house.
    In,
    /// Stock was used up.
    Out,
    /// A balance was corrected.
    Adjustment,
    /// Stock went to, or came from, another location.
    Transfer,
    /// Stock was promised to somebody, or a promise ended.
    Reservation,
    /// A lot may be used no longer, or again.
    Hold,
}

/// Which changes to tell; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StockChangeWhere {
    /// At a location of one of these properties.
    property_ids: Option<Vec<PropertyId>>,
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Of a product that lies directly in one of these categories.
    category_ids: Option<Vec<CategoryId>>,
    /// Of one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// For one of these reasons. Reservations and holds have none: naming any reason leaves them out.
    reasons: Option<Vec<MovementReason>>,
    /// By at least this much on hand or available, in the base unit.
    min_abs_delta: Option<Decimal>,
}

/// A message of the feed: a change, or a heartbeat that only moves the cursor.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockChange {
    /// Where the subscriber stands once it has this message; pass it as `after` to continue behind it.
    cursor: Cursor,
    /// Whether this is a heartbeat: nothing changed that was asked for, up to the cursor.
    heartbeat: bool,
    /// Identity of the event, the same whenever it is delivered; null in a heartbeat.
    event_id: Option<EventId>,
    /// The balance as it was right after the change; null in a heartbeat.
    item: Option<InventoryItem>,
    /// What changed; null in a heartbeat.
    change: Option<StockDelta>,
}

/// How a balance changed.
#[derive(Clone, Debug)]
pub(crate) struct StockDelta {
    change: StockChanged,
    unit: Unit,
}

/// What one movement changed at one balance.
#[Object]
impl StockDelta {
    /// What changed it.
    #[graphql(name = "type")]
    async fn kind(&self) -> Result<StockChangeType> {
        Ok(match self.change.kind.as_str() {
            event::RESERVATION => StockChangeType::Reservation,
            event::HOLD => StockChangeType::Hold,
            "IN" => StockChangeType::In,
            "OUT" => StockChangeType::Out,
            "ADJUSTMENT" => StockChangeType::Adjustment,
            "TRANSFER" => StockChangeType::Transfer,
            other => return Err(chassis::Error::internal(format!("unknown change type {other}"))),
        })
    }

    /// Why stock moved; null for reservations and holds.
    async fn reason(&self) -> Result<Option<MovementReason>> {
        let reason = self.change.reason.as_deref().map(str::parse::<crate::ledger::MovementReason>);
        Ok(reason.transpose().map_err(chassis::Error::internal)?.map(MovementReason::from))
    }

    /// How much moved, was promised or put on hold; negative where it left, a promise ended or a hold was lifted.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.change.quantity, self.unit)
    }

    /// On hand before the change.
    async fn on_hand_before(&self) -> Quantity {
        Quantity::new(self.change.on_hand_before, self.unit)
    }

    /// On hand after the change.
    async fn on_hand_after(&self) -> Quantity {
        Quantity::new(self.change.item.on_hand, self.unit)
    }

    /// Available before the change.
    async fn available_before(&self) -> Quantity {
        Quantity::new(self.change.available_before, self.unit)
    }

    /// Available after the change.
    async fn available_after(&self) -> Quantity {
        Quantity::new(self.change.available_after(), self.unit)
    }

    /// Identity of the ledger line; null for reservations and holds.
    async fn movement_id(&self) -> Option<StockMovementId> {
        self.change.movement_id
    }

    /// The ledger line; null for reservations and holds.
    async fn movement(&self, ctx: &Context<'_>) -> Result<Option<StockMovement>> {
        let Some(id) = self.change.movement_id else { return Ok(None) };
        ledger::load(ctx, id).await
    }

    /// The reservation made, consumed or ended.
    async fn reservation_id(&self) -> Option<ReservationId> {
        self.change.reservation_id
    }

    /// When it happened in the house.
    async fn occurred_at(&self) -> DateTime {
        self.change.occurred_at.into()
    }
}

impl StockChangeWhere {
    pub(super) fn into_filter(self) -> Result<StockFilter> {
        let mut refusals = Refusals::new();
        check_values(self.property_ids.as_ref(), "where.propertyIds", &mut refusals);
        check_values(self.location_ids.as_ref(), "where.locationIds", &mut refusals);
        check_values(self.category_ids.as_ref(), "where.categoryIds", &mut refusals);
        check_values(self.product_ids.as_ref(), "where.productIds", &mut refusals);
        refusals.check(self.min_abs_delta.is_none_or(|least| !least.is_negative()), || {
            Refusal::invalid("where.minAbsDelta", "a change has no sign here: at least 0")
        });
        refusals.into_result()?;
        Ok(StockFilter {
            properties: self.property_ids.unwrap_or_default(),
            locations: self.location_ids.unwrap_or_default(),
            categories: self.category_ids.unwrap_or_default(),
            products: self.product_ids.unwrap_or_default(),
            reasons: self.reasons.unwrap_or_default().into_iter().map(Into::into).collect(),
            min_abs_delta: self.min_abs_delta,
        })
    }
}

/// How long changes of one balance wait to be told as one.
pub(super) fn window(coalesce_ms: Option<i32>) -> Result<Option<Duration>> {
    let Some(milliseconds) = coalesce_ms else { return Ok(None) };
    let window = u64::try_from(milliseconds).ok().filter(|window| (1..=60_000).contains(window));
    let window = window.ok_or_else(|| {
        Refusal::invalid("coalesceMs", "changes are told as one within 1 to 60000 milliseconds")
    })?;
    Ok(Some(Duration::from_millis(window)))
}

pub(super) fn message(message: Message<StockChanged>) -> Result<StockChange> {
    let cursor = cursor(message.position());
    Ok(match message {
        Message::Heartbeat { .. } => {
            StockChange { cursor, heartbeat: true, event_id: None, item: None, change: None }
        }
        Message::News { event, item: change, .. } => {
            let item = snapshot(&change.item)?;
            let change = StockDelta { unit: item.unit, change };
            StockChange {
                cursor,
                heartbeat: false,
                event_id: Some(event),
                item: Some(InventoryItem(item)),
                change: Some(change),
            }
        }
    })
}
