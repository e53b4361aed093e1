//! Three months of buying in the demo houses: requests, orders, deliveries, invoices and credit notes, deterministic, and
//! brought about by the same rules as any other document.
//!
//! The caller of [`seed`] passes who works there and what is bought as plain data; nothing is asked of another service, and
//! nothing is told: what lies on the shelves of the demo, inventory brings along itself. Only orders that are still open are
//! told, so that everybody knows what is to come. What was told in the past, [`history`] says.

mod chance;
mod history;
mod life;
mod plan;
mod seed;

pub use history::history;
pub use plan::{DemoProduct, Plan, Size};
pub use seed::seed;
