//! Returns: what procurement sends back to a vendor leaves the shelf at what it cost when it came, and comes back to it when that
//! is reversed. Where only money comes from the vendor, what is still there of the delivery is worth less; what has been used keeps
//! its cost, and the rest of the credit is told as variance.
//!
//! A posted credit note comes as an event and is posted exactly once, in the transaction that remembers the event: all of
//! its lines or none. Either way this service answers with an event of its own, so that procurement knows whether the goods
//! are gone.

mod model;
mod service;

pub(crate) use service::handlers;
