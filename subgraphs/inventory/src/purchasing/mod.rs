//! What procurement has approved and ordered, as far as the shelf is concerned.
//!
//! An approved request reserves what its store holds, line by line, all or part; what is missing is told, so that it can be
//! ordered. A request that is given up lets go. An order that was sent is on order until it has arrived or is cancelled: every
//! event of an order tells its whole state, so the last one counts. Deliveries are `delivery`'s.

mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use service::handlers;
