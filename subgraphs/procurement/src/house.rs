//! What the whole house agrees on. Settings of the tenant once there is a service for settings. Pure.

use chrono::{DateTime, FixedOffset, Utc};
use primitives::{CurrencyCode, Date};

/// What totals and approval limits are in.
pub const CURRENCY: CurrencyCode = CurrencyCode::THB;

/// Seconds by which the house's clocks are ahead of UTC: the whole country has one zone without summer time.
const ZONE_SECONDS: i32 = 7 * 3_600;

/// The day it is in the house; documents are dated and numbered by it.
pub fn day(now: DateTime<Utc>) -> Date {
    let zone = FixedOffset::east_opt(ZONE_SECONDS).expect("seven hours are less than a day");
    now.with_timezone(&zone).date_naive().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_begins_in_the_house_before_it_does_in_greenwich() {
        let now = "2026-12-31T17:00:00Z".parse().unwrap();
        assert_eq!(day(now), "2027-01-01".parse().unwrap());
        let before = "2026-12-31T16:59:59Z".parse().unwrap();
        assert_eq!(day(before), "2026-12-31".parse().unwrap());
    }
}
