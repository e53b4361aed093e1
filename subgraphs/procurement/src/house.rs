//! What the whole house agrees on. Settings of the tenant once there is a service for settings. Pure.

pub use chassis::house::day;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use primitives::{CurrencyCode, Date};

/// What totals and approval limits are in.
pub const CURRENCY: CurrencyCode = CurrencyCode::THB;

/// The day it is in a time zone, `Asia/Bangkok`; in the house's where none is known.
pub fn day_in(zone: Option<&str>, now: DateTime<Utc>) -> Date {
    match zone.and_then(|zone| zone.parse::<Tz>().ok()) {
        Some(zone) => now.with_timezone(&zone).date_naive().into(),
        None => day(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_has_its_own_new_year() {
        let now = "2026-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(day_in(Some("Asia/Singapore"), now), "2027-01-01".parse().unwrap());
        assert_eq!(day_in(Some("Asia/Bangkok"), now), "2026-12-31".parse().unwrap());
        assert_eq!(day_in(Some("Nowhere/None"), now), day(now));
        assert_eq!(day_in(None, now), day(now));
    }
}
