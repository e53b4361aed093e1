//! Who sells to the tenant.
//!
//! A vendor starts as a PROSPECT and sells once it is ACTIVE. It can be BLOCKED for a reason and let in again; an
//! ARCHIVED one is history. A vendor's relation to a single product (its article number, whether it is preferred or
//! blocked for it) is a record of its own; at most one vendor is preferred for a product. Prices live in
//! [`price_list`](crate::price_list).

pub(crate) mod graphql;
pub mod model;
pub mod relation;
pub mod service;
pub(crate) mod store;
