//! Balances put right with somebody's consent, and movements taken back.
//!
//! ```mermaid
//! stateDiagram-v2
//!     DRAFT --> POSTED: SubmitWithin
//!     DRAFT --> PENDING: SubmitBeyond
//!     PENDING --> POSTED: Approve
//!     PENDING --> DRAFT: Reject
//!     POSTED --> REVERSED: Reverse
//!     DRAFT --> CANCELLED: Cancel
//!     PENDING --> CANCELLED: Cancel
//! ```
//!
//! Each reason has a limit: up to that value an adjustment is posted when it is handed in, beyond it somebody else consents.
//! Taking back posts the opposite, once: what had left comes back at what it left with, what had come leaves at what it costs
//! now. The ledger keeps both.

pub(crate) mod graphql;
mod model;
mod reversal;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{AdjustmentLine, AdjustmentStatus, StockAdjustment};
pub(crate) use reversal::REVERSAL;
pub(crate) use service::KIND;
