//! What a committed note sets in motion: it counts into its order, the goods go to the shelf, and the vendor is judged by
//! them. What inventory refuses counts no more.

use chassis::saga::{Plan, Saga, Step};
use chrono::{DateTime, Utc};

/// The order knows what came.
const COUNT_INTO_ORDER: &str = "COUNT_INTO_ORDER";
/// Inventory takes the goods in.
const POST_TO_STOCK: &str = "POST_TO_STOCK";
/// The vendor's scorecard knows of the delivery.
pub(super) const RATE_VENDOR: &str = "RATE_VENDOR";
/// Whoever is interested is told.
const TELL_REQUESTER: &str = "TELL_REQUESTER";

/// The steps of a committed note.
pub(crate) const PLAN: Plan = Plan {
    kind: "GOODS_RECEIVED_NOTE",
    told_by: &["inventory", "vendor"],
    steps: &[
        Step { name: COUNT_INTO_ORDER, undo: Some("RESTORE_ORDER"), events: &[] },
        Step {
            name: POST_TO_STOCK,
            undo: None,
            events: &[
                ("inventory", "grn.committed"),
                ("procurement", "delivery.posted"),
                ("procurement", "delivery.refused"),
            ],
        },
        Step {
            name: RATE_VENDOR,
            undo: Some("FORGET_DELIVERY"),
            events: &[
                ("vendor-scorecard", "grn.committed"),
                ("vendor-scorecard", "grn.posting_failed"),
                ("procurement", "scorecard.updated"),
            ],
        },
        Step { name: TELL_REQUESTER, undo: None, events: &[] },
    ],
};

/// It was committed: it counts into its order, and the others are asked.
pub(super) fn committed(saga: &mut Saga, at: DateTime<Utc>) {
    saga.finish(COUNT_INTO_ORDER, at);
    saga.start(POST_TO_STOCK, at);
    saga.start(RATE_VENDOR, at);
}

/// The goods are on the shelf.
pub(super) fn posted(saga: &mut Saga, at: DateTime<Utc>) {
    saga.finish(POST_TO_STOCK, at);
    saga.finish(TELL_REQUESTER, at);
}

/// Inventory does not take them in: the order is as it was.
pub(super) fn refused(saga: &mut Saga, (reason, version): (&str, i32), at: DateTime<Utc>) {
    saga.refuse(POST_TO_STOCK, (reason, version), at);
    saga.undone(COUNT_INTO_ORDER, at);
}
