//! The property. Pure.

use chassis::{Refusal, Refusals};
use primitives::{Act, Audit, CurrencyCode, PropertyId};
use serde::{Deserialize, Serialize};

use crate::place::{check_code, check_name, check_time_zone, normal_code};

/// What is known about a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyFacts {
    /// The short code, in capitals.
    pub code: String,
    /// The name.
    pub name: String,
    /// What it counts in.
    pub currency: CurrencyCode,
    /// IANA time zone.
    pub time_zone: String,
    /// The month in which its business year begins: 1 to 12.
    pub fiscal_year_start: i32,
}

/// A property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Identity.
    pub id: PropertyId,
    /// What is known.
    pub facts: PropertyFacts,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Property {
    /// A new property, or everything that is wrong with it.
    pub fn open(id: PropertyId, facts: PropertyFacts, has_code: bool, act: Act) -> Result<Self, Refusals> {
        Ok(Self { id, facts: checked(facts, has_code)?, audit: Audit::new(act), version: 1 })
    }

    /// Takes these facts over, or says everything that is wrong with them.
    pub fn describe(&mut self, facts: PropertyFacts, has_code: bool, act: Act) -> Result<(), Refusals> {
        self.facts = checked(facts, has_code)?;
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }
}

fn checked(mut facts: PropertyFacts, has_code: bool) -> Result<PropertyFacts, Refusals> {
    facts.code = normal_code(&facts.code);
    facts.name = facts.name.trim().to_owned();
    let mut refusals = Refusals::new();
    check_code(&mut refusals, &facts.code);
    refusals.check(!has_code, || Refusal::duplicate("code", "there is already a property with this code"));
    check_name(&mut refusals, "name", &facts.name);
    check_time_zone(&mut refusals, &facts.time_zone);
    refusals.check((1..=12).contains(&facts.fiscal_year_start), || {
        Refusal::invalid("fiscalYearStart", "a month is between 1 and 12")
    });
    refusals.is_empty().then_some(facts).ok_or(refusals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_say_everything_that_is_wrong_with_them() {
        let bad = PropertyFacts {
            code: "p 1".to_owned(),
            name: String::new(),
            currency: "THB".parse().unwrap(),
            time_zone: "Siam".to_owned(),
            fiscal_year_start: 13,
        };
        let act = Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: None };
        let refused = Property::open(PropertyId::generate(), bad, true, act).unwrap_err();
        let fields: Vec<_> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["code", "code", "name", "timeZone", "fiscalYearStart"]);
    }
}
