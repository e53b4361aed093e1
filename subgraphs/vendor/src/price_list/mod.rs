//! What a vendor charges during a window of days.
//!
//! A list is DRAFT until it is SUBMITTED, and in force once it was approved (ACTIVE); a rejected one is DRAFT again, with
//! the reason. A window is half-open: from the first day to the end of the last. While a list is ACTIVE nothing on it
//! changes but its end, when another one follows; and no other active list of the vendor may price the same product, unit
//! and tier on one of its days: approving takes the vendor's row first, so of two that overlap one is refused. A list may
//! supersede others: they give way in the same moment. One whose last day is over expires. Lines snapshot how many base
//! units their unit holds; later changes of a pack do not reach them. Which offer is best is decided in
//! [`offer`](crate::offer).

pub mod expiry;
pub(crate) mod graphql;
pub mod line;
pub mod model;
pub mod service;
pub(crate) mod store;
pub(crate) mod takeover;
