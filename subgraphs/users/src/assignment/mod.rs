//! Who works where, and as what: a user in one department of one property, at some of its locations.
//!
//! The same user may work in many places, in each of them once. Whether a location exists is for the inventory service to
//! say; here it is only a pointer.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
