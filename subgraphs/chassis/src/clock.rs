//! The time, as something that can be handed in.
//!
//! Nothing else in the platform asks the operating system for the time, so a test decides what "today" is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

/// Where a subgraph gets the time from.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The operating system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until it is moved. Clones move together.
    pub fn standing_at(at: DateTime<Utc>) -> Self {
        Self(Source::Set(Arc::new(Mutex::new(at.trunc_subsecs(6)))))
    }

    /// Now, cut to microseconds: the finest time both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => Utc::now().trunc_subsecs(6),
            Source::Set(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a standing clock forward; the system clock takes no orders and stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Source::Set(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_standing_clock_move_together() {
        let clock = Clock::standing_at(DateTime::UNIX_EPOCH);
        let other = clock.clone();
        other.advance(Duration::from_secs(90));
        assert_eq!(clock.now().timestamp(), 90);
    }

    #[test]
    fn the_system_clock_keeps_no_more_than_microseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000, 0);
    }
}
