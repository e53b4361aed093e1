//! The calendar of the house: which day it is there, and when a day begins. A setting of the tenant once there is a service for
//! settings. Pure.

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Utc};
use primitives::Date;

/// Seconds by which the house's clocks are ahead of UTC: the whole country has one zone without summer time.
const ZONE_SECONDS: i32 = 7 * 3_600;

/// The day it is in the house; what belongs to no property is dated, numbered and closed by it.
pub fn day(now: DateTime<Utc>) -> Date {
    let zone = FixedOffset::east_opt(ZONE_SECONDS).expect("seven hours are less than a day");
    now.with_timezone(&zone).date_naive().into()
}

/// The instant at which a day begins in the house.
pub fn midnight(day: Date) -> DateTime<Utc> {
    day.get().and_time(NaiveTime::MIN).and_utc() - TimeDelta::seconds(i64::from(ZONE_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_begins_in_the_house_before_it_does_in_greenwich() {
        let (last, first): (Date, Date) = ("2026-12-31".parse().unwrap(), "2027-01-01".parse().unwrap());
        let begins: DateTime<Utc> = "2026-12-31T17:00:00Z".parse().unwrap();
        assert_eq!((day(begins), midnight(first)), (first, begins));
        assert_eq!(day(begins - TimeDelta::microseconds(1)), last);
    }
}
