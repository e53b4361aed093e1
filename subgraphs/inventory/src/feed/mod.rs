//! The feed: every change of a balance, to partners that must not miss one.
//!
//! At least once, in the order the tenant's transactions committed, hence in order per item. Each message carries a
//! cursor; `after` resumes right behind it, whatever happened to connection, router or service in between, because the
//! position lives in the cursor and the events in the outbox for seven days. A reader that is too slow for its bounded
//! buffer gets everything buffered and then an end that names its last cursor; nothing is ever dropped silently.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;

pub use model::FeedSettings;
pub(crate) use model::{Position, StockFilter};
pub(crate) use service::{End, Message};
