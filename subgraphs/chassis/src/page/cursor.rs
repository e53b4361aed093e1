//! Cursors: where a page ended, and in which list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sea_orm::{ColumnTrait, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::SortKey;
use super::keyset::is_missing;
use crate::error::{Error, Result};

/// The longest cursor that is read; ours are far shorter.
const CURSOR_BYTES_MAX: usize = 4_096;

const NOT_A_CURSOR: &str = "this is not a cursor of this list";
const OTHER_FILTER: &str = "this cursor belongs to another filter or order";

/// What a list contains and how it is sorted, as a short hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilterHash(String);

impl FilterHash {
    pub(super) fn of(filter: &impl Serialize) -> Result<Self> {
        let text = serde_json::to_vec(filter).map_err(Error::internal)?;
        Ok(Self(short_hash(&[&text])))
    }

    pub(super) fn with_order<C: ColumnTrait>(&self, keys: &[SortKey<C>]) -> Self {
        let order: String = keys.iter().map(|key| format!("{:?} {:?},", key.column, key.order)).collect();
        Self(short_hash(&[self.0.as_bytes(), order.as_bytes()]))
    }
}

fn short_hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
}

/// The sort values of one row, the id last.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Position(pub(super) Vec<Value>);

#[derive(Serialize, Deserialize)]
struct Written {
    k: Vec<Key>,
    f: String,
}

/// One sort value with its type, so that it compares in the database as what it was.
#[derive(Serialize, Deserialize)]
enum Key {
    #[serde(rename = "n")]
    Missing,
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "i")]
    Whole(i64),
    #[serde(rename = "b")]
    Truth(bool),
    #[serde(rename = "u")]
    Id(Uuid),
    #[serde(rename = "t")]
    Instant(String),
    #[serde(rename = "d")]
    Day(NaiveDate),
}

impl Position {
    pub(super) fn of(values: Vec<Value>) -> Self {
        Self(values)
    }

    pub(super) fn write(&self, filter: &FilterHash) -> Result<String> {
        let k = self.0.iter().map(Key::of).collect::<Result<_>>()?;
        let json = serde_json::to_vec(&Written { k, f: filter.0.clone() }).map_err(Error::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    pub(super) fn read(cursor: &str, filter: &FilterHash, keys: usize) -> Result<Self, &'static str> {
        if cursor.len() > CURSOR_BYTES_MAX {
            return Err(NOT_A_CURSOR);
        }
        let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| NOT_A_CURSOR)?;
        let written: Written = serde_json::from_slice(&json).map_err(|_| NOT_A_CURSOR)?;
        if written.f != filter.0 {
            return Err(OTHER_FILTER);
        }
        let values: Option<Vec<Value>> = written.k.into_iter().map(Key::into_value).collect();
        values.filter(|values| values.len() == keys).map(Self).ok_or(NOT_A_CURSOR)
    }
}

impl Key {
    fn of(value: &Value) -> Result<Self> {
        Ok(match value {
            Value::String(Some(text)) => Self::Text(text.to_string()),
            Value::Bool(Some(truth)) => Self::Truth(*truth),
            Value::SmallInt(Some(whole)) => Self::Whole(i64::from(*whole)),
            Value::Int(Some(whole)) => Self::Whole(i64::from(*whole)),
            Value::BigInt(Some(whole)) => Self::Whole(*whole),
            Value::Uuid(Some(id)) => Self::Id(*id),
            Value::ChronoDate(Some(day)) => Self::Day(*day),
            Value::ChronoDateTimeUtc(Some(at)) => {
                Self::Instant(at.to_rfc3339_opts(SecondsFormat::Nanos, true))
            }
            missing if is_missing(missing) => Self::Missing,
            other => return Err(Error::internal(format!("a list cannot be sorted by {other:?}"))),
        })
    }

    fn into_value(self) -> Option<Value> {
        Some(match self {
            Self::Missing => Value::String(None),
            Self::Text(text) => text.into(),
            Self::Whole(whole) => whole.into(),
            Self::Truth(truth) => truth.into(),
            Self::Id(id) => id.into(),
            Self::Day(day) => day.into(),
            Self::Instant(text) => DateTime::parse_from_rfc3339(&text).ok()?.with_timezone(&Utc).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(filter: &str) -> FilterHash {
        FilterHash::of(&filter).unwrap()
    }

    #[test]
    fn every_kind_of_sort_value_survives_the_cursor() {
        let at = DateTime::from_timestamp_micros(1_764_000_000_123_456).unwrap();
        let position = Position::of(vec![
            "crème \"brûlée\"".into(),
            42_i64.into(),
            true.into(),
            at.into(),
            at.date_naive().into(),
            Value::String(None),
            Uuid::from_u128(7).into(),
        ]);
        let cursor = position.write(&hash("a")).unwrap();
        assert_eq!(Position::read(&cursor, &hash("a"), 7), Ok(position));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let cursor = Position::of(vec![1_i64.into()]).write(&hash("a")).unwrap();
        assert_eq!(Position::read(&cursor, &hash("b"), 1), Err(OTHER_FILTER));
        assert_eq!(Position::read(&cursor, &hash("a"), 2), Err(NOT_A_CURSOR));
        for nonsense in ["", "§", "abc", "eyJrIjpbXX0", &"A".repeat(5_000)] {
            assert_eq!(Position::read(nonsense, &hash("a"), 1), Err(NOT_A_CURSOR), "{nonsense}");
        }
    }
}
