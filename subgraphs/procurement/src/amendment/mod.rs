//! Amendments: changes to an order that the vendor has.
//!
//! Until it is sent, an order is returned and made anew; afterwards it is amended: quantities and prices of its lines, and
//! when it is to come. A change that makes it much dearer than what somebody let go out waits for somebody else's yes, and
//! the order stays as it is meanwhile; others take effect at once. Every change is the order's next revision.

pub mod change;
pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
