//! What moves where, decided by names and positions alone. Pure.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{CurrencyCode, Decimal, LocationId, ProductId, Unit};
use uuid::Uuid;

use crate::costing::CostMethod;
use crate::ledger::MovementReason;
use crate::location::LocationKind;

use crate::posting::{Action, EnteredCost, Line, LotChoice};

/// The first morning of the demo: 1 July 2026, 05:00 UTC.
const FIRST_MORNING: i64 = 1_782_882_000;

/// The instant all demo ids carry: 1 June 2026.
pub(super) const BASE_MILLIS: u64 = 1_780_272_000_000;

/// Days that are filled: July to September.
pub(super) const DAYS: usize = 92;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For tests: some 400 movements.
    S,
    /// For a demo: some 8,000.
    M,
    /// For load: a hundred times M.
    L,
}

/// Which house is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// The hotel group: two properties.
    Andaman,
    /// The small second tenant: one store.
    Lanna,
}

/// A product that is kept in stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProduct {
    /// Identity.
    pub id: ProductId,
    /// Its code.
    pub code: String,
    /// The unit stock counts in.
    pub base_unit: Unit,
    /// What a base unit costs about, in THB.
    pub base_price: Decimal,
    /// Whether it is kept by lots, with their dates.
    pub is_kept_by_lots: bool,
}

/// What a house is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'p> {
    /// Which house.
    pub house: House,
    /// How much.
    pub size: Size,
    /// Of what.
    pub products: &'p [DemoProduct],
}

/// A location of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: LocationKind,
    pub(super) currency: CurrencyCode,
    pub(super) cost_method: Option<CostMethod>,
}

const fn place(code: &'static str, name: &'static str, kind: LocationKind, currency: CurrencyCode) -> Place {
    Place { code, name, kind, currency, cost_method: None }
}

const ANDAMAN: [Place; 9] = [
    place("P1-STORE", "Resort main store", LocationKind::Inventory, CurrencyCode::THB),
    Place {
        cost_method: Some(CostMethod::Fifo),
        ..place("P1-COLD", "Resort cold room", LocationKind::Inventory, CurrencyCode::THB)
    },
    place("P1-KITCHEN", "Resort main kitchen", LocationKind::Production, CurrencyCode::THB),
    place("P1-BAR", "Beach bar", LocationKind::Production, CurrencyCode::THB),
    place("P1-BANQUET", "Banquets", LocationKind::Direct, CurrencyCode::THB),
    place("P2-STORE", "City hotel store", LocationKind::Inventory, CurrencyCode::SGD),
    place("P2-KITCHEN", "City hotel kitchen", LocationKind::Production, CurrencyCode::SGD),
    place("P2-BAR", "Lobby bar", LocationKind::Production, CurrencyCode::SGD),
    place("TRANSIT", "On the way between locations", LocationKind::Transit, CurrencyCode::THB),
];

const LANNA: [Place; 1] = [place("STORE", "Lanna store", LocationKind::Inventory, CurrencyCode::THB)];

/// What a Singapore dollar is worth in THB, for the second property's books.
const THB_PER_SGD: i32 = 26;

impl House {
    pub(super) fn places(self) -> &'static [Place] {
        match self {
            Self::Andaman => &ANDAMAN,
            Self::Lanna => &LANNA,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Andaman => "andaman",
            Self::Lanna => "lanna",
        }
    }
}

impl Plan<'_> {
    /// How many days' work [`seed`](super::seed) reports; for a progress bar.
    pub const STEPS: usize = DAYS;

    /// Documents of a day beside its deliveries, for this size.
    fn errands(&self) -> usize {
        match (self.house, self.size) {
            (House::Lanna, _) => 1,
            (House::Andaman, Size::S) => 2,
            (House::Andaman, Size::M) => 21,
            (House::Andaman, Size::L) => 2_100,
        }
    }
}

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
    plan: &'p Plan<'p>,
    on_hand: HashMap<(ProductId, LocationId), Decimal>,
    number: usize,
}

