//! Which lots leave when something leaves: first expired, first out, or the one that was asked for. Pure.

use std::collections::BTreeMap;

use primitives::{Date, Decimal, LotId};

use super::{Lot, LotStatus};

/// So much of one lot at one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Which lot.
    pub(crate) lot: LotId,
    /// How much of it.
    pub(crate) quantity: Decimal,
}

/// What lies at an item, lot by lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shelf {
    /// Whether the item is kept by lots at all.
    pub(crate) is_kept: bool,
    /// Its lots; loaded only where a posting may take from them.
    pub(crate) parts: Vec<Part>,
}

/// Which lots may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picking {
    /// Those that may be used on a day: what guests eat.
    Usable(Date),
    /// All of them: what is written off, sent back or already on its way.
    Any,
}

/// Why nothing can be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unpickable {
    /// There is not as much; this is what there is.
    Short(Decimal),
    /// The lot that was asked for may not be used.
    Unusable,
}

impl Picking {
    fn allows(self, lot: &Lot) -> bool {
        match self {
            Self::Usable(day) => lot.is_usable_on(day),
            Self::Any => true,
        }
    }
}

impl Shelf {
    /// Chooses `wanted` units: of one lot where one is named, otherwise what expires first.
    pub(crate) fn pick(
        &self,
        lots: &BTreeMap<LotId, Lot>,
        (wanted, named): (Decimal, Option<LotId>),
        picking: Picking,
    ) -> Result<Vec<Part>, Unpickable> {
        let mut open: Vec<(&Lot, Decimal)> = self
            .parts
            .iter()
            .filter(|part| part.quantity.is_positive() && named.is_none_or(|named| named == part.lot))
            .filter_map(|part| Some((lots.get(&part.lot)?, part.quantity)))
            .collect();
        if named.is_some() && open.iter().any(|(lot, _)| !picking.allows(lot)) {
            return Err(Unpickable::Unusable);
        }
        open.retain(|(lot, _)| picking.allows(lot));
        open.sort_by_key(|(lot, _)| (lot.expiry.is_none(), lot.expiry, lot.created_at, lot.id));
        let mut missing = wanted;
        let mut picked = Vec::new();
        for (lot, on_hand) in open {
            let quantity = missing.min(on_hand);
            if quantity.is_positive() {
                picked.push(Part { lot: lot.id, quantity });
                missing = Decimal::from_raw(missing.raw() - quantity.raw());
            }
        }
        if missing.is_zero() {
            return Ok(picked);
        }
        Err(Unpickable::Short(Decimal::from_raw(wanted.raw() - missing.raw())))
    }

    /// Puts units on the shelf; negative ones are taken from it. Sums stay in range: they are parts of a checked whole.
    pub(crate) fn add(&mut self, part: Part) {
        match self.parts.iter_mut().find(|known| known.lot == part.lot) {
            Some(known) => {
                known.quantity = Decimal::from_raw(known.quantity.raw().saturating_add(part.quantity.raw()));
            }
            None => self.parts.push(part),
        }
    }

    /// What lies in lots that are not OK.
    pub(crate) fn held(&self, lots: &BTreeMap<LotId, Lot>) -> Decimal {
        let held = self.parts.iter().filter(|part| {
            // A lot that is not known is not known to be good.
            lots.get(&part.lot).is_none_or(|lot| lot.status != LotStatus::Ok)
        });
        Decimal::from_raw(held.map(|part| part.quantity.raw()).fold(0, i64::saturating_add))
    }

    /// How it differs from how it was, lot by lot.
    pub(crate) fn since(&self, before: &Self) -> Vec<Part> {
        let was = |lot: LotId| {
            before.parts.iter().find(|part| part.lot == lot).map_or(0, |part| part.quantity.raw())
        };
        let changed = self.parts.iter().map(|part| Part {
            lot: part.lot,
            quantity: Decimal::from_raw(part.quantity.raw() - was(part.lot)),
        });
        changed.filter(|part| !part.quantity.is_zero()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::lot;
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// A shelf with ten of each: no date, late, early, held and over.
    fn shelf() -> (Shelf, BTreeMap<LotId, Lot>) {
        let lots = [
            lot("dateless", None, LotStatus::Ok),
            lot("late", Some("2026-09-01"), LotStatus::Ok),
            lot("early", Some("2026-08-01"), LotStatus::Ok),
            lot("held", Some("2026-07-31"), LotStatus::Quarantine),
            lot("over", Some("2026-07-09"), LotStatus::Ok),
        ];
        let parts = lots.iter().map(|lot| Part { lot: lot.id, quantity: dec("10") }).collect();
        (Shelf { is_kept: true, parts }, lots.into_iter().map(|lot| (lot.id, lot)).collect())
    }

    fn picked(
        wanted: &str,
        named: Option<&str>,
        picking: Picking,
    ) -> Result<Vec<(String, String)>, Unpickable> {
        let (shelf, lots) = shelf();
        let named = named.map(|number| lots.values().find(|lot| lot.number == number).unwrap().id);
        let picked = shelf.pick(&lots, (dec(wanted), named), picking)?;
        Ok(picked.iter().map(|part| (lots[&part.lot].number.clone(), part.quantity.to_string())).collect())
    }

    fn parts(expected: &[(&str, &str)]) -> Result<Vec<(String, String)>, Unpickable> {
        Ok(expected.iter().map(|(lot, quantity)| ((*lot).to_owned(), (*quantity).to_owned())).collect())
    }

    fn today() -> Picking {
        Picking::Usable("2026-07-10".parse().unwrap())
    }

    #[test]
    fn what_expires_first_leaves_first_and_what_is_not_good_stays() {
        assert_eq!(picked("25", None, today()), parts(&[("early", "10"), ("late", "10"), ("dateless", "5")]));
        assert_eq!(picked("31", None, today()), Err(Unpickable::Short(dec("30"))));
    }

    #[test]
    fn whatever_is_written_off_takes_the_oldest_however_it_stands() {
        assert_eq!(picked("15", None, Picking::Any), parts(&[("over", "10"), ("held", "5")]));
        assert_eq!(picked("51", None, Picking::Any), Err(Unpickable::Short(dec("50"))));
    }

    #[test]
    fn a_lot_that_is_asked_for_is_the_one_that_leaves() {
        assert_eq!(picked("4", Some("late"), today()), parts(&[("late", "4")]));
        assert_eq!(picked("11", Some("late"), today()), Err(Unpickable::Short(dec("10"))));
        for unusable in ["held", "over"] {
            assert_eq!(picked("1", Some(unusable), today()), Err(Unpickable::Unusable));
            assert_eq!(picked("1", Some(unusable), Picking::Any), parts(&[(unusable, "1")]));
        }
    }

    #[test]
    fn a_shelf_knows_what_is_held_and_what_changed() {
        let (before, lots) = shelf();
        assert_eq!(before.held(&lots), dec("10"));
        let mut after = before.clone();
        let fresh = LotId::generate();
        after.add(Part { lot: before.parts[0].lot, quantity: dec("-4") });
        after.add(Part { lot: fresh, quantity: dec("2") });
        let since = after.since(&before);
        assert_eq!(
            since.iter().map(|part| (part.lot, part.quantity)).collect::<Vec<_>>(),
            [(before.parts[0].lot, dec("-4")), (fresh, dec("2"))]
        );
    }
}
