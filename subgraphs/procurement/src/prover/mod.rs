//! The prover: recomputes from lines, orders and deliveries what documents say about each other, and tells what does not
//! agree. It changes nothing and may run beside live changes: every rule is one statement.

mod model;
mod service;
mod store;

pub use model::{Report, Violation};
pub use service::prove;
