//! A lot and what may be done to it. Pure.

use std::str::FromStr;

use chassis::{Refusal, house};
use chrono::{DateTime, Utc};
use primitives::{Date, InventoryItemId, LocationId, LotId, ProductId, UserId, VendorId};
use serde::Serialize;

use crate::act::Act;
use crate::machine::Machine;

/// Characters of a lot number.
pub(crate) const NUMBER_CHARS_MAX: usize = 64;
/// The shortest and the longest reason.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=500;

/// Whether a lot may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum LotStatus {
    /// May be used.
    Ok,
    /// Held until somebody has looked at it.
    Quarantine,
    /// Called back: nobody may use it.
    Recalled,
    /// Past its date.
    Expired,
}

/// What can be done to a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LotCommand {
    /// Keep it from being used.
    Hold,
    /// Let it be used again.
    Release,
    /// Call it back.
    Recall,
    /// Its date has passed.
    Expire,
}

const STATUSES: [LotStatus; 4] =
    [LotStatus::Ok, LotStatus::Quarantine, LotStatus::Recalled, LotStatus::Expired];

impl Machine for LotStatus {
    type Command = LotCommand;

    const ARROWS: &'static [(Self, LotCommand, Self)] = &[
        (Self::Ok, LotCommand::Hold, Self::Quarantine),
        (Self::Quarantine, LotCommand::Release, Self::Ok),
        (Self::Ok, LotCommand::Recall, Self::Recalled),
        (Self::Quarantine, LotCommand::Recall, Self::Recalled),
        (Self::Expired, LotCommand::Recall, Self::Recalled),
        (Self::Recalled, LotCommand::Release, Self::Ok),
        (Self::Ok, LotCommand::Expire, Self::Expired),
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Quarantine => "QUARANTINE",
            Self::Recalled => "RECALLED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl FromStr for LotStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = STATUSES.into_iter().find(|status| status.code() == code);
        known.ok_or_else(|| format!("unknown lot status {code}"))
    }
}

/// Units of a product that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lot {
    /// Identity.
    pub(crate) id: LotId,
    /// Of which product.
    pub(crate) product: ProductId,
    /// What is printed on it; unique for the product.
    pub(crate) number: String,
    /// The last day it is good.
    pub(crate) expiry: Option<Date>,
    /// Whether it may be used.
    pub(crate) status: LotStatus,
    /// Why it is held, called back or let go.
    pub(crate) reason: Option<String>,
    /// Who brought it, where that is known.
    pub(crate) vendor: Option<VendorId>,
    /// At how many days before its end that was last told.
    pub(crate) told_days: Option<i32>,
    /// Counts the changes, from 1.
    pub(crate) version: i32,
    /// When it first came.
    pub(crate) created_at: DateTime<Utc>,
    /// Who took it in first.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

impl Lot {
    /// Whether it may be used on a day.
    pub(crate) fn is_usable_on(&self, day: Date) -> bool {
        self.status == LotStatus::Ok && !self.is_over_on(day)
    }

    /// How many days it is still good after `day`; below zero where it is past its date, none where it has none.
    pub(crate) fn days_left(&self, day: Date) -> Option<i64> {
        self.expiry.map(|last| (last.get() - day.get()).num_days())
    }

    /// Whether its last good day lies before a day.
    pub(crate) fn is_over_on(&self, day: Date) -> bool {
        self.expiry.is_some_and(|expiry| expiry < day)
    }

    /// Takes it one step further, for a reason.
    pub(crate) fn step(&mut self, command: LotCommand, reason: &str, act: Act) -> Result<(), Refusal> {
        let status = self.status.after(command)?;
        let reason = reason.trim();
        if !REASON_CHARS.contains(&reason.chars().count()) {
            let message =
                format!("a reason has {} to {} characters", REASON_CHARS.start(), REASON_CHARS.end());
            return Err(Refusal::invalid("reason", message));
        }
        // What was called back and let go may be past its date by now: then it is not good again.
        let is_over = status == LotStatus::Ok && self.is_over_on(house::day(act.at));
        self.status = if is_over { LotStatus::Expired } else { status };
        self.reason = Some(reason.to_owned());
        (self.version, self.updated_at, self.updated_by) = (self.version + 1, act.at, act.by);
        Ok(())
    }
}

