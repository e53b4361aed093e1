//! What a currency is worth, and which rates can be told. Pure.

use chassis::{Refusal, Refusals};
use primitives::{Act, Audit, CurrencyCode, Date, Decimal, ExchangeRateId};
use serde::{Deserialize, Serialize};

/// What the house compares prices in. A setting of the tenant once there is a service for settings.
pub const BASE_CURRENCY: CurrencyCode = CurrencyCode::THB;

/// The highest rate: no currency is worth a million of another, so more than that is a slip of the hand.
const MAX_RATE: Decimal = Decimal::from_raw(1_000_000 * 100_000);

/// Days ahead for which a rate can be told: the next month's, agreed with a bank.
const DAYS_AHEAD: u64 = 31;

/// Days back for which one can be: as long as books are kept. What lies before is a mistyped year.
const DAYS_BACK: u64 = 3_653;

/// A rate as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateFacts {
    /// Of which currency.
    pub currency: CurrencyCode,
    /// From which day on.
    pub valid_from: Date,
    /// What one unit of it is worth in the house's currency.
    pub rate: Decimal,
}

impl RateFacts {
    /// What is wrong with it when it is told on a day.
    pub fn check(&self, today: Date) -> Refusals {
        let mut refusals = Refusals::new();
        refusals.check(self.currency != BASE_CURRENCY, || {
            Refusal::invalid(
                "currency",
                format!("{BASE_CURRENCY} is what rates are told in: it is worth itself"),
            )
        });
        let latest = today.get().checked_add_days(chrono::Days::new(DAYS_AHEAD));
        refusals.check(latest.is_none_or(|latest| self.valid_from.get() <= latest), || {
            Refusal::invalid("validFrom", format!("a rate is told at most {DAYS_AHEAD} days ahead"))
        });
        let earliest = today.get().checked_sub_days(chrono::Days::new(DAYS_BACK));
        refusals.check(earliest.is_none_or(|earliest| self.valid_from.get() >= earliest), || {
            Refusal::invalid("validFrom", "a rate is told for at most ten years back")
        });
        refusals.check(self.rate.is_positive(), || {
            Refusal::invalid("rate", "a currency is worth more than nothing")
        });
        refusals.check(self.rate <= MAX_RATE, || {
            Refusal::invalid("rate", format!("a rate is at most {MAX_RATE}"))
        });
        refusals
    }
}

/// A rate as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRate {
    /// Identity.
    pub id: ExchangeRateId,
    /// What it says.
    pub facts: RateFacts,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl ExchangeRate {
    /// A rate that nobody told before.
    pub fn new(facts: RateFacts, act: Act) -> Self {
        Self { id: ExchangeRateId::at(act.at), facts, audit: Audit::new(act), version: 1 }
    }

    /// Puts another rate in its place, from the same day on.
    pub fn replace(&mut self, rate: Decimal, act: Act) {
        self.facts.rate = rate;
        self.audit.touch(act);
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(currency: CurrencyCode, valid_from: &str, rate: &str) -> RateFacts {
        RateFacts { currency, valid_from: valid_from.parse().unwrap(), rate: rate.parse().unwrap() }
    }

    fn wrong(facts: RateFacts) -> Vec<String> {
        let today = "2026-07-01".parse().unwrap();
        facts.check(today).into_iter().map(|refusal| refusal.field.join(".")).collect()
    }

    #[test]
    fn a_rate_is_bounded_by_sense_and_by_the_calendar() {
        let (usd, today) = (CurrencyCode::USD, "2026-07-01");
        for (told, refused) in [
            (facts(usd, today, "34.5"), vec![]),
            (facts(usd, today, "0.00001"), vec![]),
            (facts(usd, today, "1000000"), vec![]),
            (facts(usd, "2026-08-01", "34"), vec![]),
            (facts(usd, "2016-07-01", "34"), vec![]),
            (facts(usd, today, "0"), vec!["rate"]),
            (facts(usd, today, "-34"), vec!["rate"]),
            (facts(usd, today, "1000000.00001"), vec!["rate"]),
            (facts(usd, "2026-08-02", "34"), vec!["validFrom"]),
            (facts(usd, "2016-06-29", "34"), vec!["validFrom"]),
            (facts(CurrencyCode::THB, today, "1"), vec!["currency"]),
            (facts(CurrencyCode::THB, "0202-07-01", "0"), vec!["currency", "validFrom", "rate"]),
        ] {
            assert_eq!(wrong(told), refused, "{told:?}");
        }
    }

    #[test]
    fn what_replaces_a_rate_counts_as_a_change_of_it() {
        let act = |at: &str| Act { at: at.parse().unwrap(), by: None };
        let mut rate =
            ExchangeRate::new(facts(CurrencyCode::USD, "2026-07-01", "34"), act("2026-07-01T08:00:00Z"));
        let before = rate.clone();
        rate.replace("35".parse().unwrap(), act("2026-07-02T08:00:00Z"));
        assert_eq!((rate.id, rate.version, rate.facts.rate), (before.id, 2, "35".parse().unwrap()));
        assert_eq!(rate.audit.created_at, before.audit.created_at);
    }
}
