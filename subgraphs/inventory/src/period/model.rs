//! A month of the books and what may be done to it. Pure.

use std::fmt;
use std::str::FromStr;

use chassis::{Refusal, house};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use primitives::{Date, StockPeriodId, UserId};
use serde::Serialize;

use crate::act::Act;
use crate::machine::Machine;

/// Characters of a reason.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=500;

/// Whether anything may be posted into a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum PeriodStatus {
    /// Anything may.
    Open,
    /// Nothing may, unless it is opened again.
    Closed,
    /// Nothing ever will.
    Locked,
}

/// What can be done to a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeriodCommand {
    /// Let nothing in any more.
    Close,
    /// Let something in again.
    Reopen,
    /// Let nothing in ever again.
    Lock,
}

const STATUSES: [PeriodStatus; 3] = [PeriodStatus::Open, PeriodStatus::Closed, PeriodStatus::Locked];

impl Machine for PeriodStatus {
    type Command = PeriodCommand;

    const ARROWS: &'static [(Self, PeriodCommand, Self)] = &[
        (Self::Open, PeriodCommand::Close, Self::Closed),
        (Self::Closed, PeriodCommand::Reopen, Self::Open),
        (Self::Closed, PeriodCommand::Lock, Self::Locked),
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Locked => "LOCKED",
        }
    }
}

impl FromStr for PeriodStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = STATUSES.into_iter().find(|status| status.code() == code);
        known.ok_or_else(|| format!("unknown period status {code}"))
    }
}

/// A calendar month, `2026-07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(NaiveDate);

impl Month {
    /// The month a day lies in.
    pub(crate) fn of(day: Date) -> Self {
        Self(day.get().with_day(1).unwrap_or(day.get()))
    }

    /// Its first day.
    pub(crate) fn starts_on(self) -> Date {
        Date::from(self.0)
    }

    /// The day after its last one.
    pub(crate) fn ends_before(self) -> Date {
        Date::from(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }
}

impl FromStr for Month {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::invalid("month", "a month is written like 2026-07");
        if text.len() != 7 {
            return Err(wrong());
        }
        format!("{text}-01").parse::<Date>().map(Self::of).map_err(|_| wrong())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.format("%Y-%m"))
    }
}

/// A month of the books that was closed at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockPeriod {
    /// Identity.
    pub(crate) id: StockPeriodId,
    /// Which month.
    pub(crate) month: Month,
    /// Whether anything may be posted into it.
    pub(crate) status: PeriodStatus,
    /// Why it was opened again.
    pub(crate) reason: Option<String>,
    /// When it was last closed, and by whom.
    pub(crate) closed: Option<(DateTime<Utc>, UserId)>,
    /// Counts the changes, from 1; 0 before it is written for the first time.
    pub(crate) version: i32,
    /// When it was first closed.
    pub(crate) created_at: DateTime<Utc>,
    /// Who first closed it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

impl StockPeriod {
    /// A month that was never closed.
    pub(crate) fn untouched(month: Month, act: Act) -> Self {
        Self {
            id: StockPeriodId::at(act.at),
            month,
            status: PeriodStatus::Open,
            reason: None,
            closed: None,
            version: 0,
            created_at: act.at,
            created_by: act.by,
            updated_at: act.at,
            updated_by: act.by,
        }
    }

    /// Whether it may be closed. `closed_before` is the day up to which the books are closed so far.
    pub(crate) fn require_closable(&self, closed_before: Option<Date>, act: Act) -> Result<(), Refusal> {
        self.status.after(PeriodCommand::Close)?;
        self.require_over_and_next(closed_before, act)
    }

    /// Closes it, once nothing speaks against it any more.
    pub(crate) fn close(&mut self, act: Act) -> Result<(), Refusal> {
        self.status = self.status.after(PeriodCommand::Close)?;
        self.closed = Some((act.at, act.by));
        self.touch(act);
        Ok(())
    }

    /// Takes it one step further that is taken at once. `closed_before` is the day up to which the books are closed so far.
    pub(crate) fn step(
        &mut self,
        command: PeriodCommand,
        (closed_before, reason): (Option<Date>, Option<&str>),
        act: Act,
    ) -> Result<(), Refusal> {
        let status = self.status.after(command)?;
        match command {
            PeriodCommand::Close => {
                self.require_closable(closed_before, act)?;
                return self.close(act);
            }
            PeriodCommand::Reopen => {
                if closed_before != Some(self.month.ends_before()) {
                    let message = "a later month is closed: it has to be opened first";
                    return Err(Refusal::invalid("month", message));
                }
                self.reason = Some(explained(reason)?);
            }
            PeriodCommand::Lock => {}
        }
        self.status = status;
        self.touch(act);
        Ok(())
    }

