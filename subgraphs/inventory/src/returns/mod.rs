//! Returns: what procurement sends back to a vendor leaves the shelf, and comes back to it when that is reversed.
//!
//! A posted credit note comes as an event and is posted exactly once, in the transaction that remembers the event: all of
//! its lines or none. Either way this service answers with an event of its own, so that procurement knows whether the goods
//! are gone.

mod model;
mod service;

pub(crate) use service::handlers;
