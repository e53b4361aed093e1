//! Stocktakes: what somebody counted on the shelves of a location, and what becomes of the differences.
//!
//! ```mermaid
//! stateDiagram-v2
//!     PLANNED --> IN_PROGRESS: Start
//!     IN_PROGRESS --> IN_PROGRESS: Record
//!     IN_PROGRESS --> REVIEW: Submit
//!     REVIEW --> IN_PROGRESS: Reopen
//!     REVIEW --> POSTED: Post
//!     PLANNED --> CANCELLED: Cancel
//!     IN_PROGRESS --> CANCELLED: Cancel
//!     REVIEW --> CANCELLED: Cancel
//! ```
//!
//! A FROZEN count locks its location from start to end: nothing else posts there, so the books stand still while people
//! count. A BLIND count is a frozen one whose expected quantities are not shown to those who count. A LIVE count lets
//! movements go on: a line is compared with the books as they stand when it is recorded, and the difference found then is
//! what gets posted. Invariants: at most one count locks a location; whoever submits a count does not post it; a line
//! that differs by more than the tolerance is posted only after it was counted again.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{CountCommand, CountLine, CountMode, CountStatus, LINES_MAX, StockCount};
pub(crate) use service::KIND;
