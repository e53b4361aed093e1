//! Sessions: one sign-in and all that descends from it.
//!
//! A session is a family of refresh tokens. Each is used once and replaced (ACTIVE, then ROTATED); when a used one comes
//! back, somebody has a copy, and the whole family ends. Of two uses at once one wins, and the family ends as well. An
//! access token lives five minutes and is not looked up, so a session that ends is felt within five minutes.

pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod service;
pub(crate) mod store;

pub use model::{ACCESS_TOKEN_LIFETIME, SESSION_LIFETIME};
