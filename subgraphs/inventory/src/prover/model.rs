//! The recomputation itself, over plain facts. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use primitives::{Decimal, InventoryItemId, LocationId, LotId, PostingId, StockMovementId, TenantId};

use crate::stock::Policy;

/// What the prover found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tenants looked at.
    pub tenants: usize,
    /// Items recomputed.
    pub items: usize,
    /// Ledger lines replayed.
    pub movements: usize,
    /// Lines of transfers and counts compared with the ledger.
    pub document_lines: usize,
    /// Everything that does not follow from the ledger.
    pub violations: Vec<Violation>,
}

/// One balance that does not follow from the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Whose books; `None` where all were counted together.
    pub tenant: Option<TenantId>,
    /// Which item; `None` where the ledger as a whole is wrong.
    pub item: Option<InventoryItemId>,
    /// The rule that is broken.
    pub rule: &'static str,
    /// What the ledger says.
    pub expected: String,
    /// What the table says.
    pub found: String,
}

/// An item as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct ItemFacts {
    pub(super) id: InventoryItemId,
    pub(super) location: LocationId,
    pub(super) is_fifo: bool,
    pub(super) is_direct: bool,
    pub(super) allow_negative: bool,
    pub(super) on_hand: Decimal,
    pub(super) reserved: Decimal,
    pub(super) value: Decimal,
    pub(super) average_cost: Decimal,
    pub(super) is_kept_by_lots: bool,
    pub(super) on_hold: Decimal,
    pub(super) policy: Policy,
    pub(super) is_low: bool,
}

/// A ledger line as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct MovementFacts {
    pub(super) seq: i64,
    pub(super) item: InventoryItemId,
    pub(super) posting: PostingId,
    pub(super) is_transfer: bool,
    pub(super) quantity: Decimal,
    pub(super) value: Decimal,
    pub(super) on_hand_after: Decimal,
    pub(super) value_after: Decimal,
}

/// What belongs to an item outside its row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holdings {
    pub(super) layer_quantity: i128,
    pub(super) layer_value: i128,
    pub(super) reserved: i128,
    /// What lies in its lots.
    pub(super) in_lots: i128,
    /// What of it lies in lots that are not OK.
    pub(super) in_held_lots: i128,
}

/// Everything the prover reads of one tenant.
#[derive(Clone, Debug)]
pub(super) struct Books {
    pub(super) ledger_head: i64,
    /// How many balances each location is said to have.
    pub(super) counted: BTreeMap<LocationId, i64>,
    pub(super) items: Vec<ItemFacts>,
    pub(super) holdings: BTreeMap<InventoryItemId, Holdings>,
    /// Of each lot at each item: what lies there, and what the ledger moved of it.
    pub(super) lots: BTreeMap<(InventoryItemId, LotId), (i128, i128)>,
    /// Ledger lines whose lots do not add up to what they moved.
    pub(super) torn_movements: Vec<(StockMovementId, InventoryItemId)>,
}

/// The ledger replayed so far.
#[derive(Debug)]
pub(super) struct Replay {
    tenant: TenantId,
    last_seq: i64,
    balances: BTreeMap<InventoryItemId, (i128, i128)>,
    /// Sums of the transfer legs per posting: they must cancel out.
    transfers: BTreeMap<PostingId, (i128, i128)>,
    violations: Vec<Violation>,
    movements: usize,
}

