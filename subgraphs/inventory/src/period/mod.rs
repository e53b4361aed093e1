//! Months of the stock's books.
//!
//! ```mermaid
//! stateDiagram-v2
//!     OPEN --> CLOSED: Close
//!     CLOSED --> OPEN: Reopen
//!     CLOSED --> LOCKED: Lock
//! ```
//!
//! Invariants: months are closed one after another, so the books are closed up to one day; nothing is posted that happened
//! before it; what a closed month's snapshot says is the sum of all movements that happened before its end (the prover adds
//! them up). Only the last closed month is opened again, and a locked one never. Postings share the row that says up to which
//! day the books are closed, and who closes a month takes it for himself: a posting is in the snapshot, or refused. A month
//! is a calendar month of the house.
//!
//! Closing is a saga: postings are blocked, counts that are under way are looked for, the snapshot is written, the month is
//! closed. Until then it is OPEN to whoever looks, and CLOSED to postings; what speaks against closing it, or keeps failing,
//! opens it again. A process that dies in the middle is followed by one that goes on.

pub(crate) mod closing;
pub(crate) mod graphql;
mod model;
mod saga;
pub(crate) mod service;
pub(crate) mod store;
mod valuation;

pub(crate) use model::{Month, PeriodCommand, PeriodFilter, PeriodStatus, StockPeriod};
pub(crate) use valuation::{ItemValue, ValuationFilter};
