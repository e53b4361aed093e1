//! Algebra of [`Condition`]: conjunction, disjunction and the simplifications that keep them small.

use crate::plan::{Condition, VariableTest};

/// The most alternatives a condition keeps; beyond it the condition becomes "always", which only costs a needless fetch: the
/// client's shape is filtered by the exact conditions again.
const ALTERNATIVES_MAX: usize = 16;

impl Condition {
    /// Never true.
    #[must_use]
    pub fn never() -> Self {
        Self { any: Vec::new() }
    }

    /// Whether it can never hold.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.any.is_empty()
    }

    /// A single test.
    #[must_use]
    pub fn test(test: VariableTest) -> Self {
        Self { any: vec![vec![test]] }
    }

    /// Both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut any = Vec::new();
        for left in &self.any {
            for right in &other.any {
                let mut all = left.clone();
                all.extend(right.iter().cloned());
                all.sort();
                all.dedup();
                if !contradicts(&all) {
                    any.push(all);
                }
            }
        }
        Self { any }.simplified()
    }

    /// At least one holds.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut any = self.any.clone();
        any.extend(other.any.iter().cloned());
        Self { any }.simplified()
    }

    /// It does not hold; `None` when that is too much to write down.
    #[must_use]
    pub(crate) fn negated(&self) -> Option<Self> {
        let mut negated = Self::always();
        for all in &self.any {
            let fails =
                all.iter().map(|test| vec![VariableTest { expected: !test.expected, ..test.clone() }]);
            let any: Vec<_> = fails.collect();
            if any.len().saturating_mul(negated.any.len()) > ALTERNATIVES_MAX {
                return None;
            }
            negated = negated.and(&Self { any });
        }
        Some(negated)
    }

    fn simplified(mut self) -> Self {
        self.any.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        self.any.dedup();
        let mut kept: Vec<Vec<VariableTest>> = Vec::new();
        for all in self.any {
            let implied = kept.iter().any(|shorter| shorter.iter().all(|test| all.contains(test)));
            if !implied {
                kept.push(all);
            }
        }
        if covers_both_values(&kept) || kept.len() > ALTERNATIVES_MAX {
            return Self::always();
        }
        Self { any: kept }
    }
}

/// `$a` and not `$a` at once.
fn contradicts(all: &[VariableTest]) -> bool {
    all.windows(2).any(|pair| pair[0].variable == pair[1].variable && pair[0].expected != pair[1].expected)
}

/// `$a` or not `$a`: always true.
fn covers_both_values(any: &[Vec<VariableTest>]) -> bool {
    any.iter().filter(|all| all.len() == 1).any(|one| {
        any.iter().any(|other| {
            other.len() == 1 && other[0].variable == one[0].variable && other[0].expected != one[0].expected
        })
    })
}
