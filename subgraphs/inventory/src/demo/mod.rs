//! Stock of the demo houses: three months of receipts, issues, requisitions, transfers and counts, deterministic, and brought
//! about by the same rules as any other document.
//!
//! The caller of [`seed`] passes the products of the house as plain data; nothing is asked of another service. A batch of
//! documents is one transaction that leaves a mark, so a run that was interrupted is taken up where it stopped.

mod calendar;
mod filing;
mod papers;
mod plan;
mod seed;

pub use plan::{Crew, DemoProduct, House, Plan, Size, store_ids};
pub use seed::seed;
