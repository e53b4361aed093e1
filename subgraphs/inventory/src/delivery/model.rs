//! A committed goods received note as procurement tells it, and the document it becomes. Pure.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use primitives::{
    CurrencyCode, Date, Decimal, GoodsReceivedNoteId, LocationId, PostingId, ProductId, Unit, UserId,
    VendorId,
};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Known, Tracking};
use crate::ledger::MovementReason;
use crate::posting::{Action, Document, EnteredCost, Heading, Line, LotChoice};

/// What the documents of this origin are called in the ledger.
pub(crate) const REFERENCE: &str = "GRN";

/// What was delivered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delivery {
    pub(super) goods_received_note_id: GoodsReceivedNoteId,
    pub(super) number: Option<String>,
    pub(super) location_id: LocationId,
    #[serde(default)]
    pub(super) vendor_id: Option<VendorId>,
    pub(super) lines: Vec<DeliveredLine>,
}

/// One product of it, in its base unit.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveredLine {
    pub(super) line_id: String,
    pub(super) product_id: ProductId,
    pub(super) quantity: Decimal,
    pub(super) unit: Unit,
    /// What is printed on it.
    pub(super) lot: Option<String>,
    /// The last day it is good.
    pub(super) expiry: Option<Date>,
    /// Whether the product is kept by lots, where that is told.
    pub(super) lot_tracked: Option<bool>,
    /// Whether the product is kept by its date, where that is told.
    pub(super) expiry_tracked: Option<bool>,
    /// What one base unit cost, in each currency in which that is known. Told on to nobody.
    #[serde(skip_serializing)]
    pub(super) unit_costs: Vec<Cost>,
}

/// A cost in a currency.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Cost {
    pub(super) amount: Decimal,
    pub(super) currency: CurrencyCode,
}

/// Why a delivery cannot be taken in, apart from what posting says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DeliveryRefused {
    /// No such place.
    #[error("the location is not known")]
    UnknownLocation,
    /// The place is valued in a currency that nobody gave a price in.
    #[error("the location is valued in {0}, and no cost is known in that currency")]
    OtherCurrency(CurrencyCode),
    /// The product is counted in another unit here.
    #[error("stock of a product is counted in {here}, not in {told}")]
    OtherUnit {
        /// The unit its stock is counted in.
        here: &'static str,
        /// The unit that was told.
        told: &'static str,
    },
}

impl Delivery {
    /// The base units that were told, one per product.
    pub(super) fn units(&self) -> HashMap<ProductId, Unit> {
        self.lines.iter().map(|line| (line.product_id, line.unit)).collect()
    }

    /// What it tells of its products. A label with a lot or a date is taken for a product that is kept by it, where nothing
    /// else is known.
    pub(super) fn products(&self) -> Vec<Known> {
        let mut products: BTreeMap<ProductId, Known> = BTreeMap::new();
        for line in &self.lines {
            let told = (
                line.lot_tracked.unwrap_or(line.lot.is_some()),
                line.expiry_tracked.unwrap_or(line.expiry.is_some()),
            );
            let (id, base_unit) = (line.product_id, line.unit);
            let fresh = Known { id, base_unit, tracking: Some(Tracking::default()), category: None };
            let known = products.entry(id).or_insert(fresh);
            if let Some(tracking) = &mut known.tracking {
                *tracking = Tracking { lot: tracking.lot || told.0, expiry: tracking.expiry || told.1 };
            }
        }
        products.into_values().collect()
    }

    /// The document that takes it in, at a place valued in `currency`.
    pub(super) fn into_document(
        self,
        currency: CurrencyCode,
        known: &HashMap<ProductId, Unit>,
        (posted_by, occurred_at, now): (UserId, DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Document, DeliveryRefused> {
        let vendor = self.vendor_id;
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.into_iter().enumerate() {
            if let Some(here) = known.get(&line.product_id).filter(|here| **here != line.unit) {
                return Err(DeliveryRefused::OtherUnit { here: here.code(), told: line.unit.code() });
            }
            let cost = line.unit_costs.iter().find(|cost| cost.currency == currency);
            let cost = cost.ok_or(DeliveryRefused::OtherCurrency(currency))?;
            let cost = Some(EnteredCost::Each { quantity: line.quantity, unit_cost: cost.amount });
            lines.push(Line {
                index,
                product: line.product_id,
                location: self.location_id,
                quantity: line.quantity,
                reference_line: Some(line.line_id),
                lot: LotChoice::told(line.lot, line.expiry, vendor),
                action: Action::Receive { reason: MovementReason::Purchase, cost },
            });
        }
        let heading = Heading {
            posting: PostingId::generate(),
            reference: Some((REFERENCE.to_owned(), self.goods_received_note_id.to_string())),
            note: self.number,
            occurred_at,
            posted_at: now,
            posted_by,
        };
        Ok(Document { heading, lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(product: ProductId) -> Delivery {
        let told = serde_json::json!({
            "goodsReceivedNoteId": GoodsReceivedNoteId::generate(), "number": "GRN-2026-001",
            "locationId": LocationId::generate(),
            "lines": [{ "lineId": "1", "productId": product, "quantity": "20", "unit": "kg",
                "unitCosts": [{ "amount": "1", "currency": "USD" }, { "amount": "36.5", "currency": "THB" }] }],
        });
        serde_json::from_value(told).unwrap()
    }

    fn document(
        known: &HashMap<ProductId, Unit>,
        currency: CurrencyCode,
        product: ProductId,
    ) -> Result<Document, DeliveryRefused> {
        let now = "2026-07-01T08:00:00Z".parse().unwrap();
        delivery(product).into_document(currency, known, (UserId::generate(), now, now))
    }

    #[test]
    fn the_cost_is_the_one_in_the_places_currency() {
        let product = ProductId::generate();
        let taken = document(&HashMap::new(), CurrencyCode::THB, product).unwrap();
        let Action::Receive { cost: Some(EnteredCost::Each { unit_cost, .. }), .. } = &taken.lines[0].action
        else {
            panic!("{taken:?}")
        };
        assert_eq!(*unit_cost, "36.5".parse().unwrap());
        let refused = document(&HashMap::new(), CurrencyCode::SGD, product).unwrap_err();
        assert_eq!(refused, DeliveryRefused::OtherCurrency(CurrencyCode::SGD));
    }

    #[test]
    fn stock_is_never_counted_in_two_units() {
        let product = ProductId::generate();
        let known = HashMap::from([(product, Unit::from_code("g").unwrap())]);
        let refused = document(&known, CurrencyCode::THB, product).unwrap_err();
        assert_eq!(refused, DeliveryRefused::OtherUnit { here: "g", told: "kg" });
    }
}
