//! Vendors, price lists, contracts and campaigns of the demo houses: deterministic, and written through the same use cases as any
//! other.
//!
//! The caller of [`seed`] passes the products of the house; nothing is asked of another service. Each vendor is written
//! with everything it has in one transaction, so a run that was interrupted can simply be repeated.

mod agreements;
mod history;
mod plan;
mod seed;

pub use history::hear;
pub use plan::{DemoProduct, House};
pub use seed::{seed, seller};
