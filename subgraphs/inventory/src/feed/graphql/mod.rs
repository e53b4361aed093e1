//! The feeds in the API.

mod delivery;
mod low_stock;
mod stock;

use async_graphql::{Context, ErrorExtensions, Object, Subscription};
use chassis::{Code, Result, caller, live_caller};
use futures::{Stream, StreamExt};
use primitives::graphql::Cursor;
use primitives::{CurrencyCode, InventoryItemId, Unit};

use super::view::{DeliveryView, LowStockView, StockView};
use super::{End, Position, View, Withdrawal};
use crate::costing::Holding;
use crate::event::ItemSnapshot;
use crate::lot::Shelf;
use crate::schema::app;
use delivery::{DeliveryOrLot, DeliveryWhere};
use low_stock::{LowStockEdge, LowStockNews, LowStockWhere};
use stock::{StockChange, StockChangeWhere};

/// Where the feed stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FeedQuery;

#[Object]
impl FeedQuery {
    /// The latest position of the feed. Read it first, then the balances, then subscribe after it: nothing is missed.
    async fn stock_cursor(&self, ctx: &Context<'_>) -> Result<Cursor> {
        Ok(cursor(super::latest(app(ctx), caller(ctx)?).await?))
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
            desc = "Changes of one balance within so many milliseconds are told as one, from before the first to after the \
                    last; 1 to 60000. Each change by itself where nothing is said."
        )]
        coalesce_ms: Option<i32>,
        #[graphql(
            desc = "Continue behind this cursor; behind everything published so far where nothing is said."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = async_graphql::Result<StockChange>> + use<>> {
        let window = stock::window(coalesce_ms)?;
        let view = StockView::new(filter.unwrap_or_default().into_filter()?, window);
        follow(ctx, view, after, stock::message).await
    }

    /// What runs low, and what does so no longer, on the same terms as `stockChanged`.
    async fn low_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "What counts as low, and where.")] filter: Option<LowStockWhere>,
        #[graphql(desc = "How often it is told.", default_with = "LowStockEdge::Crossing")]
        edge: LowStockEdge,
        #[graphql(
            desc = "Continue behind this cursor; behind everything published so far where nothing is said."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = async_graphql::Result<LowStockNews>> + use<>> {
        let view = LowStockView(filter.unwrap_or_default().into_filter(edge)?);
        follow(ctx, view, after, low_stock::message).await
    }

    /// What was delivered, and which lots are held, called back, let go, near their end or past it, on the same terms as
    /// `stockChanged`.
    async fn delivery_and_expiry(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which deliveries and lots to tell of.")] filter: Option<
            DeliveryWhere,
        >,
        #[graphql(
            desc = "Continue behind this cursor; behind everything published so far where nothing is said."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = async_graphql::Result<DeliveryOrLot>> + use<>> {
        let view = DeliveryView(filter.unwrap_or_default().into_filter()?);
        follow(ctx, view, after, delivery::message).await
    }
}

/// Opens a feed and tells its messages the way the API does.
async fn follow<V: View, T: 'static>(
    ctx: &Context<'_>,
    view: V,
    after: Option<Cursor>,
    tell: fn(super::Message<V::Item>) -> Result<T>,
) -> Result<impl Stream<Item = async_graphql::Result<T>> + use<V, T>> {
    let feed = super::open(app(ctx), live_caller(ctx)?, view, after.map(|cursor| cursor.0)).await?;
    Ok(feed.map(move |message| match message {
        Ok(message) => Ok(tell(message)?),
        Err(end) => Err(ended(end)),
    }))
}

fn cursor(position: Position) -> Cursor {
    Cursor(position.encode())
}

/// The balance as the event tells it.
fn snapshot(item: &ItemSnapshot) -> Result<crate::stock::InventoryItem> {
    let unreadable =
        |what: &str| chassis::Error::internal(format!("unknown {what} in an event of item {}", item.id));
    let unit: Unit = item.unit.parse().map_err(|_| unreadable("unit"))?;
    let currency: CurrencyCode = item.currency.parse().map_err(|_| unreadable("currency"))?;
    let id: InventoryItemId = item.id;
    Ok(crate::stock::InventoryItem {
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
