//! The feed in the API.

use async_graphql::{Context, Enum, ErrorExtensions, InputObject, Object, SimpleObject, Subscription};
use chassis::{Code, Result, caller, live_caller};
use futures::{Stream, StreamExt};
use primitives::graphql::Cursor;
use primitives::{
    CurrencyCode, DateTime, Decimal, EventId, InventoryItemId, LocationId, ProductId, Quantity,
    ReservationId, StockMovementId, Unit,
};

use super::service::Withdrawal;
use super::{End, Message, Position, StockFilter, service};
use crate::costing::Holding;
use crate::event::{self, ItemSnapshot, StockChanged};
use crate::ledger::graphql::{self as ledger, MovementReason, StockMovement};
use crate::lot::Shelf;
use crate::schema::app;
use crate::stock;
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
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
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

/// Where the feed stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FeedQuery;

#[Object]
impl FeedQuery {
    /// The latest position of the feed. Read it first, then the balances, then subscribe after it: nothing is missed.
    async fn stock_cursor(&self, ctx: &Context<'_>) -> Result<Cursor> {
        Ok(cursor(service::latest(app(ctx), caller(ctx)?).await?))
    }
}

/// What can be followed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FeedSubscription;

#[Subscription]
impl FeedSubscription {
    /// Every change of a balance, in commit order: at least once, in order per item, with a heartbeat every 15 seconds.
    /// `after` continues behind a cursor without a gap, for seven days; later it answers CURSOR_EXPIRED. A reader that
    /// does not keep up gets everything buffered and then the error SLOW_READER with its last cursor. When the access token
    /// runs out the feed ends with TOKEN_EXPIRED, unless it is renewed: a `ping` with the payload
    /// `{"authorization": "Bearer …"}` on the WebSocket does that without a break. A renewed token that may no longer see
    /// stock ends the feed with FORBIDDEN, one that allows less in other ways with PERMISSIONS_CHANGED; both name the cursor.
    async fn stock_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which changes to tell.")] filter: Option<StockChangeWhere>,
        #[graphql(
            desc = "Continue behind this cursor; behind everything published so far where nothing is said."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = async_graphql::Result<StockChange>> + use<>> {
        let filter = filter.unwrap_or_default().into_filter();
        let feed = service::open(app(ctx), live_caller(ctx)?, filter, after.map(|cursor| cursor.0)).await?;
        Ok(feed.map(|message| match message {
            Ok(message) => Ok(stock_change(message)?),
            Err(end) => Err(ended(end)),
        }))
    }
}

impl StockChangeWhere {
    fn into_filter(self) -> StockFilter {
        StockFilter {
            locations: self.location_ids.unwrap_or_default(),
            products: self.product_ids.unwrap_or_default(),
            reasons: self.reasons.unwrap_or_default().into_iter().map(Into::into).collect(),
            min_abs_delta: self.min_abs_delta,
        }
    }
}

fn cursor(position: Position) -> Cursor {
    Cursor(position.encode())
}

fn stock_change(message: Message) -> Result<StockChange> {
    let cursor = cursor(message.position());
    Ok(match message {
        Message::Heartbeat { .. } => {
            StockChange { cursor, heartbeat: true, event_id: None, item: None, change: None }
        }
        Message::Change { event, change, .. } => {
            let item = snapshot(&change.item)?;
            let change = StockDelta { unit: item.unit, change: *change };
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

/// The balance as the event tells it.
fn snapshot(item: &ItemSnapshot) -> Result<stock::InventoryItem> {
    let unreadable =
        |what: &str| chassis::Error::internal(format!("unknown {what} in an event of item {}", item.id));
    let unit: Unit = item.unit.parse().map_err(|_| unreadable("unit"))?;
    let currency: CurrencyCode = item.currency.parse().map_err(|_| unreadable("currency"))?;
    let id: InventoryItemId = item.id;
    Ok(stock::InventoryItem {
        id,
        product: item.product_id,
        location: item.location_id,
        unit,
        allow_negative: item.allow_negative,
        holding: Holding {
            method: item.cost_method.parse().map_err(|_| unreadable("cost method"))?,
            currency,
            on_hand: item.on_hand,
            value: item.total_value,
            last_cost: item.average_cost,
            layers: Vec::new(),
        },
        reserved: item.reserved,
        on_hold: item.on_hold,
        shelf: Shelf { is_kept: item.is_kept_by_lots, parts: Vec::new() },
        policy: item.policy,
        low_since: item.low_since,
        version: item.version,
        updated_at: item.updated_at,
    })
}

/// The error a feed ends with. Its cursor is where the subscriber stands.
fn ended(end: End) -> async_graphql::Error {
    let (last, error) = match end {
        End::SlowReader { last } => {
            let message = "the reader did not keep up: subscribe again after the cursor";
            (last, coded(message, "SLOW_READER"))
        }
        End::TokenExpired { last } => {
            let message = "the access token has run out: get a new one and subscribe after the cursor";
            (last, coded(message, Code::TokenExpired.as_str()))
        }
        End::Withdrawn { last, withdrawal: Withdrawal::View(error) } => (last, error.into()),
        End::Withdrawn { last, withdrawal: Withdrawal::Other } => {
            let message =
                "the renewed token allows less than the one before: subscribe again after the cursor";
            (last, coded(message, "PERMISSIONS_CHANGED"))
        }
        End::Fault { last, error } => (last, error.into()),
    };
    error.extend_with(|_, extensions| extensions.set("cursor", last.encode()))
}

fn coded(message: &str, code: &str) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
