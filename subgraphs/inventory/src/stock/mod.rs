//! Stock: the balance of each product at each location.
//!
//! Invariants (CHECK constraints repeat them): on hand is never below zero and reserved never above it, unless the
//! location allows negative stock; reserved is never negative; available = on hand − reserved − on hold; an empty
//! item is worth nothing; an item is low from its reorder point until it is 5 % above it, and who crosses either tells it in
//! the same transaction. Balances change through `posting` and `reservation` only; this folder reads them and keeps the policy.

pub(crate) mod graphql;
mod model;
mod policy;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{InventoryItem, ItemFilter, ItemSort, Short};
pub use policy::Policy;
