//! The vendor and what may happen to it. Pure.

use std::str::FromStr;

use chassis::{Refusal, Refusals};
use primitives::{Act, Audit, CurrencyCode, Decimal, VendorId};
use serde::{Deserialize, Serialize};

/// Characters of a code.
const MAX_CODE: usize = 32;
/// Characters of a name.
const MAX_NAME: usize = 200;
/// Characters of a tax number.
const MAX_TAX_ID: usize = 32;
/// Characters of a telephone number.
const MAX_PHONE: usize = 40;
/// Characters of a reason.
const MAX_REASON: usize = 500;
/// The longest lead time or payment term: a year.
const MAX_DAYS: i32 = 365;

/// Where a vendor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VendorStatus {
    /// Being looked at; nothing may be bought yet.
    Prospect,
    /// Sells to us.
    Active,
    /// Must not be bought from for the time being.
    Blocked,
    /// History.
    Archived,
}

impl VendorStatus {
    /// The word stored in tables and sent in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Prospect => "PROSPECT",
            Self::Active => "ACTIVE",
            Self::Blocked => "BLOCKED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// Whether the machine has this arrow.
    fn leads_to(self, next: Self) -> bool {
        use VendorStatus::{Active, Archived, Blocked, Prospect};
        matches!(
            (self, next),
            (Prospect | Blocked, Active) | (Active, Blocked) | (Prospect | Active | Blocked, Archived)
        )
    }
}

impl FromStr for VendorStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "PROSPECT" => Ok(Self::Prospect),
            "ACTIVE" => Ok(Self::Active),
            "BLOCKED" => Ok(Self::Blocked),
            "ARCHIVED" => Ok(Self::Archived),
            other => Err(format!("unknown vendor status {other}")),
        }
    }
}

/// What is known about a vendor; the same fields as they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorFacts {
    /// The house's own short code, in capitals.
    pub code: String,
    /// The name.
    pub name: String,
    /// The tax number.
    pub tax_id: Option<String>,
    /// What it bills in.
    pub currency: CurrencyCode,
    /// Days until a bill is due.
    pub payment_terms_days: i32,
    /// Days between order and delivery.
    pub lead_time_days: i32,
    /// The smallest order it delivers, in its currency.
    pub minimum_order: Option<Decimal>,
    /// How content the house is: 0 to 5.
    pub rating: Option<Decimal>,
    /// Whom to talk to.
    pub contact_name: Option<String>,
    /// Where to write.
    pub email: Option<String>,
    /// Where to call.
    pub phone: Option<String>,
}

