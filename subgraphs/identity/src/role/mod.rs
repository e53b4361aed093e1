//! Roles: named sets of permissions.
//!
//! A permission is `resource:action`; `resource:*` grants all actions on a resource and `*` everything. An account may
//! do what any of its roles grants. What a permission allows is decided by the service that asks for it.

pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod service;
pub(crate) mod store;
