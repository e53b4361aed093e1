//! Hotels and other places at an address: in which currency they count, in which time zone their days begin.
//!
//! Codes are unique in the tenant. The currency never changes: documents and stock were counted in it.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
