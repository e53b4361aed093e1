//! Lots: units of a product that came together, until when they are good, and where they lie.
//!
//! ```mermaid
//! stateDiagram-v2
//!     OK --> QUARANTINE: Hold
//!     QUARANTINE --> OK: Release
//!     OK --> RECALLED: Recall
//!     QUARANTINE --> RECALLED: Recall
//!     EXPIRED --> RECALLED: Recall
//!     RECALLED --> OK: Release
//!     OK --> EXPIRED: Expire
//! ```
//!
//! Invariants (CHECK constraints repeat what they can, the prover adds up the rest): what an item that is kept by lots has on
//! hand is the sum of its lots, and never below zero; what lies in lots that are not OK is on hold, so not available. Which
//! units leave first (`picking`: first expired, first out) says nothing about their cost: that is `costing`'s. Whether an item
//! is kept by lots follows from its product and is frozen while there is stock. Balances change through `posting` only.

pub(crate) mod ageing;
pub(crate) mod graphql;
mod model;
mod picking;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{Lot, LotCommand, LotFilter, LotSort, LotStatus, NUMBER_CHARS_MAX};
pub(crate) use picking::{Part, Picking, Shelf, Unpickable};
