//! What was bought: how much was spent with whom, for whom and on what, and what products cost when they came last.
//!
//! Spending is what was accepted of deliveries that the house took over, at the order's prices, discounts and taxes, less
//! what vendors owe by credit notes. It is reckoned from those documents whenever it is asked for; nothing is kept of it.

pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod service;
pub(crate) mod store;
