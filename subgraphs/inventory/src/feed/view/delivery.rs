//! What arrived, and which lots need watching.

use chassis::{Envelope, Error, Result};
use chrono::{DateTime, Utc};
use primitives::{
    Date, Decimal, GoodsReceivedNoteId, InventoryItemId, LocationId, LotId, ProductId, Unit, VendorId,
};
use serde::Deserialize;

use crate::Inventory;
use crate::feed::View;

/// Which deliveries and lots a subscriber wants; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeliveryFilter {
    /// From these vendors.
    pub(crate) vendors: Vec<VendorId>,
    /// At these locations.
    pub(crate) locations: Vec<LocationId>,
    /// Lots that come near their end are told of once they have no more days left than this.
    pub(crate) expiring_within_days: Option<i32>,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
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

const MATTERS: [(&str, Matter); 6] = [
    ("delivery.posted", Matter::Delivered),
    ("lot.expiring", Matter::LotExpiring),
    ("lot.expired", Matter::LotExpired),
    ("lot.quarantined", Matter::LotQuarantined),
    ("lot.recalled", Matter::LotRecalled),
    ("lot.released", Matter::LotReleased),
];

/// A delivery as its event tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Arrived {
    pub(crate) goods_received_note_id: GoodsReceivedNoteId,
    pub(crate) number: Option<String>,
    #[serde(default)]
    pub(crate) vendor_id: Option<VendorId>,
    #[serde(default)]
    pub(crate) location_id: Option<LocationId>,
    #[serde(default)]
    pub(crate) lines: Vec<ArrivedLine>,
}

/// One product of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArrivedLine {
    pub(crate) product_id: ProductId,
    pub(crate) quantity: Decimal,
    pub(crate) unit: Unit,
    pub(crate) lot: Option<String>,
    pub(crate) expiry: Option<Date>,
}

/// A lot as its event tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LotNews {
    pub(crate) lot_id: LotId,
    pub(crate) days_left: Option<i32>,
    #[serde(default)]
    pub(crate) vendor_id: Option<VendorId>,
    pub(crate) places: Vec<LotPlace>,
}

/// Where some of it lies.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LotPlace {
    pub(crate) item_id: InventoryItemId,
    pub(crate) location_id: LocationId,
    pub(crate) on_hand: Decimal,
}

/// What a message tells.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryNews {
    /// What it is about.
    pub(crate) matter: Matter,
    /// When it happened.
    pub(crate) at: DateTime<Utc>,
    /// The delivery, where it is about one.
    pub(crate) delivery: Option<Arrived>,
    /// The lot, where it is about one.
    pub(crate) lot: Option<LotNews>,
}

/// A subscriber's view of deliveries and lots.
#[derive(Debug)]
pub(crate) struct DeliveryView(pub(crate) DeliveryFilter);

impl View for DeliveryView {
    type Item = DeliveryNews;

    async fn read(&mut self, _app: &Inventory, event: &Envelope) -> Result<Option<DeliveryNews>> {
        let Some((_, matter)) = MATTERS.iter().find(|(kind, _)| *kind == event.kind) else { return Ok(None) };
        let (matter, at) = (*matter, event.occurred_at);
        let payload = event.payload.clone();
        let news = if matter == Matter::Delivered {
            let arrived: Arrived = serde_json::from_value(payload).map_err(Error::internal)?;
            let is_wanted = self.0.wants_delivery(&arrived);
            is_wanted.then_some(DeliveryNews { matter, at, delivery: Some(arrived), lot: None })
        } else {
            let lot: LotNews = serde_json::from_value(payload).map_err(Error::internal)?;
            let is_wanted = self.0.wants_lot(matter, &lot);
            is_wanted.then_some(DeliveryNews { matter, at, delivery: None, lot: Some(lot) })
        };
        Ok(news)
    }
}

impl DeliveryFilter {
    fn wants_delivery(&self, arrived: &Arrived) -> bool {
        self.is_from(arrived.vendor_id) && self.is_at(arrived.location_id.as_slice())
    }

    fn wants_lot(&self, matter: Matter, lot: &LotNews) -> bool {
        let places: Vec<LocationId> = lot.places.iter().map(|place| place.location_id).collect();
        let is_far = matter == Matter::LotExpiring
            && self.expiring_within_days.is_some_and(|most| lot.days_left.is_none_or(|left| left > most));
        self.is_from(lot.vendor_id) && self.is_at(&places) && !is_far
    }

    fn is_from(&self, vendor: Option<VendorId>) -> bool {
        self.vendors.is_empty() || vendor.is_some_and(|vendor| self.vendors.contains(&vendor))
    }

    fn is_at(&self, locations: &[LocationId]) -> bool {
        self.locations.is_empty() || locations.iter().any(|location| self.locations.contains(location))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(days_left: i32, places: &[LocationId], vendor_id: Option<VendorId>) -> LotNews {
        let place = |location: &LocationId| LotPlace {
            item_id: InventoryItemId::generate(),
            location_id: *location,
            on_hand: Decimal::ONE,
        };
        let places = places.iter().map(place).collect();
        LotNews { lot_id: LotId::generate(), days_left: Some(days_left), vendor_id, places }
    }

    #[test]
    fn a_lot_is_told_of_where_it_lies_and_when_it_is_near_enough() {
        let (here, there) = (LocationId::generate(), LocationId::generate());
        let near = DeliveryFilter { expiring_within_days: Some(3), ..DeliveryFilter::default() };
        assert!(near.wants_lot(Matter::LotExpiring, &lot(3, &[here], None)));
        assert!(!near.wants_lot(Matter::LotExpiring, &lot(7, &[here], None)));
        assert!(near.wants_lot(Matter::LotRecalled, &lot(7, &[here], None)));
        let at = DeliveryFilter { locations: vec![there], ..DeliveryFilter::default() };
        assert!(at.wants_lot(Matter::LotRecalled, &lot(7, &[here, there], None)));
        assert!(!at.wants_lot(Matter::LotRecalled, &lot(7, &[here], None)));
        let vendor = VendorId::generate();
        let from = DeliveryFilter { vendors: vec![vendor], ..DeliveryFilter::default() };
        assert!(from.wants_lot(Matter::LotExpired, &lot(0, &[], Some(vendor))));
        assert!(!from.wants_lot(Matter::LotExpired, &lot(0, &[], None)));
    }
}
