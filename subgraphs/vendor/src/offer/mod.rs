//! Who sells a product cheapest, and why that one.
//!
//! Nothing here is stored: offers are computed from active price lists, vendors, relations and exchange rates, for a
//! product, a quantity and a day.

pub(crate) mod graphql;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
