//! What is done on paper: requisitions, transfers and counts, and how each of them ends. Pure.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Decimal, LocationId, ProductId};

use super::calendar::{Calendar, part};
use super::plan::{DAYS, DemoProduct, Size, morning, small};
use crate::posting::InBase;
use crate::stocktake::{CountMode, LINES_MAX};

/// A paper and everything that becomes of it.
#[derive(Debug)]
pub(super) enum Paper {
    Requisition(Requisition),
    Transfer(Transfer),
    Count(Count),
}

/// Somebody asks a store for something.
#[derive(Debug)]
pub(super) struct Requisition {
    pub(super) at: DateTime<Utc>,
    pub(super) from: LocationId,
    pub(super) to: LocationId,
    pub(super) lines: Vec<InBase>,
    pub(super) end: RequisitionEnd,
}

/// How a requisition ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequisitionEnd {
    /// It still waits for somebody to allow it.
    Submitted,
    /// It was not needed after all.
    Cancelled,
    /// Only the first line of it left the store, and the rest is settled.
    Short,
    /// All of it left the store.
    Closed,
}

/// Stock goes from one place to another, and is on its way for an hour.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) at: DateTime<Utc>,
    pub(super) from: LocationId,
    pub(super) to: LocationId,
    pub(super) line: InBase,
    pub(super) end: TransferEnd,
}

/// How a transfer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransferEnd {
    /// It is on its way.
    Shipped,
    /// So much of it arrived, and the rest never will.
    Short(Decimal),
    /// All of it arrived.
    Received,
}

/// People count.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) at: DateTime<Utc>,
    pub(super) location: LocationId,
    pub(super) mode: CountMode,
    /// Everything where there are none.
    pub(super) products: Vec<ProductId>,
    /// What was found where that is not what the books expected.
    pub(super) found: HashMap<ProductId, Decimal>,
}

/// The last days of July and August.
const MONTH_ENDS: [usize; 2] = [30, 61];
/// Products of a spot count.
const SPOT_PRODUCTS: usize = 8;

impl Calendar<'_> {
    /// A requisition, or once a day a transfer.
    pub(super) fn paper(&mut self, day: usize, errand: usize) -> Option<Paper> {
        let at = morning(day) + TimeDelta::hours(11) + TimeDelta::minutes(i64::try_from(errand).unwrap_or(0));
        if errand == 2 { self.transfer(day, at) } else { self.requisition(day, errand, at) }
    }

    /// What one store hands to one place; the rest of what was needed is for another day.
    fn requisition(&mut self, day: usize, errand: usize, at: DateTime<Utc>) -> Option<Paper> {
        let handed = self.handed(day, errand);
        let &(_, from, to, _) = handed.first()?;
        let kept: Vec<_> = handed.into_iter().filter(|handed| (handed.1, handed.2) == (from, to)).collect();
        let end = match small(&["requisition", &day.to_string(), &errand.to_string()], 100) {
            _ if day + 1 == DAYS => RequisitionEnd::Submitted,
            0..3 => RequisitionEnd::Cancelled,
            3..9 if kept.len() > 1 => RequisitionEnd::Short,
            _ => RequisitionEnd::Closed,
        };
        let leaving = match end {
            RequisitionEnd::Submitted | RequisitionEnd::Cancelled => 0,
            RequisitionEnd::Short => 1,
            RequisitionEnd::Closed => kept.len(),
        };
        for (product, _, _, quantity) in kept.iter().take(leaving) {
            self.take(product, from, *quantity);
            self.add(product, to, *quantity);
        }
        let lines = kept.into_iter().map(|(product, _, _, quantity)| portion(product, quantity)).collect();
        Some(Paper::Requisition(Requisition { at, from, to, lines, end }))
    }

    /// What the kitchen has too much of goes to the bar, or the other way round.
    fn transfer(&mut self, day: usize, at: DateTime<Utc>) -> Option<Paper> {
        let (kitchen, bar) = (self.location("P1-KITCHEN"), self.location("P1-BAR"));
        let chosen = self.plan.products.iter().cycle().skip(day * 31).take(self.plan.products.len());
        let (product, from, to, quantity) = chosen.into_iter().find_map(|product| {
            let from = [kitchen, bar].into_iter().find(|place| self.share(product, *place, 4).is_some())?;
            let to = if from == kitchen { bar } else { kitchen };
            Some((product, from, to, self.share(product, from, 4)?))
        })?;
        let half = part(product, quantity, 2).filter(|half| *half < quantity);
        let end = match (small(&["transfer", &day.to_string()], 15), half) {
            _ if day + 2 >= DAYS => TransferEnd::Shipped,
            (0, Some(half)) => TransferEnd::Short(half),
            _ => TransferEnd::Received,
        };
        self.take(product, from, quantity);
        match end {
            TransferEnd::Shipped => {}
            TransferEnd::Short(arrived) => self.add(product, to, arrived),
            TransferEnd::Received => self.add(product, to, quantity),
        }
        Some(Paper::Transfer(Transfer { at, from, to, line: portion(product, quantity), end }))
    }

    /// The store is counted at the end of a month, and a few things somewhere else every week.
    pub(super) fn counts(&mut self, day: usize) -> Vec<Paper> {
        let at = morning(day) + TimeDelta::hours(13);
        let mut counts = Vec::new();
        // A load keeps more than a sheet has lines.
        if MONTH_ENDS.contains(&day) && self.plan.products.len() <= LINES_MAX {
            let store = self.location("P1-STORE");
            let found = self.found(&self.plan.products.iter().collect::<Vec<_>>(), store, day);
            let (mode, products) = (CountMode::Frozen, Vec::new());
            counts.push(Paper::Count(Count { at, location: store, mode, products, found }));
        }
        let every = if self.plan.size == Size::S { 28 } else { 7 };
        let week = day / every;
        if day % every == every - 2 && week < 12 {
            let place = ["P1-COLD", "P1-KITCHEN", "P2-STORE", "P1-BAR"][week % 4];
            let location = self.location(place);
            let mode = if week.is_multiple_of(2) { CountMode::Blind } else { CountMode::Live };
            let lying = self.plan.products.iter().cycle().skip(day * 17).take(self.plan.products.len());
            let lying = lying.filter(|product| self.share(product, location, 1).is_some());
            let counted: Vec<&DemoProduct> = lying.take(SPOT_PRODUCTS).collect();
            if !counted.is_empty() {
                let found = self.found(&counted, location, day);
                let products = counted.iter().map(|product| product.id).collect();
                let at = at + TimeDelta::hours(1);
                counts.push(Paper::Count(Count { at, location, mode, products, found }));
            }
        }
        counts
    }

    /// Of one product in six a fortieth is missing.
    fn found(
        &mut self,
        products: &[&DemoProduct],
        location: LocationId,
        day: usize,
    ) -> HashMap<ProductId, Decimal> {
        let mut found = HashMap::new();
        for product in products {
            let differs = small(&["found", &product.code, &day.to_string()], 6) == 0;
            let Some(missing) = self.share(product, location, 40).filter(|_| differs) else { continue };
            self.take(product, location, missing);
            let left = self.on_hand.get(&(product.id, location)).copied().unwrap_or_default();
            found.insert(product.id, left);
        }
        found
    }
}

fn portion(product: &DemoProduct, quantity: Decimal) -> InBase {
    InBase { product: product.id, unit: product.base_unit, quantity }
}
