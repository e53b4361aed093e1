//! What spans services, as a log of steps: a saga.
//!
//! A service that lets others act begins a saga in the transaction of its document's change, and advances it in the
//! transactions in which it hears from them; so the log never says anything that the document does not. Steps of other
//! services are asked for by an event and answered by one. What a step did is taken back by its undo, whose effect is heard of the same way.
//!
//! An answer belongs to the latest saga of its document that had begun by the version of the document that was
//! answered; and to its undoing, once that version is one of those that undo it. So answers may come twice, late, or
//! after the work began anew, and move a step once. An event that a service could not act on becomes a dead letter and is told
//! ([`DEAD_LETTERED`](crate::inbox::DEAD_LETTERED)): its step is `FAILED` until somebody replays the letter.
//!
//! ```ignore
//! const PLAN: Plan = Plan { kind: "DELIVERY", told_by: &["inventory"], steps: &[
//!     Step { name: "POST", undo: None, events: &[("inventory", "grn.committed"), ("procurement", "delivery.posted")] },
//! ] };
//! saga::begin(&tx, &PLAN, (tenant, note.id.as_uuid(), note.version), now, |saga| saga.start("POST", now)).await?;
//! // and in the handler of `delivery.posted`:
//! saga::answer(&tx, &PLAN, &event, "POST", now).await?;
//! ```

mod failure;
mod follow;
mod list;
pub mod model;
mod prover;
mod row;
mod store;

pub use follow::{answer, begin, follow};
pub use list::{Latest, SagaSort, SagaWhere, find_saga, latest, lay_loader, list_sagas};
pub use model::{Plan, Saga, SagaStatus, SagaStep, Step, StepStatus, diagrams};

pub(crate) use failure::{Failure, dead_letter_told, note};
pub(crate) use prover::RULES;

/// The permission to see sagas.
pub const VIEW: &str = "sagas:view";
