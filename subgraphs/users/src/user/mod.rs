//! People: who works for the house, whom they answer to, how much they may sign.
//!
//! A user is ACTIVE from the start and becomes INACTIVE when leaving; both can be undone. Mail address and sign-in name are
//! unique in the tenant whatever their case. Managers form no circle. Who leaves while heading a department hands it to
//! their manager; without one they cannot leave. Passwords and permissions live in the identity service.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
