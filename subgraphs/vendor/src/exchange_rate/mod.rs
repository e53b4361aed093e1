//! Exchange rates: what one unit of a foreign currency is worth in the house's, from a day on.
//!
//! A rate holds from its day until the next one of its currency begins; what is compared or reckoned on a day goes by the latest
//! rate up to it. There is one rate per currency and day. Whoever replaces one names the version that was read, and documents
//! that snapshotted what a rate made of a price keep that.

pub(crate) mod graphql;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
