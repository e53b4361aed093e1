//! Who has to approve: one more level from each amount on.
//!
//! Every tenant starts with three levels and may set its own. Changing the rules changes nothing about requests that were
//! handed in before.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
