//! Levels of approval by amount. Pure.

use chassis::{Code, Refusal, Refusals};
use primitives::Decimal;
use serde::{Deserialize, Serialize};

/// Levels of one document.
const MAX_LEVELS: usize = 5;

/// Hours that a level has to decide in, unless told.
pub const DECIDE_WITHIN_HOURS: i32 = 48;

/// The most hours that a level may be given: sixty days.
const HOURS_MAX: i32 = 1_440;

/// From which amount on a level has to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which level, from 1.
    pub level: i32,
    /// From how much on, included, in the house's currency.
    pub from: Decimal,
    /// In how many hours, from when its turn comes; then it is told that it is overdue.
    pub decide_within_hours: i32,
}

/// The levels of a document, as they are set together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// The levels, lowest first.
    pub rules: Vec<Rule>,
    /// How often they were set: 0 where they never were.
    pub version: i32,
}

/// What holds until a tenant decides otherwise: one level always, two from 1,000 on, three above 5,000.
pub fn standard() -> Vec<Rule> {
    let above_five_thousand = Decimal::from_raw(Decimal::from_whole(5_000).raw() + Decimal::STEP.raw());
    let amounts = [Decimal::ZERO, Decimal::from_whole(1_000), above_five_thousand];
    let rule = |(level, from)| Rule { level, from, decide_within_hours: DECIDE_WITHIN_HOURS };
    (1..).zip(amounts).map(rule).collect()
}

/// The levels that have to approve an amount, lowest first.
pub fn levels(rules: &[Rule], amount: Decimal) -> Vec<Rule> {
    let mut levels: Vec<Rule> = rules.iter().filter(|rule| rule.from <= amount).copied().collect();
    levels.sort_unstable_by_key(|rule| rule.level);
    levels
}

/// Rules that can hold: level 1 always, and each further one from more on.
///
/// # Errors
/// Everything that is wrong with the amounts and the hours.
pub fn read(amounts: &[Decimal], decide_within_hours: i32) -> Result<Vec<Rule>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(!amounts.is_empty(), || Refusal::invalid("fromAmounts", "somebody has to approve"));
    refusals.check(amounts.len() <= MAX_LEVELS, || {
        Refusal::new(Code::LimitExceeded, "fromAmounts", format!("there are at most {MAX_LEVELS} levels"))
    });
    for (position, amount) in amounts.iter().enumerate() {
        let at = format!("fromAmounts.{position}");
        let before = position.checked_sub(1).and_then(|before| amounts.get(before));
        let is_rising = before.is_none_or(|before| before < amount);
        refusals.check(is_rising, || Refusal::invalid(&at, "a higher level starts at a higher amount"));
        refusals
            .check(position > 0 || amount.is_zero(), || Refusal::invalid(&at, "level 1 approves from 0 on"));
        refusals
            .check(amount.is_within_bound(), || Refusal::invalid(&at, "amounts stay below 1,000,000,000"));
    }
    refusals.check((1..=HOURS_MAX).contains(&decide_within_hours), || {
        Refusal::invalid("decideWithinHours", format!("decideWithinHours must be between 1 and {HOURS_MAX}"))
    });
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok((1..).zip(amounts).map(|(level, from)| Rule { level, from: *from, decide_within_hours }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_levels_begin_where_they_are_said_to() {
        let count = |amount: &str| levels(&standard(), amount.parse().unwrap()).len();
        let amounts = ["0", "999.99999", "1000", "5000", "5000.00001"];
        assert_eq!(amounts.map(count), [1, 1, 2, 2, 3]);
    }

    #[test]
    fn rules_that_cannot_hold_are_named() {
        let read = |amounts: &[i32]| {
            let amounts: Vec<Decimal> = amounts.iter().copied().map(Decimal::from_whole).collect();
            let fields =
                |refused: Refusals| refused.into_iter().map(|one| one.field.join(".")).collect::<Vec<_>>();
            super::read(&amounts, DECIDE_WITHIN_HOURS).map(|rules| rules.len()).map_err(fields)
        };
        assert_eq!(read(&[0, 500]), Ok(2));
        assert_eq!(read(&[]), Err(vec!["fromAmounts".to_owned()]));
        assert_eq!(read(&[1, 1]), Err(vec!["fromAmounts.0".to_owned(), "fromAmounts.1".to_owned()]));
        assert_eq!(read(&[0, 1, 2, 3, 4, 5]), Err(vec!["fromAmounts".to_owned()]));
        for hours in [0, HOURS_MAX + 1] {
            let refused = super::read(&[Decimal::ZERO], hours).unwrap_err();
            assert_eq!(
                refused.into_iter().map(|one| one.field.join(".")).collect::<Vec<_>>(),
                ["decideWithinHours"]
            );
        }
    }
}
