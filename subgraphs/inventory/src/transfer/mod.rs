//! Transfers in two steps: stock leaves one location when it is shipped and reaches another when it is received; between
//! the two it lies at a TRANSIT location, where nobody sells it.
//!
//! ```mermaid
//! stateDiagram-v2
//!     DRAFT --> APPROVED: Approve
//!     APPROVED --> SHIPPED: Ship
//!     SHIPPED --> PARTIALLY_RECEIVED: ReceivePart
//!     SHIPPED --> RECEIVED: ReceiveRest
//!     PARTIALLY_RECEIVED --> PARTIALLY_RECEIVED: ReceivePart
//!     PARTIALLY_RECEIVED --> RECEIVED: ReceiveRest
//!     SHIPPED --> CLOSED: Close
//!     PARTIALLY_RECEIVED --> CLOSED: Close
//!     RECEIVED --> CLOSED: Close
//!     DRAFT --> CANCELLED: Cancel
//!     APPROVED --> CANCELLED: Cancel
//! ```
//!
//! Invariants (CHECK constraints repeat them, the prover compares them with the ledger): shipped is at most requested;
//! received and lost together are at most shipped. What has not arrived when a transfer is closed is lost, and written off
//! at the TRANSIT location. Moving stock in one step is a posting.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{StockTransfer, TransferLine, TransferStatus};
pub(crate) use service::KIND;
