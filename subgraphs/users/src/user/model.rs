//! The user and what may happen to it. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals};
use primitives::{Act, Audit, Decimal, Money, PropertyId, UserId};
use serde::{Deserialize, Serialize};

use crate::place::{check_locale, check_name, check_time_zone};

/// Characters of a mail address (RFC 5321).
const EMAIL_CHARS_MAX: usize = 254;
/// Characters of a sign-in name.
const USERNAME_CHARS_MAX: usize = 128;
/// Characters of a staff number.
const EMPLOYEE_NO_CHARS_MAX: usize = 32;
/// Limits stay below this, as all amounts do.
const LIMIT_MAX: i32 = 1_000_000_000;

/// Whether somebody works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UserStatus {
    /// Works here.
    Active,
    /// Has left.
    Inactive,
}

impl UserStatus {
    /// The word stored in tables and sent in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

impl FromStr for UserStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "ACTIVE" => Ok(Self::Active),
            "INACTIVE" => Ok(Self::Inactive),
            other => Err(format!("unknown user status {other}")),
        }
    }
}

/// How somebody wants days to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateFormat {
    /// 2026-07-01
    #[default]
    Iso,
    /// 01/07/2026
    DayFirst,
    /// 07/01/2026
    MonthFirst,
}

impl DateFormat {
    /// The word stored in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Iso => "ISO",
            Self::DayFirst => "DMY",
            Self::MonthFirst => "MDY",
        }
    }
}

impl FromStr for DateFormat {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "ISO" => Ok(Self::Iso),
            "DMY" => Ok(Self::DayFirst),
            "MDY" => Ok(Self::MonthFirst),
            other => Err(format!("unknown date format {other}")),
        }
    }
}

/// What somebody has chosen for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// How days are written.
    pub date_format: DateFormat,
    /// The property that screens open with.
    pub default_property_id: Option<PropertyId>,
    /// Whether messages that can wait come once a day.
    pub wants_digest: bool,
}

/// What is known about a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFacts {
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    pub email: String,
    /// The name others see.
    pub display_name: String,
    /// Language and formats.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// The number on the payroll.
    pub employee_no: Option<String>,
    /// Whom the user answers to.
    pub manager_id: Option<UserId>,
    /// Up to how much the user may approve; nothing when it is not said.
    pub approval_limit: Option<Money>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Identity; the sign-in account has the same.
    pub id: UserId,
    /// Whether the user works here.
    pub status: UserStatus,
    /// What is known.
    pub facts: UserFacts,
    /// What the user chose.
    pub preferences: Preferences,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// What stands around some facts: learnt from the tables before they are judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings {
    /// Whether another user has the mail address.
    pub has_email: bool,
    /// Whether another user has the sign-in name.
    pub has_username: bool,
    /// How the manager stands.
    pub manager: Standing,
}

/// How a manager stands to the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// An active user above, or nobody.
    #[default]
    Fine,
    /// No active user of the tenant.
    Unknown,
    /// Answers to the user, directly or through others.
    Below,
}

impl User {
    /// A new user, or everything that is wrong with it.
    pub fn join(id: UserId, facts: UserFacts, around: Surroundings, act: Act) -> Result<Self, Refusals> {
        let facts = checked(facts, around)?;
        let (status, audit) = (UserStatus::Active, Audit::new(act));
        Ok(Self { id, status, facts, preferences: Preferences::default(), audit, version: 1 })
    }

    /// Takes these facts over, or says everything that is wrong with them.
    pub fn describe(&mut self, facts: UserFacts, around: Surroundings, act: Act) -> Result<(), Refusals> {
        self.facts = checked(facts, around)?;
        self.touch(act);
        Ok(())
    }

    /// Takes the user's own choices over.
    pub fn prefer(&mut self, preferences: Preferences, act: Act) {
        self.preferences = preferences;
        self.touch(act);
    }

    /// Lets the user leave. Departments that the user heads need the manager to take them.
    pub fn leave(&mut self, heads: usize, manager: Option<&User>, act: Act) -> Result<(), Refusal> {
        if self.status == UserStatus::Inactive {
            return Err(Refusal::invalid_state("INACTIVE", "INACTIVE"));
        }
        let has_successor = manager.is_some_and(User::is_active);
        if heads > 0 && !has_successor {
            let message = "who heads a department cannot leave without an active manager to take it over";
            return Err(Refusal::new(Code::InvalidState, "id", message)
                .with("from", "ACTIVE")
                .with("to", "INACTIVE")
                .with("departments", heads));
        }
        self.status = UserStatus::Inactive;
        self.touch(act);
        Ok(())
    }

    /// Lets a user who left come back.
    pub fn come_back(&mut self, act: Act) -> Result<(), Refusal> {
        if self.is_active() {
            return Err(Refusal::invalid_state("ACTIVE", "ACTIVE"));
        }
        self.status = UserStatus::Active;
        self.touch(act);
        Ok(())
    }

