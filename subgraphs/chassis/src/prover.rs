//! Rules about a service's own records, each one statement that counts what contradicts it.
//!
//! A prover changes nothing and may run beside live changes. The rules belong to the services, apart from those
//! of sagas; here is how they are asked and told.

use std::fmt;

use sea_orm::{ConnectionTrait, Statement};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::saga;

/// What a service proves about its records.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The service.
    pub service: &'static str,
    /// What its records are called.
    pub counted: &'static str,
    /// A statement that counts the records looked at.
    pub records: &'static str,
    /// Each rule as a sentence, with the statement that counts what contradicts it.
    pub rules: &'static [(&'static str, &'static str)],
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The service.
    pub service: &'static str,
    /// What its records are called.
    pub counted: &'static str,
    /// Records looked at.
    pub records: i64,
    /// Rules that were checked.
    pub rules: usize,
    /// Those that do not hold, each with the number of records that contradict it.
    pub violations: Vec<(&'static str, i64)>,
}

impl Proof {
    /// Whether everything agrees.
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, records, counted, rules, .. } = self;
        write!(out, "{service}: {records} {counted}, {rules} rules: ")?;
        if self.is_sound() {
            return write!(out, "everything agrees");
        }
        write!(out, "{} do not hold", self.violations.len())?;
        for (rule, records) in &self.violations {
            write!(out, "\n  {rule}: {records} records")?;
        }
        Ok(())
    }
}

/// Checks every rule, and those that hold of all sagas, over all tenants.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn prove(db: &Db, rules: &Rules) -> Result<Proof> {
    let records = count(db, rules.records).await?;
    let mut violations = Vec::new();
    for (rule, statement) in rules.rules.iter().chain(&saga::RULES) {
        let contradicting = count(db, statement).await?;
        if contradicting > 0 {
            violations.push((*rule, contradicting));
        }
    }
    let (service, counted) = (rules.service, rules.counted);
    Ok(Proof { service, counted, records, rules: rules.rules.len() + saga::RULES.len(), violations })
}

async fn count(db: &Db, statement: &str) -> Result<i64> {
    let statement = Statement::from_string(db.backend(), statement);
    let row = db.read().query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::internal("a counting statement answers one row"))?;
    Ok(row.try_get_by_index(0)?)
}
