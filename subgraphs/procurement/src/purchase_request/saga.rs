//! What an approved request sets in motion: stores keep what they can spare of it, and the rest is to be ordered. When it is
//! given up, they let go of it.

use chassis::saga::{Plan, Saga, Step};
use chrono::{DateTime, Utc};

/// Inventory keeps what stores hold.
pub(super) const RESERVE_STOCK: &str = "RESERVE_STOCK";
/// Lines know how much is kept, and so how much is to be ordered.
const COUNT_RESERVED: &str = "COUNT_RESERVED";
/// Budgets know what is still to be paid for.
const COMMIT_BUDGET: &str = "COMMIT_BUDGET";
/// Whoever is interested is told.
const TELL_REQUESTER: &str = "TELL_REQUESTER";

/// The steps of an approved request.
pub(crate) const PLAN: Plan = Plan {
    kind: "PURCHASE_REQUEST",
    told_by: &["inventory"],
    steps: &[
        Step {
            name: RESERVE_STOCK,
            undo: Some("RELEASE_RESERVATION"),
            events: &[
                ("inventory", "pr.approved"),
                ("inventory", "pr.cancelled"),
                ("procurement", "reservation.completed"),
                ("procurement", "reservation.released"),
            ],
        },
        Step { name: COUNT_RESERVED, undo: Some("FORGET_RESERVED"), events: &[] },
        Step { name: COMMIT_BUDGET, undo: Some("FREE_BUDGET"), events: &[] },
        Step { name: TELL_REQUESTER, undo: None, events: &[] },
    ],
};

/// It was approved.
pub(super) fn approved(saga: &mut Saga, at: DateTime<Utc>) {
    saga.start(RESERVE_STOCK, at);
}

/// Stores have said how much they keep, and everything that follows from it was written.
pub(super) fn counted(saga: &mut Saga, at: DateTime<Utc>) {
    for step in [RESERVE_STOCK, COUNT_RESERVED, COMMIT_BUDGET, TELL_REQUESTER] {
        saga.finish(step, at);
    }
}

/// It was given up: nothing of it counts any more, and stores are asked to let go.
pub(super) fn cancelled(saga: &mut Saga, (reason, version): (&str, i32), at: DateTime<Utc>) {
    saga.compensate((reason, version), at);
    saga.undone(COMMIT_BUDGET, at);
    saga.undone(COUNT_RESERVED, at);
}
