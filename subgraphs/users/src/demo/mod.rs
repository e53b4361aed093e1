//! The people of the demo houses: two properties, eight departments, 35 users in the one; a small hotel in the other.
//!
//! Ids are fixed, so that other services' demo data can point at them. Who signs in is passed by the caller of [`seed`];
//! those people keep the ids of their accounts.

mod plan;
mod seed;

pub use plan::{DemoHouse, SignIn, department_id, property_id, user_id};
pub use seed::seed;
