//! Store requisitions: what a kitchen, a bar or a department asks of a store.
//!
//! ```mermaid
//! stateDiagram-v2
//!     DRAFT --> SUBMITTED: Submit
//!     SUBMITTED --> APPROVED: Approve
//!     APPROVED --> PARTIALLY_ISSUED: IssuePart
//!     APPROVED --> ISSUED: IssueRest
//!     PARTIALLY_ISSUED --> PARTIALLY_ISSUED: IssuePart
//!     PARTIALLY_ISSUED --> ISSUED: IssueRest
//!     PARTIALLY_ISSUED --> CLOSED: Close
//!     ISSUED --> CLOSED: Close
//!     DRAFT --> CANCELLED: Cancel
//!     SUBMITTED --> CANCELLED: Cancel
//!     APPROVED --> CANCELLED: Cancel
//! ```
//!
//! Invariants (CHECK constraints repeat them, the prover compares them with the ledger): approved is at most what was asked
//! for, issued at most what was approved, and issued is what left the store. Whoever hands a requisition in does not approve
//! it. A line may name the reservation it was promised under; issuing consumes it. At a DIRECT location what is issued is used
//! up at once.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{RequisitionLine, RequisitionStatus, StoreRequisition};
pub(crate) use service::KIND;
