//! What inventory made of an order: stores expect what is to come of it, or expect it no more.

use chassis::{Clock, Handlers};

use super::saga::{PLAN, PUT_ON_ORDER};

/// The service that keeps the shelves.
const SOURCE: &str = "inventory";

/// Adds what this service does when inventory has followed an order.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    handlers.answering((SOURCE, "onorder.changed"), (&PLAN, PUT_ON_ORDER), clock)
}