impl Replay {
    pub(super) fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            last_seq: 0,
            balances: BTreeMap::new(),
            transfers: BTreeMap::new(),
            violations: Vec::new(),
            movements: 0,
        }
    }

    /// The number of the last line replayed.
    pub(super) fn last_seq(&self) -> i64 {
        self.last_seq
    }

    /// Replays one line; lines come in ledger order.
    pub(super) fn add(&mut self, movement: &MovementFacts) {
        self.movements += 1;
        if movement.seq != self.last_seq + 1 {
            let expected = (self.last_seq + 1).to_string();
            self.tell(None, "the ledger has no gaps", expected, movement.seq.to_string());
        }
        self.last_seq = movement.seq;
        let (quantity, value) = (raw(movement.quantity), raw(movement.value));
        let balance = self.balances.entry(movement.item).or_default();
        *balance = (balance.0 + quantity, balance.1 + value);
        let balance = *balance;
        if balance != (raw(movement.on_hand_after), raw(movement.value_after)) {
            let found = pair(movement.on_hand_after, movement.value_after);
            let rule = "a ledger line ends in the running balance";
            self.tell(Some(movement.item), rule, show(balance), found);
        }
        if movement.is_transfer {
            let legs = self.transfers.entry(movement.posting).or_default();
            *legs = (legs.0 + quantity, legs.1 + value);
            // Only what does not cancel out is worth remembering to the end of a long ledger.
            if *legs == (0, 0) {
                self.transfers.remove(&movement.posting);
            }
        }
    }

    /// Compares the replayed ledger with what the tables say.
    pub(super) fn compare(mut self, books: &Books, report: &mut Report) {
        if books.ledger_head != self.last_seq {
            let (expected, found) = (self.last_seq.to_string(), books.ledger_head.to_string());
            self.tell(None, "the counter stands at the last line", expected, found);
        }
        for (posting, legs) in std::mem::take(&mut self.transfers) {
            let rule = "the legs of a transfer cancel out";
            self.tell(None, rule, show((0, 0)), format!("{} in posting {posting}", show(legs)));
        }
        for item in &books.items {
            self.compare_item(item, books.holdings.get(&item.id).copied().unwrap_or_default());
        }
        self.compare_counts(books);
        self.compare_lots(books);
        report.tenants += 1;
        report.items += books.items.len();
        report.movements += self.movements;
        report.violations.append(&mut self.violations);
    }

    fn compare_item(&mut self, item: &ItemFacts, holdings: Holdings) {
        let ledger = self.balances.get(&item.id).copied().unwrap_or_default();
        let id = Some(item.id);
        if ledger.0 != raw(item.on_hand) {
            self.tell(id, "on hand is the sum of the movements", amount(ledger.0), item.on_hand.to_string());
        }
        if ledger.1 != raw(item.value) {
            self.tell(id, "value is the sum of the movements", amount(ledger.1), item.value.to_string());
        }
        if holdings.reserved != raw(item.reserved) {
            let rule = "reserved is the sum of the active reservations";
            self.tell(id, rule, amount(holdings.reserved), item.reserved.to_string());
        }
        let layers = (holdings.layer_quantity, holdings.layer_value);
        let held = if item.is_fifo { (ledger.0.max(0), ledger.1.max(0)) } else { (0, 0) };
        if layers != held {
            self.tell(id, "layers add up to the balance", show(held), show(layers));
        }
        if !item.allow_negative && raw(item.on_hand) < raw(item.reserved).max(0) {
            let rule = "on hand covers what is reserved";
            self.tell(id, rule, format!("at least {}", item.reserved), item.on_hand.to_string());
        }
        if item.is_direct && item.on_hand != Decimal::ZERO {
            self.tell(id, "a direct location holds nothing", amount(0), item.on_hand.to_string());
        }
        let in_lots = if item.is_kept_by_lots { ledger.0 } else { 0 };
        if holdings.in_lots != in_lots {
            self.tell(id, "lots add up to what is on hand", amount(in_lots), amount(holdings.in_lots));
        }
        if holdings.in_held_lots != raw(item.on_hold) {
            let rule = "on hold is what lies in lots that are not OK";
            self.tell(id, rule, amount(holdings.in_held_lots), item.on_hold.to_string());
        }
        let available = Decimal::from_raw(item.on_hand.raw() - item.reserved.raw() - item.on_hold.raw());
        if item.policy.is_low_after(item.is_low, available) != item.is_low {
            let rule = "an item is low from its reorder point until 5 % above it";
            let expected = if item.is_low { "not low" } else { "low" };
            self.tell(id, rule, expected.to_owned(), format!("{available} available"));
        }
        self.compare_average(item, ledger);
    }

    fn compare_counts(&mut self, books: &Books) {
        let mut there: BTreeMap<LocationId, i64> = BTreeMap::new();
        for item in &books.items {
            *there.entry(item.location).or_default() += 1;
        }
        let all: BTreeSet<&LocationId> = there.keys().chain(books.counted.keys()).collect();
        for location in all {
            let of = |side: &BTreeMap<LocationId, i64>| side.get(location).copied().unwrap_or_default();
            let (there, counted) = (of(&there), of(&books.counted));
            if there != counted {
                let rule = "a location's balances are counted";
                self.tell(None, rule, there.to_string(), format!("{counted} at {location}"));
            }
        }
    }

    fn compare_lots(&mut self, books: &Books) {
        for ((item, lot), (lying, moved)) in &books.lots {
            if lying != moved {
                let rule = "what lies of a lot is what was moved of it";
                self.tell(Some(*item), rule, amount(*moved), format!("{} of lot {lot}", amount(*lying)));
            }
        }
        for (movement, item) in &books.torn_movements {
            let rule = "a movement's lots add up to its quantity";
            self.tell(Some(*item), rule, "the same sum".to_owned(), format!("movement {movement}"));
        }
    }

    fn compare_average(&mut self, item: &ItemFacts, ledger: (i128, i128)) {
        if ledger.0 <= 0 {
            return;
        }
        let average = (ledger.1 * 100_000 + ledger.0 / 2) / ledger.0;
        if average != raw(item.average_cost) {
            let rule = "average cost is value divided by on hand";
            self.tell(Some(item.id), rule, amount(average), item.average_cost.to_string());
        }
    }

    fn tell(&mut self, item: Option<InventoryItemId>, rule: &'static str, expected: String, found: String) {
        self.violations.push(Violation { tenant: Some(self.tenant), item, rule, expected, found });
    }
}

impl Report {
    /// Whether every balance follows from the ledger.
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tenants, items, movements, document_lines, violations } = self;
        write!(
            out,
            "inventory: {tenants} tenants, {items} items, {movements} movements, {document_lines} document lines: "
        )?;
        if violations.is_empty() {
            return write!(out, "every balance follows from the ledger");
        }
        write!(out, "{} violations", violations.len())?;
        for violation in violations {
            write!(out, "\n  {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenant {
            Some(tenant) => write!(out, "tenant {tenant}")?,
            None => write!(out, "all tenants")?,
        }
        if let Some(item) = self.item {
            write!(out, ", item {item}")?;
        }
        write!(out, ": {}: expected {}, found {}", self.rule, self.expected, self.found)
    }
}

pub(super) fn raw(value: Decimal) -> i128 {
    i128::from(value.raw())
}

/// A sum of raw steps as a number with up to five places.
pub(super) fn amount(raw: i128) -> String {
    i64::try_from(raw).map_or_else(|_| format!("{raw}e-5"), |raw| Decimal::from_raw(raw).to_string())
}

fn show((quantity, value): (i128, i128)) -> String {
    format!("{} worth {}", amount(quantity), amount(value))
}

fn pair(quantity: Decimal, value: Decimal) -> String {
    show((raw(quantity), raw(value)))
}
