//! What runs low.

use chassis::{Envelope, Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Decimal, LocationId, TenantId};

use crate::event::{
    ItemSnapshot, LOW_STOCK_CLEARED, LOW_STOCK_DETECTED, LowStock, STOCK_CHANGED, StockChanged,
};
use crate::feed::View;
use crate::{Inventory, ledger};

/// Days of use that tell how fast an item goes.
const USE_DAYS: i32 = 30;

/// When an item counts as low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// From its reorder point until 5 % above it.
    Reorder,
    /// When what is available is used up in fewer days than this.
    DaysOfCover(Decimal),
}

/// How often it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// When it becomes low, and when it is over.
    Crossing,
    /// Also at every change in between.
    Repeat,
}

/// What runs low where, and how often that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LowFilter {
    /// At these locations; everywhere where there are none.
    pub(crate) locations: Vec<LocationId>,
    /// When it counts as low.
    pub(crate) threshold: Threshold,
    /// How often it is told.
    pub(crate) edge: Edge,
}

/// What happened to an item that runs low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LowMatter {
    /// It became low.
    Detected,
    /// It changed and is low still.
    StillLow,
    /// It is low no longer.
    Cleared,
}

/// News of an item that runs low.
#[derive(Clone, Debug)]
pub(crate) struct LowNews {
    /// What happened to it.
    pub(crate) matter: LowMatter,
    /// The balance right after it.
    pub(crate) item: ItemSnapshot,
    /// How much to buy.
    pub(crate) suggested_order: Option<Decimal>,
    /// In how many days what is available is used up; `None` where nothing is used, or nobody asked.
    pub(crate) days_of_cover: Option<Decimal>,
    /// When it happened.
    pub(crate) at: DateTime<Utc>,
}

/// A subscriber's view of what runs low.
#[derive(Debug)]
pub(crate) struct LowStockView(pub(crate) LowFilter);

impl View for LowStockView {
    type Item = LowNews;

    async fn read(&mut self, app: &Inventory, event: &Envelope) -> Result<Option<LowNews>> {
        let news = match (self.0.threshold, event.kind.as_str()) {
            (Threshold::Reorder, LOW_STOCK_DETECTED | LOW_STOCK_CLEARED) => Some(crossing(event)?),
            (Threshold::Reorder, STOCK_CHANGED) if self.0.edge == Edge::Repeat => still_low(event)?,
            (Threshold::DaysOfCover(days), STOCK_CHANGED) => {
                let change: StockChanged =
                    serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
                if self.is_here(change.item.location_id) {
                    covered(app, event.tenant_id, change, days).await?
                } else {
                    None
                }
            }
            _ => None,
        };
        Ok(news.filter(|news| self.is_here(news.item.location_id) && self.is_told(news.matter)))
    }
}

impl LowStockView {
    fn is_here(&self, location: LocationId) -> bool {
        self.0.locations.is_empty() || self.0.locations.contains(&location)
    }

    fn is_told(&self, matter: LowMatter) -> bool {
        matter != LowMatter::StillLow || self.0.edge == Edge::Repeat
    }
}

fn crossing(event: &Envelope) -> Result<LowNews> {
    let low: LowStock = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let is_low = low.item.low_since.is_some();
    Ok(LowNews {
        matter: if is_low { LowMatter::Detected } else { LowMatter::Cleared },
        item: low.item,
        suggested_order: low.suggested_order,
        days_of_cover: None,
        at: low.at,
    })
}

/// A change at an item that is low. The change by which it became so is told as that.
fn still_low(event: &Envelope) -> Result<Option<LowNews>> {
    let change: StockChanged = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let was_low_before = change.item.low_since.is_some() && !change.is_crossing;
    let suggested_order = change.item.policy.suggested_order(change.available_after(), Decimal::ZERO);
    Ok(was_low_before.then_some(LowNews {
        matter: LowMatter::StillLow,
        suggested_order,
        days_of_cover: None,
        at: change.item.updated_at,
        item: change.item,
    }))
}

/// What a change did to how long an item lasts.
async fn covered(
    app: &Inventory,
    tenant: TenantId,
    change: StockChanged,
    days: Decimal,
) -> Result<Option<LowNews>> {
    let since = change.item.updated_at - TimeDelta::days(i64::from(USE_DAYS));
    let used = ledger::store::used_since(app.db.read(), tenant, (change.item.id, since)).await?;
    let after = cover(change.available_after(), used);
    let Some(matter) = crossed(cover(change.available_before, used), after, days) else { return Ok(None) };
    let is_low = matter != LowMatter::Cleared;
    Ok(Some(LowNews {
        matter,
        suggested_order: change
            .item
            .policy
            .suggested_order(change.available_after(), Decimal::ZERO)
            .filter(|_| is_low),
        days_of_cover: after,
        at: change.item.updated_at,
        item: change.item,
    }))
}

/// In how many days something is used up, given what was used in the last thirty; `None` where nothing was.
fn cover(available: Decimal, used: Decimal) -> Option<Decimal> {
    used.is_positive().then(|| available.checked_ratio(Decimal::from_whole(USE_DAYS), used)).flatten()
}

fn crossed(before: Option<Decimal>, after: Option<Decimal>, days: Decimal) -> Option<LowMatter> {
    let is_short = |cover: Option<Decimal>| cover.is_some_and(|cover| cover < days);
    match (is_short(before), is_short(after)) {
        (false, true) => Some(LowMatter::Detected),
        (true, true) => Some(LowMatter::StillLow),
        (true, false) => Some(LowMatter::Cleared),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_never_used_lasts_for_ever() {
        assert_eq!(cover(dec("5"), Decimal::ZERO), None);
        assert_eq!(cover(dec("5"), dec("60")), Some(dec("2.5")));
        assert_eq!(crossed(None, None, dec("3")), None);
    }

    #[test]
    fn cover_is_crossed_both_ways() {
        let days = dec("3");
        let (long, short) = (Some(dec("3")), Some(dec("2.99999")));
        assert_eq!(crossed(long, short, days), Some(LowMatter::Detected));
        assert_eq!(crossed(short, short, days), Some(LowMatter::StillLow));
        assert_eq!(crossed(short, long, days), Some(LowMatter::Cleared));
        assert_eq!(crossed(None, short, days), Some(LowMatter::Detected));
    }
}
