//! What a posting does to lots: which ones leave, which one comes in, and what of a shelf is on hold.

use chassis::house;
use primitives::{Date, Decimal, InventoryItemId, LotId};

use super::{Book, Step};
use crate::event::StockChanged;
use crate::ledger::MovementReason;
use crate::location::LocationKind;
use crate::lot::{LotStatus, Part, Picking, Unpickable};
use crate::posting::lot::{LotManner, Lots, taken};
use crate::posting::model::{Action, Heading, StockRefused};
use crate::stock::Short;

impl Book {
    /// The same book, knowing these lots. An empty item takes over how its product is kept by now.
    #[must_use]
    pub(crate) fn with_lots(mut self, lots: Lots) -> Self {
        for item in self.items.values_mut().filter(|item| item.holding.on_hand.is_zero()) {
            if let Some(tracking) = lots.tracking.get(&item.product) {
                item.shelf.is_kept = tracking.is_kept();
            }
        }
        self.loaded_parts = self
            .items
            .values()
            .flat_map(|item| item.shelf.parts.iter().map(|part| ((item.id, part.lot), part.quantity)))
            .collect();
        self.lots = lots;
        self
    }

    /// The parts of shelves that differ from what was loaded, in a stable order.
    pub(crate) fn changed_parts(&self) -> Vec<(InventoryItemId, Part)> {
        let parts = self.items.values().flat_map(|item| item.shelf.parts.iter().map(|part| (item.id, *part)));
        parts
            .filter(|(item, part)| self.loaded_parts.get(&(*item, part.lot)) != Some(&part.quantity))
            .collect()
    }

    /// Gives a lot another status: what lies of it is available no longer, or again.
    pub(crate) fn change_lot(&mut self, lot: LotId, status: LotStatus, heading: &Heading) {
        let Some(known) = self.lots.by_id.get_mut(&lot) else { return };
        known.status = status;
        let ids: Vec<InventoryItemId> = self.items.keys().copied().collect();
        for id in ids {
            let before = self.item(id).clone();
            let on_hold = before.shelf.held(&self.lots.by_id);
            if on_hold == before.on_hold {
                continue;
            }
            self.item_mut(id).on_hold = on_hold;
            let change = StockChanged::by_hold(&before, self.item(id), heading.occurred_at);
            self.decided.changes.push(change);
        }
    }

    /// Makes sure that as much may leave, of which `promised` is held for the line, and answers which lots leave; none where
    /// the item is not kept by lots.
    pub(super) fn pick(
        &self,
        step: Step<'_>,
        (quantity, promised): (Decimal, Decimal),
    ) -> Result<Vec<Part>, StockRefused> {
        let (line, item) = (step.line, self.item(step.item));
        let picking = self.picking(step);
        if !item.shelf.is_kept {
            item.require(quantity, promised)?;
            let is_wrong = line.lot.manner == LotManner::Strict && line.lot.number.is_some();
            return if is_wrong { Err(StockRefused::NotKeptByLots) } else { Ok(Vec::new()) };
        }
        let named = match line.lot.manner {
            LotManner::Found => None,
            _ => self.lots.named(item.product, &line.lot)?.map(|lot| lot.id),
        };
        let picked = item.shelf.pick(&self.lots.by_id, (quantity, named), picking);
        if picked == Err(Unpickable::Unusable) {
            return Err(StockRefused::LotUnusable);
        }
        match picking {
            Picking::Usable(_) => item.require(quantity, promised)?,
            Picking::Any => item.require_any(quantity)?,
        }
        picked.map_err(|unpickable| match unpickable {
            Unpickable::Unusable => StockRefused::LotUnusable,
            Unpickable::Short(available) => Short { available, requested: quantity }.into(),
        })
    }

    /// Which lots may leave with a line.
    fn picking(&self, step: Step<'_>) -> Picking {
        let is_on_its_way = self
            .locations
            .get(&step.line.location)
            .is_some_and(|location| location.kind == LocationKind::Transit);
        let takes_any = match step.line.action {
            Action::Adjust { .. } => true,
            // A person may move to another place whatever he names.
            Action::Transfer { .. } => is_on_its_way || step.line.lot.number.is_some(),
            _ => step.reason == MovementReason::ReturnToVendor,
        };
        if takes_any { Picking::Any } else { Picking::Usable(day_of(step.heading)) }
    }

    /// The lot that comes in with a line; none where the item is not kept by lots.
    pub(super) fn bring(&self, step: Step<'_>, quantity: Decimal) -> Result<Vec<Part>, StockRefused> {
        let (line, item) = (step.line, self.item(step.item));
        let names_lot = line.lot.number.is_some() || line.lot.expiry.is_some();
        if !item.shelf.is_kept {
            let is_strict = line.lot.manner == LotManner::Strict;
            return if is_strict && names_lot { Err(StockRefused::NotKeptByLots) } else { Ok(Vec::new()) };
        }
        let must_be_good = matches!(line.action, Action::Receive { .. });
        let lot = self.lots.incoming(item.product, &line.lot, (day_of(step.heading), must_be_good))?;
        Ok(vec![Part { lot, quantity }])
    }

    /// Moves parts onto an item's shelf.
    pub(super) fn put(&mut self, id: InventoryItemId, parts: &[Part]) {
        if !self.item(id).shelf.is_kept || parts.is_empty() {
            return;
        }
        for part in parts {
            self.item_mut(id).shelf.add(*part);
        }
        let on_hold = self.item(id).shelf.held(&self.lots.by_id);
        self.item_mut(id).on_hold = on_hold;
    }

    /// Takes parts from an item's shelf.
    pub(super) fn take(&mut self, id: InventoryItemId, parts: &[Part]) {
        let taken: Vec<Part> = taken(parts).collect();
        self.put(id, &taken);
    }
}

/// The day a document is about.
fn day_of(heading: &Heading) -> Date {
    house::day(heading.occurred_at)
}