/// In which order to list lots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum LotSort {
    /// First to expire first; those that never do last.
    #[default]
    ExpiryAsc,
    /// Last taken in first.
    CreatedAtDesc,
    /// By number.
    NumberAsc,
}

/// Which lots to list; what is left out does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LotFilter {
    /// With these ids.
    pub(crate) ids: Option<Vec<LotId>>,
    /// Of these products.
    pub(crate) products: Option<Vec<ProductId>>,
    /// With something on hand at one of these locations.
    pub(crate) locations: Option<Vec<LocationId>>,
    /// With something on hand at one of these items.
    pub(crate) items: Option<Vec<InventoryItemId>>,
    /// With these numbers.
    pub(crate) numbers: Option<Vec<String>>,
    /// Brought by one of these vendors.
    pub(crate) vendors: Option<Vec<VendorId>>,
    /// Standing at one of these.
    pub(crate) statuses: Option<Vec<LotStatus>>,
    /// Good until before this day.
    pub(crate) expiring_before: Option<Date>,
    /// Whether anything of it is on hand anywhere.
    pub(crate) in_stock: Option<bool>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn lot(number: &str, expiry: Option<&str>, status: LotStatus) -> Lot {
        Lot {
            id: LotId::generate(),
            product: ProductId::generate(),
            number: number.to_owned(),
            expiry: expiry.map(|day| day.parse().unwrap()),
            status,
            reason: None,
            vendor: None,
            told_days: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            created_by: UserId::generate(),
            updated_at: DateTime::UNIX_EPOCH,
            updated_by: UserId::generate(),
        }
    }

    fn act() -> Act {
        Act { at: "2026-07-10T12:00:00Z".parse().unwrap(), by: UserId::generate() }
    }

    const REASON: &str = "the seal is broken";

    #[test]
    fn every_state_answers_every_command() {
        use LotCommand::{Expire, Hold, Recall, Release};
        let lead = |status: LotStatus| {
            [Hold, Release, Recall, Expire].map(|command| status.after(command).map_or("-", LotStatus::code))
        };
        assert_eq!(lead(LotStatus::Ok), ["QUARANTINE", "-", "RECALLED", "EXPIRED"]);
        assert_eq!(lead(LotStatus::Quarantine), ["-", "OK", "RECALLED", "-"]);
        assert_eq!(lead(LotStatus::Recalled), ["-", "OK", "-", "-"]);
        assert_eq!(lead(LotStatus::Expired), ["-", "-", "RECALLED", "-"]);
        assert_eq!(LotStatus::states().len(), STATUSES.len());
        for status in STATUSES {
            assert_eq!(status.code().parse(), Ok(status));
        }
    }

    #[test]
    fn the_documented_diagram_is_the_machine() {
        let documented: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .skip_while(|line| *line != "stateDiagram-v2")
            .take_while(|line| *line != "```")
            .collect();
        assert_eq!(documented.join("\n") + "\n", LotStatus::diagram());
    }

    #[test]
    fn a_lot_is_good_through_its_last_day() {
        let lot = lot("L1", Some("2026-07-10"), LotStatus::Ok);
        assert!(lot.is_usable_on("2026-07-10".parse().unwrap()));
        assert!(!lot.is_usable_on("2026-07-11".parse().unwrap()));
    }

    #[test]
    fn what_is_let_go_after_its_date_has_expired() {
        let mut late = lot("L1", Some("2026-07-09"), LotStatus::Quarantine);
        late.step(LotCommand::Release, REASON, act()).unwrap();
        assert_eq!((late.status, late.version), (LotStatus::Expired, 2));
        let mut good = lot("L1", Some("2026-07-10"), LotStatus::Quarantine);
        good.step(LotCommand::Release, REASON, act()).unwrap();
        assert_eq!(good.status, LotStatus::Ok);
    }

    #[test]
    fn a_step_needs_a_reason() {
        let mut lot = lot("L1", None, LotStatus::Ok);
        let refused = lot.step(LotCommand::Hold, " because ", act()).unwrap_err();
        assert_eq!(refused.field, ["reason"]);
        assert_eq!((lot.status, lot.version), (LotStatus::Ok, 1));
    }
}
