//! What arrived and which lots need watching, in the API.

use async_graphql::{ComplexObject, Context, Enum, InputObject, SimpleObject};
use chassis::page::check_values;
use chassis::{Refusal, Refusals, Result};
use primitives::graphql::Cursor;
use primitives::{Date, DateTime, Decimal, EventId, InventoryItemId, LocationId, LotId, Quantity, VendorId};

use super::super::Message;
use super::super::view::{Arrived, DeliveryFilter, DeliveryNews, LotNews, Matter};
use super::cursor;
use crate::foreign::{GoodsReceivedNote, Product, Vendor};
use crate::location::graphql::{self as locations, Location};
use crate::lot::graphql::{self as lots, Lot};
use crate::stock::graphql::{self as stock, InventoryItem};

/// The farthest end that is warned of.
const WITHIN_DAYS_MAX: i32 = 30;

/// Which deliveries and lots to tell of; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct DeliveryWhere {
    /// Brought by one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// Delivered to, or lying at, one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Lots near their end only from so many days before it, 0 to 30. They are told of 30, 14, 7, 3, 2, 1 and 0 days before,
    /// or when they come in later than that.
    expiring_within_days: Option<i32>,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::super::view::Matter")]
pub(crate) enum DeliveryOrLotType {
    /// A delivery went to the shelf.
    Delivered,
    /// A lot comes near its end.
    LotExpiring,
    /// A lot is past its date.
    LotExpired,
    /// A lot is held.
    LotQuarantined,
    /// A lot is called back.
    LotRecalled,
    /// A lot may be used again.
    LotReleased,
}

/// A message about a delivery or a lot, or a heartbeat that only moves the cursor.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DeliveryOrLot {
    /// Where the subscriber stands once it has this message; pass it as `after` to continue behind it.
    cursor: Cursor,
    /// Whether this is a heartbeat.
    heartbeat: bool,
    /// Identity of the event, the same whenever it is delivered; null in a heartbeat.
    event_id: Option<EventId>,
    /// What it is about; null in a heartbeat.
    #[graphql(name = "type")]
    kind: Option<DeliveryOrLotType>,
    /// The delivery, where it is about one.
    delivery: Option<Delivery>,
    /// What happened to a lot, where it is about one.
    lot_event: Option<LotEvent>,
    /// When it happened; null in a heartbeat.
    occurred_at: Option<DateTime>,
}

/// A delivery that went to the shelf.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Delivery {
    /// The note it came with.
    goods_received_note: GoodsReceivedNote,
    /// The number of the note.
    number: Option<String>,
    /// Who brought it.
    vendor: Option<Vendor>,
    #[graphql(skip)]
    at: Option<LocationId>,
    /// What it brought.
    lines: Vec<DeliveredProduct>,
}

#[ComplexObject]
impl Delivery {
    /// Where it went.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        match self.at {
            Some(id) => locations::load(ctx, id).await,
            None => Ok(None),
        }
    }
}

/// One product of a delivery.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DeliveredProduct {
    /// What came.
    product: Product,
    /// How much of it.
    quantity: Quantity,
    /// What was printed on it.
    lot_number: Option<String>,
    /// The last day it is good.
    expiry: Option<Date>,
}

/// What happened to a lot.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct LotEvent {
    #[graphql(skip)]
    lot_id: LotId,
    /// Days until its end when it happened; null where it has no date.
    days_left: Option<i32>,
    /// Where it lay when it happened.
    places: Vec<LotPlace>,
}

#[ComplexObject]
impl LotEvent {
    /// The lot, as it stands now.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>> {
        lots::load(ctx, self.lot_id).await
    }
}

/// Where some of a lot lay.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct LotPlace {
    #[graphql(skip)]
    item_id: InventoryItemId,
    #[graphql(skip)]
    at: LocationId,
    /// How much of it, in the product's base unit.
    on_hand: Decimal,
}

#[ComplexObject]
impl LotPlace {
    /// The balance it is a part of, as it stands now.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<InventoryItem>> {
        stock::load(ctx, self.item_id).await
    }

    /// Where.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.at).await
    }
}

impl DeliveryWhere {
    pub(super) fn into_filter(self) -> Result<DeliveryFilter> {
        let mut refusals = Refusals::new();
        check_values(self.vendor_ids.as_ref(), "where.vendorIds", &mut refusals);
        check_values(self.location_ids.as_ref(), "where.locationIds", &mut refusals);
        let days = self.expiring_within_days;
        refusals.check(days.is_none_or(|days| (0..=WITHIN_DAYS_MAX).contains(&days)), || {
            let message = format!("lots are told of 0 to {WITHIN_DAYS_MAX} days before their end");
            Refusal::invalid("where.expiringWithinDays", message)
        });
        refusals.into_result()?;
        Ok(DeliveryFilter {
            vendors: self.vendor_ids.unwrap_or_default(),
            locations: self.location_ids.unwrap_or_default(),
            expiring_within_days: days,
        })
    }
}

pub(super) fn message(message: Message<DeliveryNews>) -> Result<DeliveryOrLot> {
    let cursor = cursor(message.position());
    let Message::News { event, item: news, .. } = message else {
        return Ok(DeliveryOrLot {
            cursor,
            heartbeat: true,
            event_id: None,
            kind: None,
            delivery: None,
            lot_event: None,
            occurred_at: None,
        });
    };
    let matter: Matter = news.matter;
    Ok(DeliveryOrLot {
        cursor,
        heartbeat: false,
        event_id: Some(event),
        kind: Some(matter.into()),
        delivery: news.delivery.map(delivery),
        lot_event: news.lot.map(lot_event),
        occurred_at: Some(news.at.into()),
    })
}

fn delivery(arrived: Arrived) -> Delivery {
    let lines = arrived.lines.into_iter().map(|line| DeliveredProduct {
        product: Product::new(line.product_id),
        quantity: Quantity::new(line.quantity, line.unit),
        lot_number: line.lot,
        expiry: line.expiry,
    });
    Delivery {
        goods_received_note: arrived.goods_received_note_id.into(),
        number: arrived.number,
        vendor: arrived.vendor_id.map(Vendor::from),
        at: arrived.location_id,
        lines: lines.collect(),
    }
}

fn lot_event(news: LotNews) -> LotEvent {
    let places = news.places.into_iter().map(|place| LotPlace {
        item_id: place.item_id,
        at: place.location_id,
        on_hand: place.on_hand,
    });
    LotEvent { lot_id: news.lot_id, days_left: news.days_left, places: places.collect() }
}
