//! Vendor invoices: what a vendor wants to be paid for, and whether that is what was ordered and came.
//!
//! Recording an invoice matches it at once, line by line: its price against the order's, and what is invoiced of an order
//! line against what was received of it, both within the line's tolerances. What agrees is matched; a price that differs is
//! a variance, and what has not come is held. Whenever goods come or go back, the invoices of their order are matched again.
//! Somebody else than who recorded an invoice approves it.

pub(crate) mod graphql;
pub mod matching;
pub mod model;
pub mod service;
pub(crate) mod store;
