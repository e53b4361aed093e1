//! Refusals: what the domain says no to, with the input field that has to change.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Code, Error, Result};

/// One thing the domain refuses.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// What kind of refusal it is.
    pub code: Code,
    /// The path of the input field to mend, from below the mutation's `input`: `items`, `0`, `quantity`.
    pub field: Vec<String>,
    /// One sentence for people: lower case, no full stop.
    pub message: String,
    /// Values a client may show or compute with.
    pub meta: Map<String, Value>,
}

impl Refusal {
    /// A refusal at the dotted path `field` (`items.0.quantity`; empty for the whole input).
    pub fn new(code: Code, field: &str, message: impl Into<String>) -> Self {
        Self { code, field: path(field), message: message.into(), meta: Map::new() }
    }

    /// A `VALIDATION_ERROR` at the dotted path `field`.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(Code::ValidationError, field, message)
    }

    /// A `DUPLICATE` at the dotted path `field`.
    pub fn duplicate(field: &str, message: impl Into<String>) -> Self {
        Self::new(Code::Duplicate, field, message)
    }

    /// An `INVALID_STATE`: the record is in `from` and cannot go to `to`.
    pub fn invalid_state(from: &str, to: &str) -> Self {
        Self::new(Code::InvalidState, "", format!("a record that is {from} cannot become {to}"))
            .with("from", from)
            .with("to", to)
    }

    /// Adds a value to `meta`.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.meta.insert(key.to_owned(), value.into());
        self
    }

    /// Puts the dotted path `prefix` in front of the field: a line knows its field, its document knows the line.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        let mut field = path(prefix);
        field.append(&mut self.field);
        self.field = field;
        self
    }
}

/// All refusals of one attempt, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// No refusal yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }

    /// Adds `refusal` unless `holds`.
    pub fn check(&mut self, holds: bool, refusal: impl FnOnce() -> Refusal) {
        if !holds {
            self.0.push(refusal());
        }
    }

    /// Takes the value of `result`, or its refusals.
    pub fn take<T, E: Into<Refusals>>(&mut self, result: std::result::Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(refusals) => {
                self.0.extend(refusals.into().0);
                None
            }
        }
    }

    /// The refusals themselves.
    pub fn as_slice(&self) -> &[Refusal] {
        &self.0
    }

    /// The first refusal.
    pub fn first(&self) -> Option<&Refusal> {
        self.0.first()
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when nothing was refused.
    ///
    /// # Errors
    /// `Refused` with all refusals.
    pub fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Refused(self)) }
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}

impl From<Vec<Refusal>> for Refusals {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self(refusals)
    }
}

impl Extend<Refusal> for Refusals {
    fn extend<I: IntoIterator<Item = Refusal>>(&mut self, refusals: I) {
        self.0.extend(refusals);
    }
}

impl IntoIterator for Refusals {
    type Item = Refusal;
    type IntoIter = std::vec::IntoIter<Refusal>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("refused"),
            [only] => f.write_str(&only.message),
            [first, rest @ ..] => write!(f, "{} (and {} more)", first.message, rest.len()),
        }
    }
}

impl std::error::Error for Refusals {}

/// Splits a dotted path; the empty path has no segments.
pub(crate) fn path(dotted: &str) -> Vec<String> {
    if dotted.is_empty() { Vec::new() } else { dotted.split('.').map(str::to_owned).collect() }
}

impl Refusal {
    /// The refusal as it appears in `extensions.violations` of a top-level error.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "code": self.code.as_str(), "field": self.field, "message": self.message, "meta": self.meta })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_refusal_gets_the_path_of_its_line() {
        let refusal = Refusal::invalid("quantity", "quantity must be at least 1").below("items.3");
        assert_eq!(refusal.field, ["items", "3", "quantity"]);
    }

    #[test]
    fn all_violations_come_out_in_order() {
        let mut refusals = Refusals::new();
        refusals.check(false, || Refusal::invalid("name", "name must not be empty"));
        refusals.check(true, || Refusal::invalid("code", "never"));
        let taken = refusals.take::<(), _>(Err(Refusal::duplicate("barcode", "barcode is taken")));
        assert_eq!(taken, None);
        let Err(Error::Refused(refusals)) = refusals.into_result() else { panic!("nothing was refused") };
        let fields: Vec<_> = refusals.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["name", "barcode"]);
    }
}
