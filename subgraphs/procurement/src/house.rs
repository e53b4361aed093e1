//! What the whole house agrees on. Settings of the tenant once there is a service for settings. Pure.

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use primitives::{CurrencyCode, Date};

/// What totals and approval limits are in.
pub const CURRENCY: CurrencyCode = CurrencyCode::THB;

/// Seconds by which the house's clocks are ahead of UTC: the whole country has one zone without summer time.
const ZONE_SECONDS: i32 = 7 * 3_600;

/// The day it is in a time zone, `Asia/Bangkok`; in the house's where none is known.
pub fn day_in(zone: Option<&str>, now: DateTime<Utc>) -> Date {
    match zone.and_then(|zone| zone.parse::<Tz>().ok()) {
        Some(zone) => now.with_timezone(&zone).date_naive().into(),
        None => day(now),
    }
}

/// The day it is in the house; what belongs to no property is dated and numbered by it.
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

    #[test]
    fn a_property_has_its_own_new_year() {
        let now = "2026-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(day_in(Some("Asia/Singapore"), now), "2027-01-01".parse().unwrap());
        assert_eq!(day_in(Some("Asia/Bangkok"), now), "2026-12-31".parse().unwrap());
        assert_eq!(day_in(Some("Nowhere/None"), now), day(now));
        assert_eq!(day_in(None, now), day(now));
    }
}
