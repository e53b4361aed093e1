//! The feeds: what changes on the shelves, to partners that must not miss it.
//!
//! One engine (`engine`) and three views of it (`view`): every change of a balance, low stock, and deliveries with the lots that
//! need watching. At least once, in the order the tenant's transactions committed, hence in order per item. Each message carries a
//! cursor, the same for all views; `after` resumes right behind it, whatever happened to connection, router or service in
//! between, because the position lives in the cursor and the events in the outbox for seven days. A reader that is too slow
//! for its bounded buffer gets everything buffered and then an end that names its last cursor; nothing is ever dropped
//! silently.

mod engine;
pub(crate) mod graphql;
mod position;
mod view;

pub(crate) use engine::{End, Message, View, Withdrawal, latest, open};
pub use position::FeedSettings;
pub(crate) use position::Position;
