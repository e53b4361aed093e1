//! Accounts and the rule of the five attempts.

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{TenantId, UserId};

/// Wrong passwords that close an account.
pub(crate) const ATTEMPTS_MAX: i32 = 5;

/// The span in which they are counted.
pub(crate) const ATTEMPTS_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// How long a closed account stays closed.
pub(crate) const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) tenant: TenantId,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) display_name: String,
    pub(crate) password_hash: String,
    pub(crate) status: Status,
    pub(crate) attempts: Attempts,
    pub(crate) version: i32,
    pub(crate) created_at: DateTime<Utc>,
}

/// Whether an account is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Made, but its owner has not set a password yet.
    Invited,
    /// In use.
    Active,
    /// Out of use.
    Disabled,
}

/// The wrong passwords of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    pub(crate) failed: i32,
    pub(crate) first_failed_at: Option<DateTime<Utc>>,
    pub(crate) locked_until: Option<DateTime<Utc>>,
}

impl Account {
    /// Whether it may sign in at all.
    pub(crate) fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "INVITED",
            Self::Active => "ACTIVE",
            Self::Disabled => "DISABLED",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled].into_iter().find(|status| status.as_str() == text)
    }
}

impl Attempts {
    /// Whether no attempt is allowed at `now`.
    pub(crate) fn is_locked(&self, now: DateTime<Utc>) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// One more attempt, counted as failed until its password proves right. The fifth within the window closes the
    /// account. `None` while it is closed: the attempt does not count and must not succeed.
    pub(crate) fn begin(self, now: DateTime<Utc>) -> Option<Self> {
        if self.is_locked(now) {
            return None;
        }
        let is_fresh = self.locked_until.is_some()
            || self.first_failed_at.is_none_or(|first| now - first >= ATTEMPTS_WINDOW);
        let counted = if is_fresh {
            Self { failed: 1, first_failed_at: Some(now), locked_until: None }
        } else {
            Self { failed: self.failed + 1, ..self }
        };
        let closes = counted.failed >= ATTEMPTS_MAX;
        Some(Self { locked_until: closes.then(|| now + LOCKED_FOR), ..counted })
    }
}

/// Names are compared without regard to case and surrounding space.
pub(crate) fn fold(username: &str) -> String {
    username.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn after(minutes: &[i64]) -> Attempts {
        minutes.iter().fold(Attempts::default(), |attempts, minute| attempts.begin(at(*minute)).unwrap())
    }

    #[test]
    fn the_fifth_wrong_password_closes_the_account_for_fifteen_minutes() {
        let attempts = after(&[0, 1, 2, 3]);
        assert!(!attempts.is_locked(at(3)));
        let closed = attempts.begin(at(4)).unwrap();
        assert!(closed.is_locked(at(4)) && closed.is_locked(at(18)) && !closed.is_locked(at(19)));
        assert_eq!(closed.begin(at(10)), None);
    }

    #[test]
    fn attempts_far_apart_do_not_add_up() {
        assert_eq!(after(&[0, 1, 2, 3, 15]).failed, 1);
        assert_eq!(after(&[0, 5, 10, 14]).failed, 4);
    }

    #[test]
    fn a_lock_that_is_over_starts_the_count_anew() {
        let reopened = after(&[0, 0, 0, 0, 0]).begin(at(15)).unwrap();
        assert_eq!((reopened.failed, reopened.is_locked(at(15))), (1, false));
    }

    #[test]
    fn names_have_one_spelling() {
        assert_eq!(fold("  Chef@Andaman.EXAMPLE "), "chef@andaman.example");
    }

    #[test]
    fn every_status_reads_back() {
        for status in [Status::Invited, Status::Active, Status::Disabled] {
            assert_eq!(Status::read(status.as_str()), Some(status));
        }
        assert_eq!(Status::read("LOCKED"), None);
    }
}
