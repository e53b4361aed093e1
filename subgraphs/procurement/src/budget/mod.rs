//! Budgets: what a department may spend in a month, on a category of products or on all that have no budget of their own.
//!
//! A budget is committed in three stages, each line of a document by itself: a request that was handed in softly, what of it
//! is on order firmly, what was invoiced and approved for good. Only firm commitments are bounded: an order that does not
//! fit is refused. How much a line takes follows from where its document stands, so whatever happens to it gives back what
//! it does not need any more. All of it counts in the month of the request. Without a budget nothing is bounded.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
