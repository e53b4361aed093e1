//! What this service knows about products: which exist, their base unit, and what their packs hold.
//!
//! The product service owns all of it and is asked once per mutation that names products; what it said is snapshotted into
//! the lines that are written and remembered here. A memory is read for one thing only: to understand a wanted unit that no
//! vendor prices. It never stands in for the product service when something is written: a factor that changed since would
//! go into prices unnoticed.

pub(crate) mod ask;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
