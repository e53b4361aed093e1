//! What a posted credit note sets in motion: what goes back is not received any more, and inventory gives it out; where only money
//! comes, inventory takes it into the value of what is still there. What inventory refuses counts no more; a reversal takes the goods
//! in again, or the money out of their value.

use chassis::saga::{Plan, Saga, Step};
use chrono::{DateTime, Utc};

/// Delivery and order know what went back and what the vendor owes.
const COUNT_AS_RETURNED: &str = "COUNT_AS_RETURNED";
/// Inventory gives the goods out, or takes the money into their value.
pub(super) const RETURN_STOCK: &str = "RETURN_STOCK";

/// The steps of a posted credit note.
pub(crate) const PLAN: Plan = Plan {
    kind: "CREDIT_NOTE",
    told_by: &["inventory"],
    steps: &[
        Step { name: COUNT_AS_RETURNED, undo: Some("COUNT_AS_RECEIVED"), events: &[] },
        Step {
            name: RETURN_STOCK,
            undo: Some("TAKE_STOCK_BACK"),
            events: &[
                ("inventory", "creditnote.posted"),
                ("inventory", "creditnote.voided"),
                ("procurement", "return.posted"),
                ("procurement", "return.refused"),
                ("procurement", "return.reversed"),
                ("procurement", "return.reversal_refused"),
            ],
        },
    ],
};

/// It was posted: it counts, and inventory is asked.
pub(super) fn posted(saga: &mut Saga, at: DateTime<Utc>) {
    saga.finish(COUNT_AS_RETURNED, at);
    saga.start(RETURN_STOCK, at);
}

/// The goods are gone, or worth less.
pub(super) fn confirmed(saga: &mut Saga, at: DateTime<Utc>) {
    saga.finish(RETURN_STOCK, at);
}

/// Inventory does not give them out: they count as received again.
pub(super) fn refused(saga: &mut Saga, (reason, version): (&str, i32), at: DateTime<Utc>) {
    saga.refuse(RETURN_STOCK, (reason, version), at);
    saga.undone(COUNT_AS_RETURNED, at);
}

/// It was reversed: it counts no more, and inventory is asked to take the goods in again.
pub(super) fn voided(saga: &mut Saga, (reason, version): (&str, i32), at: DateTime<Utc>) {
    saga.compensate((reason, version), at);
    saga.undone(COUNT_AS_RETURNED, at);
}
