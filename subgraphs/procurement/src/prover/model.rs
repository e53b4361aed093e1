//! What the prover found. Pure.

use std::fmt;

/// What the prover found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Documents looked at.
    pub documents: i64,
    /// Rules that were checked.
    pub rules: usize,
    /// Those that do not hold.
    pub violations: Vec<Violation>,
}

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: &'static str,
    /// How many records contradict it.
    pub records: i64,
}

impl Report {
    /// Whether everything agrees.
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "procurement: {} documents, {} rules: ", self.documents, self.rules)?;
        if self.is_sound() {
            return write!(out, "everything agrees");
        }
        write!(out, "{} do not hold", self.violations.len())?;
        for Violation { rule, records } in &self.violations {
            write!(out, "\n  {rule}: {records} records")?;
        }
        Ok(())
    }
}
