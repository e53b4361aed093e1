//! Stock: the balance of each product at each location.
//!
//! Invariants (CHECK constraints repeat them): on hand is never below zero and reserved never above it, unless the
//! location allows negative stock; reserved is never negative; available = on hand − reserved; an empty item is worth
//! nothing. Balances change through `posting` and `reservation` only; this folder reads them and keeps the reorder
//! point.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{InventoryItem, ItemFilter, ItemOrder, Short};
