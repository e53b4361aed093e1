//! Deliveries: what procurement has taken over from a vendor goes to the shelf.
//!
//! The note comes as an event and is posted exactly once, in the transaction that remembers the event: all of its lines or
//! none. Either way this service answers with an event of its own, so that procurement knows whether the goods are there.

mod model;
pub(crate) mod service;

pub(crate) use model::REFERENCE;
pub(crate) use service::handlers;
