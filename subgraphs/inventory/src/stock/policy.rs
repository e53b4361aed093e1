//! How much of an item there should be, and when to buy it again. Pure.

use chassis::{Refusal, Refusals};
use primitives::{Decimal, Unit};
use serde::{Deserialize, Serialize};

/// The longest lead time.
const LEAD_TIME_DAYS_MAX: i32 = 365;

/// How far above the reorder point an item has to come before it is low no longer: 5 %. Without the gap, a balance that wavers
/// around the point would cry wolf at every movement.
const CLEARS_AT_PERCENT: i32 = 105;

/// How much of an item there should be, in its base unit. Nothing is said where nobody decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Policy {
    /// There should never be less.
    pub min: Option<Decimal>,
    /// There should be as much after buying.
    pub par: Option<Decimal>,
    /// There should never be more.
    pub max: Option<Decimal>,
    /// At or below this available quantity it should be bought again.
    pub reorder_point: Option<Decimal>,
    /// How much is bought then.
    pub reorder_quantity: Option<Decimal>,
    /// Days from ordering to having it.
    pub lead_time_days: Option<i32>,
}

impl Policy {
    /// Everything that is wrong with it for an item counted in `unit`.
    pub(crate) fn violations(&self, unit: Unit) -> Refusals {
        let mut refusals = Refusals::new();
        for (name, quantity) in self.quantities() {
            let Some(quantity) = quantity else { continue };
            refusals.check(!quantity.is_negative() && quantity.is_within_bound(), || {
                Refusal::invalid(name, "the quantity must be at least 0 and below 1000000000")
            });
            let places = unit.decimal_places();
            refusals.check(quantity.decimal_places() <= places, || {
                Refusal::invalid(name, format!("{unit} allows {places} decimal places"))
            });
        }
        refusals.check(self.reorder_quantity != Some(Decimal::ZERO), || {
            Refusal::invalid("reorderQuantity", "nothing is no quantity to buy")
        });
        for ((below, least), (name, most)) in [
            (("min", self.min), ("par", self.par)),
            (("min", self.min), ("max", self.max)),
            (("par", self.par), ("max", self.max)),
            (("reorderPoint", self.reorder_point), ("par", self.par)),
            (("reorderPoint", self.reorder_point), ("max", self.max)),
        ] {
            let holds = least.zip(most).is_none_or(|(least, most)| least <= most);
            refusals.check(holds, || Refusal::invalid(name, format!("{name} must not be below {below}")));
        }
        let days = self.lead_time_days;
        refusals.check(days.is_none_or(|days| (0..=LEAD_TIME_DAYS_MAX).contains(&days)), || {
            Refusal::invalid("leadTimeDays", format!("a lead time has 0 to {LEAD_TIME_DAYS_MAX} days"))
        });
        refusals
    }

    fn quantities(&self) -> [(&'static str, Option<Decimal>); 5] {
        [
            ("min", self.min),
            ("par", self.par),
            ("max", self.max),
            ("reorderPoint", self.reorder_point),
            ("reorderQuantity", self.reorder_quantity),
        ]
    }

    /// Whether so much available is at or below the reorder point.
    pub(crate) fn asks_for_more_at(&self, available: Decimal) -> bool {
        self.reorder_point.is_some_and(|point| available <= point)
    }

    /// Whether an item is low, given whether it was: it becomes so at the reorder point and stays so until it is clearly above.
    pub(crate) fn is_low_after(&self, was_low: bool, available: Decimal) -> bool {
        let Some(point) = self.reorder_point else { return false };
        if available <= point {
            return true;
        }
        let clears_at = point.checked_ratio(Decimal::from_whole(CLEARS_AT_PERCENT), Decimal::from_whole(100));
        was_low && clears_at.is_some_and(|clears_at| available < clears_at)
    }

    /// How much to buy with so much available and so much still to come: the reorder quantity, or what is missing to par, to the maximum
    /// or to the reorder point, whichever is decided first. Nothing where nothing is decided. What comes counts as if it were there
    /// (the two together are the inventory position), so a reorder quantity is not asked for again while one is on its way.
    pub(crate) fn suggested_order(&self, available: Decimal, coming: Decimal) -> Option<Decimal> {
        let position = available.checked_add(coming).unwrap_or(available);
        let missing =
            |target: Decimal| target.checked_sub(position).map(|missing| missing.max(Decimal::ZERO));
        let is_served = || coming.is_positive() && self.reorder_point.is_some_and(|point| position > point);
        let target = self.par.or(self.max).or(self.reorder_point);
        match (self.reorder_quantity, target) {
            (Some(_), _) if is_served() => Some(Decimal::ZERO),
            (Some(quantity), _) => Some(quantity),
            (None, Some(target)) => missing(target),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn point(text: &str) -> Policy {
        Policy { reorder_point: Some(dec(text)), ..Policy::default() }
    }

    #[test]
    fn an_item_is_low_from_the_point_until_clearly_above_it() {
        let policy = point("10");
        assert!(policy.is_low_after(false, dec("10")));
        assert!(!policy.is_low_after(false, dec("10.00001")));
        assert!(policy.is_low_after(true, dec("10.49999")));
        assert!(!policy.is_low_after(true, dec("10.5")));
        assert!(!Policy::default().is_low_after(true, Decimal::ZERO));
    }

    #[test]
    fn at_a_point_of_nothing_an_empty_shelf_is_low_until_something_comes() {
        let policy = point("0");
        assert!(policy.is_low_after(false, Decimal::ZERO));
        assert!(policy.is_low_after(true, Decimal::ZERO));
        assert!(!policy.is_low_after(true, Decimal::STEP));
    }

    #[test]
    fn what_to_buy_follows_from_what_was_decided_and_what_comes() {
        let mut policy = point("5");
        let suggested = |policy: &Policy, available: &str, coming: &str| {
            policy.suggested_order(dec(available), dec(coming)).map(|quantity| quantity.to_string())
        };
        let expect = |policy: &Policy, cases: [(&str, &str, &str); 3]| {
            for (available, coming, expected) in cases {
                assert_eq!(
                    suggested(policy, available, coming).as_deref(),
                    Some(expected),
                    "{available} + {coming}"
                );
            }
        };
        expect(&policy, [("4", "0", "1"), ("4", "0.5", "0.5"), ("4", "3", "0")]);
        policy.max = Some(dec("20"));
        expect(&policy, [("4", "0", "16"), ("4", "6", "10"), ("30", "0", "0")]);
        policy.par = Some(dec("12"));
        expect(&policy, [("4", "0", "8"), ("13", "0", "0"), ("4", "1", "7")]);
        policy.reorder_quantity = Some(dec("24"));
        expect(&policy, [("4", "0", "24"), ("4", "1", "24"), ("4", "24", "0")]);
        assert_eq!(suggested(&Policy::default(), "4", "1"), None);
    }

    #[test]
    fn everything_wrong_with_a_policy_is_told_at_once() {
        let wrong = Policy {
            min: Some(dec("-1")),
            par: Some(dec("5.5")),
            max: Some(dec("4")),
            reorder_point: Some(dec("6")),
            reorder_quantity: Some(Decimal::ZERO),
            lead_time_days: Some(366),
        };
        let fields: Vec<String> = wrong
            .violations("pc".parse().unwrap())
            .into_iter()
            .map(|refusal| refusal.field.join("."))
            .collect();
        assert_eq!(fields, ["min", "par", "reorderQuantity", "max", "par", "max", "leadTimeDays"]);
        let right = Policy { par: Some(dec("12")), ..point("5") };
        assert!(right.violations("kg".parse().unwrap()).is_empty());
    }
}
