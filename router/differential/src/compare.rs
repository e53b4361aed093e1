//! When two answers are the same.
//!
//! Data must be equal, also in the order of the keys unless the operation has conditions. Of errors the specification fixes
//! less, and so does the comparison:
//! - A field that fails and stays null by itself has exactly one error at its path, on both sides. (Two subgraphs that
//!   both failed it may both say so.)
//! - Where a null propagated upwards, everything below the place that became null is cut off: any of the errors in there
//!   may have been the first one. Both sides must have at least one, none is compared by itself.

use serde_json::Value;
use std::collections::BTreeSet;

/// What is wrong with the router's answer, compared with the monolith's; `None` when nothing is.
pub(crate) fn difference(expected: &Value, found: &Value, is_ordered: bool) -> Option<String> {
    let (wanted, given) = (&expected["data"], &found["data"]);
    if wanted != given {
        return Some("the data differ".to_owned());
    }
    // Values are equal in any order, texts are not.
    let texts = [wanted, given].map(Value::to_string);
    if is_ordered && texts[0] != texts[1] {
        return Some("the order of the keys differs".to_owned());
    }
    let (wanted, given) = (places(expected), places(found));
    (wanted != given).then(|| format!("errors at {given:?}, expected at {wanted:?}"))
}

/// The paths at which the answer is null because of an error.
fn places(answer: &Value) -> BTreeSet<String> {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| nulled(&answer["data"], &error["path"])).collect()
}

/// The part of an error's path down to the first null.
fn nulled(data: &Value, path: &Value) -> String {
    let mut here = data;
    let mut place = String::new();
    for step in path.as_array().into_iter().flatten() {
        if here.is_null() {
            break;
        }
        here = match step {
            Value::String(key) => &here[key.as_str()],
            step => &here[step.as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX)],
        };
        place.push_str(&format!("/{step}"));
    }
    place
}
