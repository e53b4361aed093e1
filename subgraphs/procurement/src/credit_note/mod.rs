//! Credit notes: what a vendor owes because goods went back or cost too much.
//!
//! A credit note stands on one goods received note. A return sends goods back: posting puts what was received of the order
//! down and tells inventory, which takes the goods out; what inventory refuses is put back, with the reason. An amount
//! brings back money only. Never more goes back than was accepted, and never more is credited than was to be paid. What is
//! posted is applied to one of the vendor's invoices, or given up in full while inventory still takes the goods in again.

pub(crate) mod graphql;
pub mod line;
pub mod model;
pub(crate) mod posting;
pub(crate) mod saga;
pub mod service;
pub(crate) mod store;
