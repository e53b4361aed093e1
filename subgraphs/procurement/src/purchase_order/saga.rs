//! What an order that was sent sets in motion: stores expect it, its budget is bound, and the vendor is to acknowledge it. When
//! nothing more is expected of it, that is taken back.

use chassis::saga::{Plan, Saga, Step};
use chrono::{DateTime, Utc};

/// Stores expect what was ordered.
pub(super) const PUT_ON_ORDER: &str = "PUT_ON_ORDER";
/// Budgets hold what it will cost.
const BIND_BUDGET: &str = "BIND_BUDGET";
/// The vendor says that it will be delivered.
const AWAIT_ACKNOWLEDGEMENT: &str = "AWAIT_ACKNOWLEDGEMENT";

/// Whatever happens to an order, inventory follows it.
const FOLLOWED: &[(&str, &str)] = &[
    ("inventory", "po.sent"),
    ("inventory", "po.cancelled"),
    ("inventory", "po.closed"),
    ("procurement", "onorder.changed"),
];

/// The steps of an order that was sent.
pub(crate) const PLAN: Plan = Plan {
    kind: "PURCHASE_ORDER",
    told_by: &["inventory"],
    steps: &[
        Step { name: PUT_ON_ORDER, undo: Some("TAKE_OFF_ORDER"), events: FOLLOWED },
        Step { name: BIND_BUDGET, undo: Some("FREE_BUDGET"), events: &[] },
        Step { name: AWAIT_ACKNOWLEDGEMENT, undo: None, events: &[] },
    ],
};

/// It went out, or is open again after it was closed. Its budget was bound when it was made of requests.
pub(super) fn sent(saga: &mut Saga, is_new: bool, at: DateTime<Utc>) {
    saga.start(PUT_ON_ORDER, at);
    saga.finish(BIND_BUDGET, at);
    if is_new {
        saga.start(AWAIT_ACKNOWLEDGEMENT, at);
    } else {
        delivered(saga, at);
    }
}

/// The vendor will deliver.
pub(super) fn acknowledged(saga: &mut Saga, at: DateTime<Utc>) {
    saga.finish(AWAIT_ACKNOWLEDGEMENT, at);
}

/// Something came, so that the vendor need not say it will.
pub(crate) fn delivered(saga: &mut Saga, at: DateTime<Utc>) {
    saga.skip(AWAIT_ACKNOWLEDGEMENT, "it was delivered", at);
}

/// Something of it will not come: stores are asked to expect it no more.
pub(super) fn given_up(saga: &mut Saga, (reason, version): (&str, i32), at: DateTime<Utc>) {
    saga.compensate((reason, version), at);
    saga.undone(BIND_BUDGET, at);
}

/// All of it came, so that nothing is to be waited for.
pub(super) fn closed(saga: &mut Saga, at: DateTime<Utc>) {
    saga.skip_rest("all of it came", at);
}
