//! The prover: recomputes every balance from the ledger and tells each one that does not follow from it.
//!
//! It trusts no column it checks. The ledger is replayed in its own order; layers and reservations are added up; the
//! result is compared with what the items say, and what transfers and counts say with what they wrote into the ledger. It changes nothing and may run beside live postings: each tenant is
//! read in one transaction.

mod documents;
mod lots;
mod model;
mod periods;
mod sagas;
mod service;
mod store;

pub use model::{Report, Violation};
pub use service::prove;
