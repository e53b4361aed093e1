//! Which changes a subscriber wants, where it stands, and how patient the feed is. Pure.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use primitives::{Decimal, LocationId, ProductId, TenantId};

use crate::event::StockChanged;
use crate::ledger::MovementReason;

/// Which changes a subscriber wants; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StockFilter {
    /// At these locations.
    pub(crate) locations: Vec<LocationId>,
    /// Of these products.
    pub(crate) products: Vec<ProductId>,
    /// For these reasons; reservations have none, so naming any leaves them out.
    pub(crate) reasons: Vec<MovementReason>,
    /// By at least this much, on hand or available.
    pub(crate) min_abs_delta: Option<Decimal>,
}

impl StockFilter {
    /// Whether the subscriber wants this change.
    pub(crate) fn wants(&self, change: &StockChanged) -> bool {
        let reason = change.reason.as_deref();
        (self.locations.is_empty() || self.locations.contains(&change.item.location_id))
            && (self.products.is_empty() || self.products.contains(&change.item.product_id))
            && (self.reasons.is_empty() || self.reasons.iter().any(|wanted| Some(wanted.code()) == reason))
            && self.min_abs_delta.is_none_or(|least| change.magnitude() >= least)
    }
}

/// A place in a tenant's stream of events: everything up to `seq` has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Whose stream.
    pub(crate) tenant: TenantId,
    /// The last event seen.
    pub(crate) seq: i64,
}

/// The cursor is not one of this tenant's feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this feed")]
pub(crate) struct BadCursor;

/// Says which kind of cursor it is, and which layout.
const MARK: &str = "stock1";

impl Position {
    /// The position as clients carry it.
    pub(crate) fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{MARK}:{}:{}", self.tenant, self.seq))
    }

    /// Reads a cursor back. Another tenant's cursor is as unreadable as any other text.
    pub(crate) fn decode(cursor: &str, tenant: TenantId) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| BadCursor)?;
        let mut parts = text.split(':');
        let (Some(MARK), Some(owner), Some(seq), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadCursor);
        };
        let seq: i64 = seq.parse().map_err(|_| BadCursor)?;
        if owner.parse() != Ok(tenant) || seq < 0 {
            return Err(BadCursor);
        }
        Ok(Self { tenant, seq })
    }
}

/// How patient the feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// A message with the latest cursor goes out at least this often.
    pub heartbeat: Duration,
    /// Messages a slow reader may lag behind.
    pub buffer: usize,
    /// How long the buffer may stay full before the feed ends.
    pub grace: Duration,
    /// How often it is asked whether the caller's token is still valid; renewals are seen at once.
    pub recheck: Duration,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(15),
            buffer: 256,
            grace: Duration::from_secs(30),
            recheck: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use primitives::InventoryItemId;

    use super::*;
    use crate::event::ItemSnapshot;

    fn tenant(n: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn change(reason: Option<&str>, before: &str, after: &str) -> StockChanged {
        let amount = |text: &str| text.parse::<Decimal>().unwrap();
        StockChanged {
            item: ItemSnapshot {
                id: InventoryItemId::generate(),
                product_id: ProductId::generate(),
                location_id: LocationId::generate(),
                unit: "kg".to_owned(),
                currency: "THB".to_owned(),
                cost_method: "FIFO".to_owned(),
                on_hand: amount(after),
                reserved: Decimal::ZERO,
                on_hold: Decimal::ZERO,
                is_kept_by_lots: false,
                average_cost: Decimal::ZERO,
                total_value: Decimal::ZERO,
                policy: crate::event::Policy::default(),
                low_since: None,
                allow_negative: false,
                version: 1,
                updated_at: DateTime::UNIX_EPOCH,
            },
            kind: "IN".to_owned(),
            reason: reason.map(str::to_owned),
            quantity: Decimal::ZERO,
            on_hand_before: amount(before),
            available_before: amount(before),
            movement_id: None,
            movement_seq: None,
            reservation_id: None,
            occurred_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_cursor_reads_back_for_its_own_tenant_only() {
        let position = Position { tenant: tenant(1), seq: 4_711 };
        assert_eq!(Position::decode(&position.encode(), tenant(1)), Ok(position));
        assert_eq!(Position::decode(&position.encode(), tenant(2)), Err(BadCursor));
        for garbage in ["", "!", "c3RvY2sx", "4711"] {
            assert_eq!(Position::decode(garbage, tenant(1)), Err(BadCursor));
        }
    }

    #[test]
    fn every_condition_of_a_filter_must_hold() {
        let sale = change(Some("SALE"), "10", "7");
        assert!(StockFilter::default().wants(&sale));
        let least =
            |text: &str| StockFilter { min_abs_delta: Some(text.parse().unwrap()), ..Default::default() };
        assert!(least("3").wants(&sale));
        assert!(!least("3.00001").wants(&sale));
        let elsewhere = StockFilter { locations: vec![LocationId::generate()], ..Default::default() };
        assert!(!elsewhere.wants(&sale));
        let here = StockFilter { locations: vec![sale.item.location_id], ..Default::default() };
        assert!(here.wants(&sale));
    }

    #[test]
    fn naming_a_reason_leaves_reservations_out() {
        let sales = StockFilter { reasons: vec![MovementReason::Sale], ..Default::default() };
        assert!(sales.wants(&change(Some("SALE"), "1", "0")));
        assert!(!sales.wants(&change(Some("WASTE"), "1", "0")));
        assert!(!sales.wants(&change(None, "1", "1")));
    }
}