    /// Whether the user works here.
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// What makes two mail addresses or sign-in names the same.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

fn checked(mut facts: UserFacts, around: Surroundings) -> Result<UserFacts, Refusals> {
    for text in [&mut facts.username, &mut facts.email, &mut facts.display_name] {
        *text = text.trim().to_owned();
    }
    facts.employee_no =
        facts.employee_no.map(|number| number.trim().to_owned()).filter(|number| !number.is_empty());
    let mut refusals = Refusals::new();
    let has_shape = (1..=USERNAME_CHARS_MAX).contains(&facts.username.chars().count())
        && !facts.username.chars().any(|c| c.is_whitespace() || c.is_control());
    refusals.check(has_shape, || {
        let message = format!("a sign-in name has 1 to {USERNAME_CHARS_MAX} characters and no spaces");
        Refusal::invalid("username", message)
    });
    refusals.check(!around.has_username, || {
        Refusal::duplicate("username", "there is already a user with this sign-in name")
    });
    refusals.check(is_email(&facts.email), || Refusal::invalid("email", "this is no mail address"));
    refusals.check(!around.has_email, || {
        Refusal::duplicate("email", "there is already a user with this mail address")
    });
    check_name(&mut refusals, "displayName", &facts.display_name);
    check_locale(&mut refusals, &facts.locale);
    check_time_zone(&mut refusals, &facts.time_zone);
    let number = facts.employee_no.as_deref().unwrap_or_default();
    refusals.check(number.chars().count() <= EMPLOYEE_NO_CHARS_MAX, || {
        Refusal::invalid(
            "employeeNo",
            format!("a staff number has at most {EMPLOYEE_NO_CHARS_MAX} characters"),
        )
    });
    match around.manager {
        Standing::Fine => {}
        Standing::Unknown => refusals.push(Refusal::new(Code::NotFound, "managerId", "manager not found")),
        Standing::Below => {
            refusals
                .push(Refusal::invalid("managerId", "nobody can be managed by somebody who answers to them"));
        }
    }
    let limit = facts.approval_limit.map_or(Decimal::ZERO, |limit| limit.amount);
    refusals.check(limit >= Decimal::ZERO && limit < Decimal::from_whole(LIMIT_MAX), || {
        Refusal::invalid("approvalLimit.amount", "a limit is between 0 and 1,000,000,000")
    });
    refusals.is_empty().then_some(facts).ok_or(refusals)
}

/// One @ with something before it and a domain with a dot behind it: what mail servers take beyond that, they decide.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_printable = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let has_domain = domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty());
    is_printable
        && text.chars().count() <= EMAIL_CHARS_MAX
        && !local.is_empty()
        && !local.contains('@')
        && has_domain
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn facts() -> UserFacts {
        UserFacts {
            username: "anong".to_owned(),
            email: "anong@andaman.example".to_owned(),
            display_name: "Anong".to_owned(),
            locale: "th-TH".to_owned(),
            time_zone: "Asia/Bangkok".to_owned(),
            employee_no: None,
            manager_id: None,
            approval_limit: None,
        }
    }

    fn act() -> Act {
        Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: None }
    }

    #[test]
    fn facts_say_everything_that_is_wrong_with_them_in_order() {
        let bad = UserFacts {
            username: "two words".to_owned(),
            email: "anong".to_owned(),
            display_name: " ".to_owned(),
            locale: "xx".to_owned(),
            time_zone: "Nowhere".to_owned(),
            employee_no: Some("9".repeat(33)),
            approval_limit: Some(Money::new(Decimal::from_whole(-1), "THB".parse().unwrap())),
            ..facts()
        };
        let around = Surroundings { has_email: true, has_username: true, manager: Standing::Below };
        let refused = User::join(UserId::generate(), bad, around, act()).unwrap_err();
        let fields: Vec<_> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        let expected = [
            "username",
            "username",
            "email",
            "email",
            "displayName",
            "locale",
            "timeZone",
            "employeeNo",
            "managerId",
            "approvalLimit.amount",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn mail_addresses_have_a_name_and_a_domain() {
        for good in ["a@b.c", "first.last+tag@mail.andaman.example", "สมชาย@ร้าน.ไทย"]
        {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b.c", "a@", "a@b", "a@b.", "a b@c.d", "a@b@c.d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn every_command_in_every_state() {
        let active = User::join(UserId::generate(), facts(), Surroundings::default(), act()).unwrap();
        let manager = User { id: UserId::generate(), ..active.clone() };
        let mut left = active.clone();
        left.leave(0, None, act()).unwrap();
        assert_eq!((left.status, left.version), (UserStatus::Inactive, 2));
        assert_eq!(left.clone().leave(0, None, act()).unwrap_err().code, Code::InvalidState);
        assert_eq!(active.clone().come_back(act()).unwrap_err().code, Code::InvalidState);
        assert_eq!(active.clone().leave(2, None, act()).unwrap_err().meta["departments"], 2);
        assert!(
            active.clone().leave(2, Some(&left), act()).is_err(),
            "a manager who left takes nothing over"
        );
        assert!(active.clone().leave(2, Some(&manager), act()).is_ok());
        left.come_back(act()).unwrap();
        assert!(left.is_active());
    }
}
