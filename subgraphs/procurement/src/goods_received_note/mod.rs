//! Goods received notes: what came for an order, what of it was kept, and what it cost to have it here.
//!
//! A note is a draft while the delivery is counted, received when the count is complete, and committed when the house owns
//! the goods. Committing counts them into the order and tells inventory, which takes them in; what inventory refuses is
//! taken back from the order, with the reason.

pub mod costing;
pub(crate) mod graphql;
pub mod line;
pub mod model;
pub(crate) mod posting;
pub(crate) mod saga;
pub mod service;
pub(crate) mod store;
