//! How vendors keep what they promise: on time, in full, at the agreed price.
//!
//! Nothing here is entered by anybody. What was ordered and what came is kept as procurement tells it; the figures are
//! computed from it when they are asked for, over the deliveries and due orders of a year. A delivery that inventory could
//! not take in counts no more. The agreed price is the vendor's best one in force when the order was sent.

pub(crate) mod hearing;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
