//! Reads the bytes that a subgraph answered with, believing nothing.
//!
//! Whatever is not a GraphQL response to the question asked is [`Malformed`], with a reason that names what was found.
//! JSON deeper than 128 levels is refused by the parser itself.

use crate::tree::Step;
use apollo_compiler::Name;
use serde_json::{Map, Value};

/// A well-formed answer to a fetch at the root, or to one event of a subscription.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// `data`; `None` when it is null or absent, and then there is at least one error.
    pub(crate) data: Option<Map<String, Value>>,
    pub(crate) errors: Vec<SubgraphError>,
}

/// A well-formed answer to an entity fetch.
#[derive(Debug)]
pub(crate) struct Entities {
    /// One value per representation, an object or null. `None` when there are none at all, only errors.
    pub(crate) entities: Option<Vec<Option<Map<String, Value>>>>,
    pub(crate) errors: Vec<SubgraphError>,
}

/// An error as a subgraph reports it, its path still the subgraph's.
#[derive(Clone, Debug)]
pub(crate) struct SubgraphError {
    pub(crate) message: String,
    pub(crate) path: Vec<Step>,
    pub(crate) extensions: Map<String, Value>,
}

/// Why an answer is unusable.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(String);

/// Reads a GraphQL response.
pub(crate) fn read(bytes: &[u8], bytes_max: usize) -> Result<Answer, Malformed> {
    if bytes.len() > bytes_max {
        return malformed(format!("the answer is larger than {bytes_max} bytes"));
    }
    let mut answer = match serde_json::from_slice(bytes) {
        Ok(Value::Object(answer)) => answer,
        Ok(other) => return malformed(format!("the answer is {}, not an object", kind(&other))),
        Err(fault) => {
            return malformed(format!("the answer is not JSON ({:?} error)", fault.classify()));
        }
    };
    let data = match answer.remove("data") {
        None | Some(Value::Null) => None,
        Some(Value::Object(data)) => Some(data),
        Some(other) => return malformed(format!("`data` is {}, not an object", kind(&other))),
    };
    let errors = match answer.remove("errors") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(errors)) => errors.into_iter().map(read_error).collect::<Result<_, _>>()?,
        Some(other) => return malformed(format!("`errors` is {}, not a list", kind(&other))),
    };
    if data.is_none() && errors.is_empty() {
        return malformed("the answer has neither data nor errors".to_owned());
    }
    Ok(Answer { data, errors })
}

/// Reads a response to an `_entities` request of `expected` representations.
pub(crate) fn read_entities(bytes: &[u8], bytes_max: usize, expected: usize) -> Result<Entities, Malformed> {
    let Answer { data, errors } = read(bytes, bytes_max)?;
    let found = data.and_then(|mut data| data.remove("_entities")).unwrap_or_default();
    let entities = match found {
        Value::Null if errors.is_empty() => {
            return malformed("`_entities` is null although there is no error".to_owned());
        }
        Value::Null => return Ok(Entities { entities: None, errors }),
        Value::Array(entities) => entities,
        other => return malformed(format!("`_entities` is {}, not a list", kind(&other))),
    };
    if entities.len() != expected {
        return malformed(format!("`_entities` has {} items for {expected} representations", entities.len()));
    }
    let entities = entities
        .into_iter()
        .map(|entity| match entity {
            Value::Null => Ok(None),
            Value::Object(fields) => Ok(Some(fields)),
            other => malformed(format!("an item of `_entities` is {}, not an object", kind(&other))),
        })
        .collect::<Result<_, _>>()?;
    Ok(Entities { entities: Some(entities), errors })
}

fn read_error(value: Value) -> Result<SubgraphError, Malformed> {
    let Value::Object(mut error) = value else {
        return malformed(format!("an item of `errors` is {}, not an object", kind(&value)));
    };
    let message = match error.remove("message") {
        Some(Value::String(message)) => message,
        _ => "the subgraph reported an error without a message".to_owned(),
    };
    let path = match error.remove("path") {
        Some(Value::Array(path)) => read_path(&path),
        _ => Vec::new(),
    };
    let extensions = match error.remove("extensions") {
        Some(Value::Object(extensions)) => extensions,
        _ => Map::new(),
    };
    Ok(SubgraphError { message, path, extensions })
}

/// Reads a path up to the first step that cannot be one.
fn read_path(path: &[Value]) -> Vec<Step> {
    path.iter()
        .map_while(|step| match step {
            Value::String(key) => Name::new(key).ok().map(Step::Key),
            Value::Number(index) => Some(Step::Index(usize::try_from(index.as_u64()?).ok()?)),
            _ => None,
        })
        .collect()
}

fn malformed<T>(reason: String) -> Result<T, Malformed> {
    Err(Malformed(reason))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        read(text.as_bytes(), 1_000).unwrap_err().to_string()
    }

    #[test]
    fn every_wrong_shape_has_its_own_reason() {
        assert_eq!(reason("<html>"), "the answer is not JSON (Syntax error)");
        assert_eq!(reason(""), "the answer is not JSON (Eof error)");
        assert_eq!(reason("[]"), "the answer is a list, not an object");
        assert_eq!(reason("{}"), "the answer has neither data nor errors");
        assert_eq!(reason(r#"{"data":[]}"#), "`data` is a list, not an object");
        assert_eq!(reason(r#"{"data":{},"errors":{}}"#), "`errors` is an object, not a list");
        assert_eq!(reason(r#"{"errors":["no"]}"#), "an item of `errors` is a string, not an object");
    }

    #[test]
    fn an_answer_over_the_bound_is_refused_unread() {
        assert_eq!(read(b"{\"data\":{}}", 5).unwrap_err().to_string(), "the answer is larger than 5 bytes");
    }

    #[test]
    fn bottomless_json_is_refused() {
        let deep = format!(r#"{{"data":{}1{}}}"#, r#"{"a":"#.repeat(500), "}".repeat(500));
        assert_eq!(
            read(deep.as_bytes(), 100_000).unwrap_err().to_string(),
            "the answer is not JSON (Syntax error)"
        );
    }

    #[test]
    fn entities_must_match_the_representations() {
        let read = |text: &str| read_entities(text.as_bytes(), 1_000, 2).map_err(|fault| fault.to_string());
        assert_eq!(
            read(r#"{"data":{"_entities":[{}]}}"#).unwrap_err(),
            "`_entities` has 1 items for 2 representations"
        );
        assert_eq!(read(r#"{"data":{"_entities":{}}}"#).unwrap_err(), "`_entities` is an object, not a list");
        assert_eq!(read(r#"{"data":{}}"#).unwrap_err(), "`_entities` is null although there is no error");
        assert_eq!(
            read(r#"{"data":{"_entities":[1,null]}}"#).unwrap_err(),
            "an item of `_entities` is a number, not an object"
        );
        let both = read(r#"{"data":{"_entities":[{"a":1},null]}}"#).unwrap().entities.unwrap();
        assert!(both[0].is_some() && both[1].is_none());
    }

    #[test]
    fn a_path_ends_where_it_stops_making_sense() {
        let answer =
            read(br#"{"errors":[{"message":"m","path":["a",1,-2,"b"],"extensions":{"code":"X"}}]}"#, 1_000)
                .unwrap();
        let name = |text| Step::Key(Name::new(text).unwrap());
        assert_eq!(answer.errors[0].path, [name("a"), Step::Index(1)]);
        assert_eq!(answer.errors[0].extensions["code"], "X");
    }
}
