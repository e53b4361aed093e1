//! Closing a month: nothing is posted into it any more, what is under way is looked for, what it held is written down, and it
//! is closed. What goes wrong opens it again.

use chassis::saga::{Plan, Saga, Step};
use chrono::{DateTime, Utc};

/// Nothing is posted into the month any more.
const BLOCK_POSTINGS: &str = "BLOCK_POSTINGS";
/// No count is under way that began in it.
pub(super) const CHECK_DOCUMENTS: &str = "CHECK_DOCUMENTS";
/// What every item held at its end is written down.
pub(super) const WRITE_SNAPSHOT: &str = "WRITE_SNAPSHOT";
/// It is closed.
pub(super) const CLOSE_MONTH: &str = "CLOSE_MONTH";

/// The steps after the first one, in their order.
pub(super) const FURTHER: [&str; 3] = [CHECK_DOCUMENTS, WRITE_SNAPSHOT, CLOSE_MONTH];

/// The steps of a month that is closed. Nobody else has to do anything: each is a transaction of its own.
pub(crate) const PLAN: Plan = Plan {
    kind: "STOCK_PERIOD",
    told_by: &[],
    steps: &[
        Step { name: BLOCK_POSTINGS, undo: Some("UNBLOCK_POSTINGS"), events: &[] },
        Step { name: CHECK_DOCUMENTS, undo: None, events: &[] },
        Step { name: WRITE_SNAPSHOT, undo: None, events: &[] },
        Step { name: CLOSE_MONTH, undo: None, events: &[] },
    ],
};

/// It began: postings are blocked.
pub(super) fn begun(saga: &mut Saga, at: DateTime<Utc>) {
    saga.finish(BLOCK_POSTINGS, at);
    saga.start(CHECK_DOCUMENTS, at);
}

/// A step is done, and the next one is to come.
pub(super) fn done(saga: &mut Saga, step: &str, at: DateTime<Utc>) {
    saga.finish(step, at);
    if let Some(next) = FURTHER.iter().skip_while(|each| **each != step).nth(1) {
        saga.start(next, at);
    }
}

/// Something speaks against it: the month is open again.
pub(super) fn refused(saga: &mut Saga, (step, why, version): (&str, &str, i32), at: DateTime<Utc>) {
    saga.refuse(step, (why, version), at);
    saga.undone(BLOCK_POSTINGS, at);
}

/// A step keeps failing: the month is open again.
pub(super) fn aborted(saga: &mut Saga, (why, version): (&str, i32), at: DateTime<Utc>) {
    saga.compensate((why, version), at);
    saga.undone(BLOCK_POSTINGS, at);
}
