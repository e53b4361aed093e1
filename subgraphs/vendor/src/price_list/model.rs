//! The price list and what may happen to it. Pure.

use std::str::FromStr;

use chassis::{Refusal, Refusals};
use primitives::{Act, Audit, CurrencyCode, Date, PriceListId, VendorId};
use serde::{Deserialize, Serialize};

/// The shortest reason for sending a list back.
const MIN_REASON: usize = 10;
/// The longest one.
const MAX_REASON: usize = 500;

/// Where a price list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PriceListStatus {
    /// Being written.
    Draft,
    /// Waiting for approval.
    Submitted,
    /// In force on the days of its window.
    Active,
    /// Replaced by a later one.
    Superseded,
    /// Its window has passed.
    Expired,
    /// Taken out of force.
    Inactive,
}

impl PriceListStatus {
    /// The word stored in tables and sent in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Active => "ACTIVE",
            Self::Superseded => "SUPERSEDED",
            Self::Expired => "EXPIRED",
            Self::Inactive => "INACTIVE",
        }
    }

    /// Whether the machine has this arrow.
    fn leads_to(self, next: Self) -> bool {
        use PriceListStatus::{Active, Draft, Expired, Inactive, Submitted, Superseded};
        matches!(
            (self, next),
            (Draft, Submitted) | (Submitted, Active | Draft) | (Active, Superseded | Expired | Inactive)
        )
    }
}

impl FromStr for PriceListStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "DRAFT" => Ok(Self::Draft),
            "SUBMITTED" => Ok(Self::Submitted),
            "ACTIVE" => Ok(Self::Active),
            "SUPERSEDED" => Ok(Self::Superseded),
            "EXPIRED" => Ok(Self::Expired),
            "INACTIVE" => Ok(Self::Inactive),
            other => Err(format!("unknown price list status {other}")),
        }
    }
}

/// The days on which a list is in force: from the first to the end of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first day.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
}

impl Window {
    /// Whether a day lies in it.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether two windows share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// A price list without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    /// Identity.
    pub id: PriceListId,
    /// Its number, `PL-2026-001`.
    pub number: String,
    /// Whose prices.
    pub vendor_id: VendorId,
    /// In which currency.
    pub currency: CurrencyCode,
    /// When.
    pub window: Window,
    /// Where it stands.
    pub status: PriceListStatus,
    /// Why it was sent back or taken out of force, or what it gave way to.
    pub status_reason: Option<String>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl PriceList {
    /// Moves along the machine.
    pub fn move_to(&mut self, next: PriceListStatus, act: Act) -> Result<(), Refusals> {
        if !self.status.leads_to(next) {
            return Err(Refusal::invalid_state(self.status.code(), next.code()).into());
        }
        self.status = next;
        self.status_reason = None;
        self.touch(act);
        Ok(())
    }

    /// Moves along the machine for a reason that somebody will want to read.
    pub fn move_because(&mut self, next: PriceListStatus, reason: &str, act: Act) -> Result<(), Refusals> {
        let reason = read_reason(reason)?;
        self.move_to(next, act)?;
        self.status_reason = Some(reason);
        Ok(())
    }

    /// Whether it is still active although its last day is over.
    pub fn is_over(&self, today: Date) -> bool {
        self.status == PriceListStatus::Active && self.window.to < today
    }

    /// Gives way to a later list of the same vendor.
    pub fn give_way(&mut self, to: &Self, act: Act) -> Result<(), Refusals> {
        if self.vendor_id != to.vendor_id {
            return Err(Refusal::invalid("", "this is a list of another vendor").into());
        }
        self.move_to(PriceListStatus::Superseded, act)?;
        self.status_reason = Some(format!("superseded by {}", to.number));
        Ok(())
    }

    /// Makes room for a later list that prices the same: ends the day before when it began before and the other one is
    /// still to come, gives way at once otherwise. Whether it gave way.
    pub fn make_room(&mut self, to: &Self, today: Date, act: Act) -> Result<bool, Refusals> {
        if today >= to.window.from || self.window.from >= to.window.from {
            return self.give_way(to, act).map(|()| true);
        }
        self.window.to = to.window.from.get().pred_opt().map_or(self.window.to, Date::from);
        self.status_reason = Some(format!("ends early: {} follows", to.number));
        self.touch(act);
        Ok(false)
    }

    /// Only a draft can be edited.
    pub fn require_draft(&self) -> Result<(), Refusals> {
        match self.status {
            PriceListStatus::Draft => Ok(()),
            other => Err(Refusal::invalid_state(other.code(), PriceListStatus::Draft.code()).into()),
        }
    }

    /// Notes a change.
    pub fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// A reason that somebody can make something of.
pub fn read_reason(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if (MIN_REASON..=MAX_REASON).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let message = format!("a reason of {MIN_REASON} to {MAX_REASON} characters is needed");
    Err(Refusal::invalid("reason", message))
}

/// A window must not end before it starts.
pub fn check_window(window: Window) -> Result<(), Refusal> {
    if window.to < window.from {
        return Err(Refusal::invalid("validTo", "the last day must not be before the first"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        Window { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn windows_that_meet_on_one_day_overlap() {
        let july = window("2026-07-01", "2026-07-31");
        assert!(july.overlaps(window("2026-07-31", "2026-08-31")));
        assert!(!july.overlaps(window("2026-08-01", "2026-08-31")));
        assert!(
            july.contains("2026-07-31".parse().unwrap()) && !july.contains("2026-08-01".parse().unwrap())
        );
        assert!(check_window(window("2026-07-02", "2026-07-01")).is_err());
        assert!(check_window(window("2026-07-01", "2026-07-01")).is_ok());
    }

    #[test]
    fn a_list_makes_room_by_ending_early_while_the_next_is_still_to_come() {
        let act = Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: None };
        let list = |from: &str, to: &str| PriceList {
            id: PriceListId::generate(),
            number: "PL-2026-009".to_owned(),
            vendor_id: "0197c2f0-0000-7000-8000-000000000001".parse().unwrap(),
            currency: CurrencyCode::THB,
            window: window(from, to),
            status: PriceListStatus::Active,
            status_reason: None,
            audit: Audit::new(act),
            version: 1,
        };
        let (mut old, next) = (list("2026-01-01", "2026-12-31"), list("2026-08-01", "2026-12-31"));
        let (today, begun) = ("2026-07-31".parse().unwrap(), "2026-08-01".parse().unwrap());
        assert_eq!(old.make_room(&next, today, act), Ok(false));
        assert_eq!((old.window, old.status), (window("2026-01-01", "2026-07-31"), PriceListStatus::Active));
        assert_eq!(list("2026-01-01", "2026-12-31").make_room(&next, begun, act), Ok(true));
        let mut within = list("2026-08-01", "2026-08-31");
        assert_eq!(within.make_room(&next, today, act), Ok(true));
        assert_eq!(within.status, PriceListStatus::Superseded);
    }

    #[test]
    fn every_move_is_either_an_arrow_or_refused() {
        use PriceListStatus::{Active, Draft, Expired, Inactive, Submitted, Superseded};
        let all = [Draft, Submitted, Active, Superseded, Expired, Inactive];
        let count = all.iter().flat_map(|from| all.iter().filter(|to| from.leads_to(**to))).count();
        assert_eq!(count, 6);
        assert!(Draft.leads_to(Submitted) && Submitted.leads_to(Draft) && !Active.leads_to(Draft));
    }
}
