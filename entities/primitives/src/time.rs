//! Days and instants as they are stored and sent: a calendar day without a zone, and UTC with microseconds.
//!
//! PostgreSQL keeps microseconds, SQLite what it is given; truncating at the door makes both answer the same.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text is no day or no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not `2026-07-01`.
    #[error("not a date: YYYY-MM-DD is expected")]
    Date,
    /// Not `2026-07-01T09:30:00Z`.
    #[error("not a point in time: RFC 3339 such as 2026-07-01T09:30:00Z is expected")]
    DateTime,
}

/// A calendar day, `2026-07-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
pub struct Date(NaiveDate);

impl Date {
    /// The day in the calendar's own type.
    pub const fn get(self) -> NaiveDate {
        self.0
    }

    /// The day after; the last day there is stays itself.
    pub fn next(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let is_shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !is_shaped {
            return Err(TimeError::Date);
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| TimeError::Date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A point in time in UTC, with microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
pub struct DateTime(chrono::DateTime<Utc>);

impl DateTime {
    /// The instant in the clock's own type.
    pub const fn get(self) -> chrono::DateTime<Utc> {
        self.0
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(instant: chrono::DateTime<Utc>) -> Self {
        Self(instant.trunc_subsecs(6))
    }
}

impl FromStr for DateTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|instant| Self::from(instant.with_timezone(&Utc)))
            .map_err(|_| TimeError::DateTime)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

macro_rules! serde_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

serde_as_text!(Date);
serde_as_text!(DateTime);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_back_and_impossible_ones_are_refused() {
        let day: Date = "2026-02-28".parse().unwrap();
        assert_eq!(day.to_string(), "2026-02-28");
        assert_eq!(day.next().to_string(), "2026-03-01");
        for text in ["2026-02-30", "26-02-01", "2026-2-1", "2026-07-01T00:00:00Z", "", "+026-07-01"] {
            assert_eq!(text.parse::<Date>(), Err(TimeError::Date), "{text}");
        }
    }

    #[test]
    fn instants_lose_what_lies_below_a_microsecond_and_come_in_utc() {
        let instant: DateTime = "2026-07-01T09:30:00.123456789+07:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-07-01T02:30:00.123456Z");
        assert_eq!(instant.to_string().parse(), Ok(instant));
        assert_eq!("2026-07-01".parse::<DateTime>(), Err(TimeError::DateTime));
    }
}
