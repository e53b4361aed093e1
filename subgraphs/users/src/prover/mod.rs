//! The prover: reads everything about the people of each tenant and tells what contradicts the rules of the house.
//!
//! What one row cannot say about itself no constraint can hold: that managers and departments form no circle, that a head
//! works here, that nobody who has left stands in for somebody. It changes nothing and may run beside live changes: each
//! tenant is read in one transaction.

mod model;
mod service;
mod store;

pub use model::{Report, Violation};
pub use service::prove;
