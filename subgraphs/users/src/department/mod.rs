//! Parts of the house that spend money of their own, as a tree.
//!
//! A department lies below at most one other and never below itself. At most one active user heads it; whoever leaves
//! hands it to their manager. Codes are unique in the tenant.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