    fn touch(&mut self, act: Act) {
        (self.version, self.updated_at, self.updated_by) = (self.version + 1, act.at, act.by);
    }

    fn require_over_and_next(&self, closed_before: Option<Date>, act: Act) -> Result<(), Refusal> {
        let today = house::day(act.at);
        if today < self.month.ends_before() {
            return Err(Refusal::invalid("month", "a month is closed once it is over"));
        }
        match closed_before {
            Some(day) if day < self.month.starts_on() => {
                let first = Month::of(day);
                let message = format!("months are closed one after another: {first} is the next one");
                Err(Refusal::invalid("month", message).with("next", first.to_string()))
            }
            Some(day) if day > self.month.starts_on() => {
                Err(Refusal::invalid("month", "a later month is closed already"))
            }
            _ => Ok(()),
        }
    }
}

fn explained(reason: Option<&str>) -> Result<String, Refusal> {
    let reason = reason.unwrap_or_default().trim();
    if REASON_CHARS.contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let message = format!("a reason has {} to {} characters", REASON_CHARS.start(), REASON_CHARS.end());
    Err(Refusal::invalid("reason", message))
}

/// Which months to list; what is left out does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PeriodFilter {
    /// Standing at one of these.
    pub(crate) statuses: Option<Vec<PeriodStatus>>,
    /// Beginning on or after this day.
    pub(crate) from: Option<Date>,
    /// Beginning before this day.
    pub(crate) before: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(day: &str) -> Act {
        Act { at: format!("{day}T08:00:00Z").parse().unwrap(), by: UserId::generate() }
    }

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_state_answers_every_command() {
        use PeriodCommand::{Close, Lock, Reopen};
        let lead = |status: PeriodStatus| {
            [Close, Reopen, Lock].map(|command| status.after(command).map_or("-", PeriodStatus::code))
        };
        assert_eq!(lead(PeriodStatus::Open), ["CLOSED", "-", "-"]);
        assert_eq!(lead(PeriodStatus::Closed), ["-", "OPEN", "LOCKED"]);
        assert_eq!(lead(PeriodStatus::Locked), ["-", "-", "-"]);
        assert_eq!(PeriodStatus::states().len(), STATUSES.len());
    }

    #[test]
    fn the_documented_diagram_is_the_machine() {
        let documented: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .skip_while(|line| *line != "stateDiagram-v2")
            .take_while(|line| *line != "```")
            .collect();
        assert_eq!(documented.join("\n") + "\n", PeriodStatus::diagram());
    }

    #[test]
    fn a_month_has_its_days() {
        let december = month("2026-12");
        assert_eq!((december.starts_on(), december.ends_before()), (day("2026-12-01"), day("2027-01-01")));
        assert_eq!(Month::of(day("2026-02-28")).to_string(), "2026-02");
        for wrong in ["2026-13", "2026-7", "2026-07-01", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn months_are_closed_one_after_another_once_they_are_over() {
        let close = |closed_before: Option<&str>, today: &str| {
            let act = act(today);
            let mut july = StockPeriod::untouched(month("2026-07"), act);
            july.step(PeriodCommand::Close, (closed_before.map(day), None), act).map(|()| july.status)
        };
        assert_eq!(close(None, "2026-08-01"), Ok(PeriodStatus::Closed));
        assert_eq!(close(Some("2026-07-01"), "2026-08-01"), Ok(PeriodStatus::Closed));
        assert!(close(None, "2026-07-31").is_err());
        assert_eq!(close(Some("2026-06-01"), "2026-08-01").unwrap_err().meta["next"], "2026-06");
        assert!(close(Some("2026-08-01"), "2026-08-01").is_err());
    }

    #[test]
    fn only_the_last_closed_month_is_opened_again_and_with_a_reason() {
        let act = act("2026-09-05");
        let mut july = StockPeriod::untouched(month("2026-07"), act);
        july.step(PeriodCommand::Close, (None, None), act).unwrap();
        let reason = Some("a delivery was forgotten");
        let (before_september, before_august) = (Some(day("2026-09-01")), Some(day("2026-08-01")));
        assert!(july.step(PeriodCommand::Reopen, (before_september, reason), act).is_err());
        assert!(july.step(PeriodCommand::Reopen, (before_august, Some("so")), act).is_err());
        july.step(PeriodCommand::Reopen, (before_august, reason), act).unwrap();
        assert_eq!((july.status, july.version), (PeriodStatus::Open, 2));
    }
}
