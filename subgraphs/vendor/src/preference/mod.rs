//! Which vendor a single house prefers for a product, where it differs from what the tenant prefers.
//!
//! A house prefers one vendor for a product at most, and its own preference stands in place of the tenant's for whoever asks
//! on its behalf. Houses belong to the users service, which is asked once per change whether there is such a house.

mod ask;
pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