impl<'p> Calendar<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        Self { plan, on_hand: HashMap::new(), number: 0 }
    }

    /// The documents of one day, the first being day 0.
    pub(super) fn day(&mut self, day: usize) -> Vec<Planned> {
        let mut documents = Vec::new();
        if day == 0 {
            documents.extend(self.opening());
        }
        for errand in 0..self.plan.errands() {
            let at = morning(day) + TimeDelta::minutes(i64::try_from(errand % 600).unwrap_or(0));
            let document = match errand % 3 {
                0 => self.delivery(day, errand, at),
                1 => self.use_up(day, errand, at),
                _ => self.hand_over(day, errand, at),
            };
            documents.extend(document);
        }
        documents
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
                *self.on_hand.entry((product.id, location)).or_default() =
                    self.left(product, location, quantity);
                let action = Action::Issue { reason, reservation: None };
                lines.push(line(lines.len(), product, location, quantity, action));
                break;
            }
        }
        (!lines.is_empty()).then(|| self.document("USE", at, lines))
    }

    /// What a store handed to a kitchen or bar of its property: a tenth of what it has.
    fn hand_over(&mut self, day: usize, errand: usize, at: DateTime<Utc>) -> Option<Planned> {
        if self.plan.house == House::Lanna {
            return None;
        }
        let mut lines = Vec::new();
        for product in self.pick("handed", day, errand, 4) {
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
            let Some(quantity) = self.share(product, from, 10) else { continue };
            *self.on_hand.entry((product.id, from)).or_default() = self.left(product, from, quantity);
            self.add(product, to, quantity);
            lines.push(line(
                lines.len(),
                product,
                from,
                quantity,
                Action::Transfer { to, reservation: None },
            ));
        }
        (!lines.is_empty()).then(|| self.document("REQUISITION", at, lines))
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
    fn pick(&self, what: &str, day: usize, errand: usize, most: usize) -> Vec<&'p DemoProduct> {
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

    fn add(&mut self, product: &DemoProduct, location: LocationId, quantity: Decimal) {
        let known = self.on_hand.entry((product.id, location)).or_default();
        *known = known.checked_add(quantity).unwrap_or(*known);
    }

    fn left(&self, product: &DemoProduct, location: LocationId, quantity: Decimal) -> Decimal {
        let known = self.on_hand.get(&(product.id, location)).copied().unwrap_or_default();
        known.checked_sub(quantity).unwrap_or_default()
    }

    /// The `parts`th part of what lies there, in steps of the unit; nothing when that is too little.
    fn share(&self, product: &DemoProduct, location: LocationId, parts: i32) -> Option<Decimal> {
        let known = self.on_hand.get(&(product.id, location))?;
        let digits = product.base_unit.decimal_places().min(2);
        let share = known.checked_div(Decimal::from_whole(parts))?.round_to(digits)?;
        (share.is_positive() && share <= *known).then_some(share)
    }

    fn document(&mut self, kind: &str, at: DateTime<Utc>, lines: Vec<Line>) -> Planned {
        self.number += 1;
        Planned { reference: (kind.to_owned(), format!("DEMO-{kind}-{:06}", self.number)), at, lines }
    }
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

/// The places of a house that keep stock in its own currency.
pub fn store_ids(house: House) -> Vec<LocationId> {
    let keeps = |place: &&Place| place.kind == LocationKind::Inventory && place.currency == CurrencyCode::THB;
    house.places().iter().filter(keeps).map(|place| location_id(house, place.code)).collect()
}

/// The id of a demo location.
pub(super) fn location_id(house: House, code: &str) -> LocationId {
    LocationId::from_parts(BASE_MILLIS, entropy(&["location", house.name(), code]))
}

/// Five in the morning UTC, noon in Phuket.
pub(super) fn morning(day: usize) -> DateTime<Utc> {
    let first = DateTime::from_timestamp(FIRST_MORNING, 0).unwrap_or_default();
    first + TimeDelta::days(i64::try_from(day).unwrap_or(0))
}

/// A number below `bound` that depends on nothing but the words.
fn small(words: &[&str], bound: usize) -> i32 {
    i32::try_from(number(words) % bound).unwrap_or(0)
}

/// A number that depends on nothing but the words: the same in every run.
fn number(words: &[&str]) -> usize {
    let bytes = entropy(words);
    usize::try_from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).unwrap_or(0)
}

/// Bytes that depend on nothing but the words.
pub(super) fn entropy(words: &[&str]) -> [u8; 10] {
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, words.join("\u{0}").as_bytes());
    let mut entropy = [0; 10];
    entropy.copy_from_slice(&hash.as_bytes()[..10]);
    entropy
}
