//! The lot that a document line names, and what a posting knows about lots. Pure.

use std::collections::{BTreeMap, HashMap};

use primitives::{Date, LotId, ProductId, VendorId};
use serde::Serialize;

use super::model::StockRefused;
use crate::catalogue::Tracking;
use crate::lot::{Lot, Part};

/// The lot a line names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LotChoice {
    /// Its number.
    pub(crate) number: Option<String>,
    /// The last day it is good, where it comes in.
    pub(crate) expiry: Option<Date>,
    /// Who brings it, where that is known.
    pub(crate) vendor: Option<VendorId>,
    /// What to do where the product is not kept by lots, or the lot is new.
    pub(crate) manner: LotManner,
}

/// How much whoever names a lot knows about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) enum LotManner {
    /// A person names it: a product that is not kept by lots has none.
    #[default]
    Strict,
    /// A document tells what was written on the label: of no interest where the product is not kept by lots.
    Told,
    /// Nobody knows the lot of what was found: it comes into one of its own, held until somebody has looked at it.
    Found,
}

impl LotChoice {
    /// What a document of another service tells.
    pub(crate) fn told(number: Option<String>, expiry: Option<Date>, vendor: Option<VendorId>) -> Self {
        Self { number, expiry, vendor, manner: LotManner::Told }
    }

    /// What turned up without a label is known by the document that found it.
    pub(crate) fn found(number: &str) -> Self {
        Self { number: Some(number.to_owned()), expiry: None, vendor: None, manner: LotManner::Found }
    }

    /// The number it goes by: where only the date is followed, lots are known by it.
    pub(crate) fn effective_number(&self, tracking: Tracking) -> Option<String> {
        let by_date = self.expiry.filter(|_| !tracking.lot).map(|day| day.to_string());
        self.number.clone().filter(|number| !number.trim().is_empty()).or(by_date)
    }
}

/// What a posting knows about lots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lots {
    /// Those on the shelves, and those that lines name.
    pub(crate) by_id: BTreeMap<LotId, Lot>,
    /// How products are kept.
    pub(crate) tracking: HashMap<ProductId, Tracking>,
    by_number: HashMap<(ProductId, String), LotId>,
}

impl Lots {
    /// What is known of these lots and of how products are kept.
    pub(crate) fn new(by_id: BTreeMap<LotId, Lot>, tracking: HashMap<ProductId, Tracking>) -> Self {
        let by_number = by_id.values().map(|lot| ((lot.product, lot.number.clone()), lot.id)).collect();
        Self { by_id, tracking, by_number }
    }

    /// How a product is kept.
    pub(crate) fn tracking(&self, product: ProductId) -> Tracking {
        self.tracking.get(&product).copied().unwrap_or_default()
    }

    /// The lot that a line names, if it names one.
    pub(crate) fn named(&self, product: ProductId, choice: &LotChoice) -> Result<Option<&Lot>, StockRefused> {
        let Some(number) = choice.effective_number(self.tracking(product)) else { return Ok(None) };
        let known = self.by_number.get(&(product, number)).and_then(|id| self.by_id.get(id));
        known.map(Some).ok_or(StockRefused::UnknownLot)
    }

    /// The lot that comes in with a line, on a day. `must_be_good` refuses what is past its date already.
    pub(crate) fn incoming(
        &self,
        product: ProductId,
        choice: &LotChoice,
        (day, must_be_good): (Date, bool),
    ) -> Result<LotId, StockRefused> {
        let lot = self.named(product, choice)?.ok_or(StockRefused::LotMissing)?;
        if choice.expiry.is_some() && choice.expiry != lot.expiry {
            let known = lot.expiry.map_or_else(|| "no date".to_owned(), |day| day.to_string());
            return Err(StockRefused::OtherExpiry { known });
        }
        let needs_expiry = self.tracking(product).expiry && choice.manner != LotManner::Found;
        if needs_expiry && lot.expiry.is_none() {
            return Err(StockRefused::ExpiryMissing);
        }
        if must_be_good && lot.is_over_on(day) {
            return Err(StockRefused::LotOver);
        }
        Ok(lot.id)
    }
}

/// The same parts, taken instead of put.
pub(super) fn taken(parts: &[Part]) -> impl Iterator<Item = Part> + '_ {
    parts
        .iter()
        .map(|part| Part { lot: part.lot, quantity: primitives::Decimal::from_raw(-part.quantity.raw()) })
}
