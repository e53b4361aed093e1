//! The ledger: every change of a balance, append-only, numbered per tenant in commit order.
//!
//! Invariants: the balance of an item is the sum of its movements, in quantity and in value; a movement is never
//! edited (the database refuses), a correction is another movement; one document line has one effect per reason and
//! item. Who may write is `posting`; this folder only reads.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{MovementFilter, MovementKind, MovementReason, Reference, StockMovement};
