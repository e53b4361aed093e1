//! The days of the demo, one after another. Pure.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Decimal, LocationId, ProductId};

use super::papers::Paper;
use super::plan::{DemoProduct, House, Plan, Size, THB_PER_SGD, location_id, morning, number, small};
use crate::ledger::MovementReason;
use crate::posting::{Action, EnteredCost, Line, LotChoice};

/// Errands of a day whose handing over is written on paper. A load has far more of them: those are only posted.
const ON_PAPER: usize = 21;

/// A document of the demo, without its heading.
#[derive(Debug)]
pub(super) struct Planned {
    /// The causing document: kind and number.
    pub(super) reference: (String, String),
    pub(super) at: DateTime<Utc>,
    pub(super) lines: Vec<Line>,
}

/// Lays out the days one after another, knowing what lies where so that nothing is issued that is not there.
#[derive(Debug)]
pub(super) struct Calendar<'p> {
    pub(super) plan: &'p Plan<'p>,
    pub(super) on_hand: HashMap<(ProductId, LocationId), Decimal>,
    number: usize,
}

impl<'p> Calendar<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        Self { plan, on_hand: HashMap::new(), number: 0 }
    }

    /// What happens on one day, the first being day 0: what is only posted, and then what is done on paper.
    pub(super) fn day(&mut self, day: usize) -> (Vec<Planned>, Vec<Paper>) {
        let (mut documents, mut papers) = (Vec::new(), Vec::new());
        if day == 0 {
            documents.extend(self.opening());
        }
        for errand in (0..self.plan.errands()).filter(|errand| errand % 3 != 2 || *errand >= ON_PAPER) {
            let at = morning(day) + TimeDelta::minutes(i64::try_from(errand % 600).unwrap_or(0));
            let document = match errand % 3 {
                0 => self.delivery(day, errand, at),
                1 => self.use_up(day, errand, at),
                _ => self.hand_over(day, errand, at),
            };
            documents.extend(document);
        }
        if self.plan.house == House::Andaman {
            for errand in self.on_paper(day) {
                papers.extend(self.paper(day, errand));
            }
            papers.extend(self.counts(day));
        }
        (documents, papers)
    }

    /// The errands of a day that are done on paper. The small house of the tests has one every other day.
    fn on_paper(&self, day: usize) -> Vec<usize> {
        match (self.plan.size, day % 4) {
            (Size::S, 0) => vec![5],
            (Size::S, 2) => vec![2],
            (Size::S, _) => Vec::new(),
            _ => (2..self.plan.errands().min(ON_PAPER)).step_by(3).collect(),
        }
    }

    /// The first filling of the stores: everything once, a third of it in the second property too.
    fn opening(&mut self) -> Vec<Planned> {
        let mut by_store: HashMap<LocationId, (usize, Vec<Line>)> = HashMap::new();
        let mut documents = Vec::new();
        for (position, product) in self.plan.products.iter().enumerate() {
            let mut stores = vec![self.store_of(product)];
            if self.plan.house == House::Andaman && position % 3 == 0 {
                stores.push("P2-STORE");
            }
            for store in stores {
                let place = self.location(store);
                let (_, lines) = by_store.entry(place).or_insert((0, Vec::new()));
                let quantity = Decimal::from_whole(40 + small(&["opening", &product.code, store], 160));
                let line =
                    self.receive(product, store, quantity, MovementReason::OpeningBalance, lines.len());
                lines.push(line);
                if lines.len() == 400 {
                    let lines = std::mem::take(lines);
                    documents.push(self.document("OPENING", morning(0) - TimeDelta::hours(2), lines));
                }
            }
        }
        let mut rest: Vec<(LocationId, Vec<Line>)> =
            by_store.into_iter().map(|(place, (_, lines))| (place, lines)).collect();
        rest.sort_by_key(|(place, _)| *place);
        for (_, lines) in rest.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            documents.push(self.document("OPENING", morning(0) - TimeDelta::hours(2), lines));
        }
        documents
    }

    /// A delivery to a store: up to six products at about their usual price.
    fn delivery(&mut self, day: usize, errand: usize, at: DateTime<Utc>) -> Option<Planned> {
        let mut lines = Vec::new();
        for product in self.pick("delivery", day, errand, 6) {
            let store = self.store_of(product);
            let second = self.plan.house == House::Andaman && day % 4 == 3;
            let store = if second { "P2-STORE" } else { store };
            let quantity =
                Decimal::from_whole(5 + small(&["delivered", &product.code, &day.to_string()], 60));
            lines.push(self.receive(product, store, quantity, MovementReason::Purchase, lines.len()));
        }
        (!lines.is_empty()).then(|| self.document("GRN", at, lines))
    }

    /// What kitchens and bars used: a fifth of what a place has, at most.
    fn use_up(&mut self, day: usize, errand: usize, at: DateTime<Utc>) -> Option<Planned> {
        let mut lines = Vec::new();
        for product in self.pick("used", day, errand, 5) {
            let wasted = small(&["wasted", &product.code, &day.to_string()], 30) == 0;
            let reason = if wasted { MovementReason::Waste } else { MovementReason::Consumption };
            for place in self.users() {
                let location = self.location(place);
                let Some(quantity) = self.share(product, location, 5) else { continue };
                self.take(product, location, quantity);
                let action = Action::Issue { reason, reservation: None };
                lines.push(line(lines.len(), product, location, quantity, action));
                break;
            }
        }
        (!lines.is_empty()).then(|| self.document("USE", at, lines))
    }

    /// What a store handed to a kitchen or bar of its property without a word.
    fn hand_over(&mut self, day: usize, errand: usize, at: DateTime<Utc>) -> Option<Planned> {
        if self.plan.house == House::Lanna {
            return None;
        }
        let mut lines = Vec::new();
        for (product, from, to, quantity) in self.handed(day, errand) {
            self.take(product, from, quantity);
            self.add(product, to, quantity);
            let action = Action::Transfer { to, reservation: None };
            lines.push(line(lines.len(), product, from, quantity, action));
        }
        (!lines.is_empty()).then(|| self.document("REQUISITION", at, lines))
    }

    /// Up to four products that a store hands to a kitchen or bar of its property: a tenth of what it has.
    pub(super) fn handed(
        &self,
        day: usize,
        errand: usize,
    ) -> Vec<(&'p DemoProduct, LocationId, LocationId, Decimal)> {
        let handed = self.pick("handed", day, errand, 4).into_iter().filter_map(|product| {
            let second =
                errand.is_multiple_of(2) && self.share(product, self.location("P2-STORE"), 10).is_some();
            let from = if second { "P2-STORE" } else { self.store_of(product) };
            let drinks = small(&["drinks", &product.code[..product.code.len().min(4)]], 3) == 0;
            let to = match (second, drinks) {
                (false, false) => "P1-KITCHEN",
                (false, true) => "P1-BAR",
                (true, false) => "P2-KITCHEN",
                (true, true) => "P2-BAR",
            };
            let (from, to) = (self.location(from), self.location(to));
            Some((product, from, to, self.share(product, from, 10)?))
        });
        handed.collect()
    }

    fn receive(
        &mut self,
        product: &DemoProduct,
        place: &'static str,
        quantity: Decimal,
        reason: MovementReason,
        index: usize,
    ) -> Line {
        let location = self.location(place);
        self.add(product, location, quantity);
        let drift = 950 + small(&["cost", &product.code, &self.number.to_string()], 100);
        let cost = product.base_price.checked_ratio(Decimal::from_whole(drift), Decimal::from_whole(1_000));
        let cost = cost.unwrap_or(product.base_price);
        let unit_cost = if place.starts_with("P2") {
            cost.checked_div(Decimal::from_whole(THB_PER_SGD)).unwrap_or(cost)
        } else {
            cost
        };
        let cost = Some(EnteredCost::Each { quantity, unit_cost });
        let lot = if product.is_kept_by_lots { self.lot(product) } else { LotChoice::default() };
        Line { lot, ..line(index, product, location, quantity, Action::Receive { reason, cost }) }
    }

    /// A lot of its own for every document. The demo's days are fixed and the clock of whoever looks at it is not, so its goods
    /// are good for longer than their labels would say.
    fn lot(&self, product: &DemoProduct) -> LotChoice {
        let number = format!("L{:05}-{}", self.number + 1, product.code);
        let kept = 1_500 + small(&["kept", &number], 1_500);
        let expiry = morning(0).date_naive() + TimeDelta::days(i64::from(kept));
        LotChoice::told(Some(number), Some(expiry.into()), None)
    }

    /// Different products of one document, always the same ones for the same day and errand.
    pub(super) fn pick(&self, what: &str, day: usize, errand: usize, most: usize) -> Vec<&'p DemoProduct> {
        let count = self.plan.products.len();
        if count == 0 {
            return Vec::new();
        }
        let start = number(&[what, &day.to_string(), &errand.to_string()]);
        let wanted = 1 + start % most;
        let mut picked: Vec<&'p DemoProduct> = Vec::new();
        for turn in 0..wanted {
            let product = &self.plan.products[(start + turn * 37) % count];
            if !picked.iter().any(|known| known.id == product.id) {
                picked.push(product);
            }
        }
        picked
    }

    /// Where the main property keeps a product: what spoils lies cold.
    fn store_of(&self, product: &DemoProduct) -> &'static str {
        match self.plan.house {
            House::Lanna => "STORE",
            House::Andaman if small(&["cold", &product.code[..product.code.len().min(4)]], 3) == 0 => {
                "P1-COLD"
            }
            House::Andaman => "P1-STORE",
        }
    }

    /// Who uses stock up, in the order in which they are looked at.
    fn users(&self) -> &'static [&'static str] {
        match self.plan.house {
            House::Lanna => &["STORE"],
            House::Andaman => &["P1-KITCHEN", "P1-BAR", "P2-KITCHEN", "P2-BAR", "P1-STORE", "P1-COLD"],
        }
    }

    pub(super) fn location(&self, code: &str) -> LocationId {
        location_id(self.plan.house, code)
    }

    pub(super) fn add(&mut self, product: &DemoProduct, location: LocationId, quantity: Decimal) {
        let known = self.on_hand.entry((product.id, location)).or_default();
        *known = known.checked_add(quantity).unwrap_or(*known);
    }

    pub(super) fn take(&mut self, product: &DemoProduct, location: LocationId, quantity: Decimal) {
        let known = self.on_hand.entry((product.id, location)).or_default();
        *known = known.checked_sub(quantity).unwrap_or_default();
    }

    /// The `parts`th part of what lies there, in steps of the unit; nothing when that is too little.
    pub(super) fn share(&self, product: &DemoProduct, location: LocationId, parts: i32) -> Option<Decimal> {
        part(product, *self.on_hand.get(&(product.id, location))?, parts)
    }

    fn document(&mut self, kind: &str, at: DateTime<Utc>, lines: Vec<Line>) -> Planned {
        self.number += 1;
        Planned { reference: (kind.to_owned(), format!("DEMO-{kind}-{:06}", self.number)), at, lines }
    }
}

/// The `parts`th part of a quantity, in steps of the unit; nothing when that is too little.
pub(super) fn part(product: &DemoProduct, whole: Decimal, parts: i32) -> Option<Decimal> {
    let digits = product.base_unit.decimal_places().min(2);
    let part = whole.checked_div(Decimal::from_whole(parts))?.round_to(digits)?;
    (part.is_positive() && part <= whole).then_some(part)
}

fn line(
    index: usize,
    product: &DemoProduct,
    location: LocationId,
    quantity: Decimal,
    action: Action,
) -> Line {
    Line {
        index,
        product: product.id,
        location,
        quantity,
        reference_line: Some(format!("{}", index + 1)),
        lot: LotChoice::default(),
        action,
    }
}