/// A vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// Identity.
    pub id: VendorId,
    /// Where it stands.
    pub status: VendorStatus,
    /// Why it is blocked.
    pub status_reason: Option<String>,
    /// What is known about it.
    pub facts: VendorFacts,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Vendor {
    /// A new vendor, or everything that is wrong with it.
    pub fn register(id: VendorId, facts: VendorFacts, has_code: bool, act: Act) -> Result<Self, Refusals> {
        let facts = checked(facts, has_code)?;
        let status = VendorStatus::Prospect;
        Ok(Self { id, status, status_reason: None, facts, audit: Audit::new(act), version: 1 })
    }

    /// Other facts.
    pub fn describe(&mut self, facts: VendorFacts, has_code: bool, act: Act) -> Result<(), Refusals> {
        if self.status == VendorStatus::Archived {
            return Err(Refusal::invalid_state(self.status.code(), self.status.code()).into());
        }
        self.facts = checked(facts, has_code)?;
        self.touch(act);
        Ok(())
    }

    /// Moves along the machine; blocking needs a reason.
    pub fn move_to(&mut self, next: VendorStatus, reason: Option<&str>, act: Act) -> Result<(), Refusals> {
        if !self.status.leads_to(next) {
            return Err(Refusal::invalid_state(self.status.code(), next.code()).into());
        }
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        if next == VendorStatus::Blocked && reason.is_none_or(|reason| reason.chars().count() < 3) {
            return Err(Refusal::invalid(
                "reason",
                "a reason of at least 3 characters is needed to block a vendor",
            )
            .into());
        }
        if reason.is_some_and(|reason| reason.chars().count() > MAX_REASON) {
            let message = format!("a reason has at most {MAX_REASON} characters");
            return Err(Refusal::invalid("reason", message).into());
        }
        self.status = next;
        self.status_reason = reason.filter(|_| next == VendorStatus::Blocked).map(str::to_owned);
        self.touch(act);
        Ok(())
    }

    fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// A code in the form it is compared in.
pub(crate) fn normal_code(code: &str) -> String {
    code.trim().to_uppercase()
}

/// Whether something can be sent to this address.
pub(crate) fn is_mail(address: &str) -> bool {
    address.len() <= 254
        && address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// The facts in normal form, or everything that is wrong with them.
fn checked(mut facts: VendorFacts, has_code: bool) -> Result<VendorFacts, Refusals> {
    let mut refusals = Refusals::new();
    facts.code = normal_code(&facts.code);
    facts.name = facts.name.trim().to_owned();
    let is_code = !facts.code.is_empty()
        && facts.code.len() <= MAX_CODE
        && facts.code.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    refusals.check(is_code, || {
        Refusal::invalid("code", format!("a code has 1 to {MAX_CODE} letters A to Z, digits and - _ . /"))
    });
    refusals.check(!has_code, || Refusal::duplicate("code", "there is already a vendor with this code"));
    refusals.check((1..=MAX_NAME).contains(&facts.name.chars().count()), || {
        Refusal::invalid("name", format!("a name has 1 to {MAX_NAME} characters"))
    });
    for (field, days) in
        [("paymentTermsDays", facts.payment_terms_days), ("leadTimeDays", facts.lead_time_days)]
    {
        refusals.check((0..=MAX_DAYS).contains(&days), || {
            Refusal::invalid(field, format!("{field} must be between 0 and {MAX_DAYS}"))
        });
    }
    let is_amount =
        facts.minimum_order.is_none_or(|amount| !amount.is_negative() && amount.is_within_bound());
    refusals.check(is_amount, || Refusal::invalid("minOrder", "the minimum order must not be negative"));
    let is_rating =
        facts.rating.is_none_or(|rating| !rating.is_negative() && rating <= Decimal::from_whole(5));
    refusals.check(is_rating, || Refusal::invalid("rating", "a rating is between 0 and 5"));
    let texts = [
        ("taxId", &facts.tax_id, MAX_TAX_ID),
        ("contactName", &facts.contact_name, MAX_NAME),
        ("phone", &facts.phone, MAX_PHONE),
    ];
    for (field, text, most) in texts {
        refusals.check(text.as_deref().is_none_or(|text| text.chars().count() <= most), || {
            Refusal::invalid(field, format!("{field} has at most {most} characters"))
        });
    }
    refusals.check(facts.email.as_deref().is_none_or(is_mail), || {
        Refusal::invalid("email", "this is no e-mail address")
    });
    if refusals.is_empty() { Ok(facts) } else { Err(refusals) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn facts(code: &str) -> VendorFacts {
        VendorFacts {
            code: code.to_owned(),
            name: "Andaman Fish Market".to_owned(),
            tax_id: None,
            currency: CurrencyCode::THB,
            payment_terms_days: 30,
            lead_time_days: 2,
            minimum_order: None,
            rating: None,
            contact_name: None,
            email: None,
            phone: None,
        }
    }

    fn act() -> Act {
        Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: Some(primitives::UserId::generate()) }
    }

    #[test]
    fn everything_wrong_comes_out_at_once() {
        let bad = VendorFacts {
            name: " ".to_owned(),
            lead_time_days: -1,
            rating: Some(Decimal::from_whole(6)),
            email: Some("nobody".to_owned()),
            ..facts("no spaces")
        };
        let refused = Vendor::register(VendorId::generate(), bad, true, act()).unwrap_err();
        let fields: Vec<String> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["code", "code", "name", "leadTimeDays", "rating", "email"]);
    }

    #[test]
    fn every_move_is_either_an_arrow_or_refused() {
        use VendorStatus::{Active, Archived, Blocked, Prospect};
        let all = [Prospect, Active, Blocked, Archived];
        let mut arrows = Vec::new();
        for from in all {
            for to in all {
                let mut vendor = Vendor::register(VendorId::generate(), facts("FISH"), false, act()).unwrap();
                vendor.status = from;
                match vendor.move_to(to, Some("late again"), act()) {
                    Ok(()) => arrows.push((from.code(), to.code())),
                    Err(refused) => assert_eq!(refused.first().unwrap().code, chassis::Code::InvalidState),
                }
            }
        }
        let expected = [
            ("PROSPECT", "ACTIVE"),
            ("PROSPECT", "ARCHIVED"),
            ("ACTIVE", "BLOCKED"),
            ("ACTIVE", "ARCHIVED"),
            ("BLOCKED", "ACTIVE"),
            ("BLOCKED", "ARCHIVED"),
        ];
        assert_eq!(arrows, expected);
    }

    #[test]
    fn blocking_needs_a_reason_that_goes_with_the_block() {
        let mut vendor = Vendor::register(VendorId::generate(), facts("FISH"), false, act()).unwrap();
        vendor.move_to(VendorStatus::Active, None, act()).unwrap();
        assert!(vendor.move_to(VendorStatus::Blocked, Some(" "), act()).is_err());
        vendor.move_to(VendorStatus::Blocked, Some("spoiled fish"), act()).unwrap();
        assert_eq!(vendor.status_reason.as_deref(), Some("spoiled fish"));
        vendor.move_to(VendorStatus::Active, None, act()).unwrap();
        assert_eq!((vendor.status_reason, vendor.version), (None, 4));
    }
}
