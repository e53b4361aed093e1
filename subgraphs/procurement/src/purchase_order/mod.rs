//! Purchase orders: what is ordered from one vendor, in one currency, for one place.
//!
//! Orders are made from approved lines of purchase requests, never from nothing: every order line knows the line it comes
//! from, and never is more on order than was approved. Somebody else than who made the order lets it go out. What is
//! cancelled or closed short goes back to the request and may be ordered again.

pub mod conversion;
pub(crate) mod following;
pub(crate) mod graphql;
pub mod model;
pub(crate) mod saga;
pub mod service;
pub(crate) mod store;
