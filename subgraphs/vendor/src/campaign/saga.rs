//! What a closed campaign sets in motion: nobody may answer any more, and the answers that were approved come into force, each in the
//! place of what it replaces. An answer that cannot is left out, and holds up no other.

use chassis::saga::{Plan, Saga, Step};
use chrono::{DateTime, Utc};

/// What is unanswered expires.
const EXPIRE_INVITATIONS: &str = "EXPIRE_INVITATIONS";
/// Every answer that was approved has had its turn; each is a step of its own besides.
const ACTIVATE_LISTS: &str = "ACTIVATE_LISTS";

/// The steps that every closed campaign has.
pub(crate) const PLAN: Plan = Plan {
    kind: "CAMPAIGN",
    told_by: &[],
    steps: &[
        Step { name: EXPIRE_INVITATIONS, undo: None, events: &[] },
        Step { name: ACTIVATE_LISTS, undo: None, events: &[("vendor", "campaign.closed")] },
    ],
};

/// The step that puts the list with this number into force.
pub(super) fn activation(number: &str) -> String {
    format!("ACTIVATE_{number}")
}

/// It was closed, and these lists wait for it.
pub(super) fn closed(saga: &mut Saga, numbers: &[String], at: DateTime<Utc>) {
    numbers.iter().for_each(|number| saga.add_step(activation(number)));
    saga.finish(EXPIRE_INVITATIONS, at);
    saga.start(ACTIVATE_LISTS, at);
}

/// Every list has had its turn; those that could not come into force say why.
pub(super) fn activated(saga: &mut Saga, lists: &[(String, Option<String>)], at: DateTime<Utc>) {
    for (number, refused) in lists {
        match refused {
            None => saga.finish(&activation(number), at),
            Some(why) => saga.skip(&activation(number), why, at),
        }
    }
    saga.finish(ACTIVATE_LISTS, at);
}
