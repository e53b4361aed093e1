//! What runs low, in the API.

use async_graphql::{Enum, InputObject, SimpleObject};
use chassis::page::check_values;
use chassis::{Refusal, Refusals, Result};
use primitives::graphql::Cursor;
use primitives::{DateTime, Decimal, EventId, LocationId, Quantity};

use super::super::Message;
use super::super::view::{Edge, LowFilter, LowMatter, LowNews, Threshold};
use super::{cursor, snapshot};
use crate::stock::graphql::InventoryItem;

/// The longest time stock is asked to last.
const COVER_DAYS_MAX: i32 = 365;

/// What counts as low, and where.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct LowStockWhere {
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// From its reorder point until 5 % above it: what is meant where nothing else is said.
    below_reorder: Option<bool>,
    /// When what is available would be used up in fewer days than this, as fast as it was used in the last 30 days; instead of the
    /// reorder point.
    days_of_cover_below: Option<Decimal>,
}

/// How often low stock is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::super::view::Edge")]
pub(crate) enum LowStockEdge {
    /// When an item becomes low, and when it is so no longer.
    Crossing,
    /// Also at every change in between.
    Repeat,
}

/// What happened to an item that runs low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::super::view::LowMatter")]
pub(crate) enum LowStockType {
    /// It became low.
    Detected,
    /// It changed and is low still.
    StillLow,
    /// It is low no longer.
    Cleared,
}

/// A message about what runs low, or a heartbeat that only moves the cursor.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LowStockNews {
    /// Where the subscriber stands once it has this message; pass it as `after` to continue behind it.
    cursor: Cursor,
    /// Whether this is a heartbeat.
    heartbeat: bool,
    /// Identity of the event, the same whenever it is delivered; null in a heartbeat.
    event_id: Option<EventId>,
    /// What happened; null in a heartbeat.
    #[graphql(name = "type")]
    kind: Option<LowStockType>,
    /// The balance right after it; its product knows the best offer. Null in a heartbeat.
    item: Option<InventoryItem>,
    /// How much to buy; null where nothing is decided, or enough is there again. What is on order or on its way is not
    /// counted here: the item tells that.
    suggested_order: Option<Quantity>,
    /// In how many days what is available is used up; null where nothing is used, or the reorder point was asked for.
    days_of_cover: Option<Decimal>,
    /// When it happened; null in a heartbeat.
    occurred_at: Option<DateTime>,
}

impl LowStockWhere {
    pub(super) fn into_filter(self, edge: LowStockEdge) -> Result<LowFilter> {
        let mut refusals = Refusals::new();
        check_values(self.location_ids.as_ref(), "where.locationIds", &mut refusals);
        let most = Decimal::from_whole(COVER_DAYS_MAX);
        refusals.check(
            self.days_of_cover_below.is_none_or(|days| days.is_positive() && days <= most),
            || {
                Refusal::invalid(
                    "where.daysOfCoverBelow",
                    format!("days of cover are more than 0 and at most {most}"),
                )
            },
        );
        refusals.check(self.below_reorder != Some(true) || self.days_of_cover_below.is_none(), || {
            Refusal::invalid("where.daysOfCoverBelow", "either the reorder point counts or days of cover do")
        });
        refusals.check(self.below_reorder != Some(false) || self.days_of_cover_below.is_some(), || {
            Refusal::invalid("where.belowReorder", "something has to count as low")
        });
        refusals.into_result()?;
        Ok(LowFilter {
            locations: self.location_ids.unwrap_or_default(),
            threshold: self.days_of_cover_below.map_or(Threshold::Reorder, Threshold::DaysOfCover),
            edge: Edge::from(edge),
        })
    }
}

pub(super) fn message(message: Message<LowNews>) -> Result<LowStockNews> {
    let cursor = cursor(message.position());
    let Message::News { event, item: news, .. } = message else {
        return Ok(LowStockNews {
            cursor,
            heartbeat: true,
            event_id: None,
            kind: None,
            item: None,
            suggested_order: None,
            days_of_cover: None,
            occurred_at: None,
        });
    };
    let item = snapshot(&news.item)?;
    let matter: LowMatter = news.matter;
    Ok(LowStockNews {
        cursor,
        heartbeat: false,
        event_id: Some(event),
        kind: Some(matter.into()),
        suggested_order: news.suggested_order.map(|quantity| Quantity::new(quantity, item.unit)),
        days_of_cover: news.days_of_cover,
        occurred_at: Some(news.at.into()),
        item: Some(InventoryItem(item)),
    })
}
