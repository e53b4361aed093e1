//! Standing in: rights to approve that somebody lends to somebody else for a while.
//!
//! SCHEDULED → ACTIVE → ENDED by the clock, REVOKED by people. Nobody lends to themselves, for more than 30 days, more than
//! either of the two may sign, or in a chain: who is stood in for does not stand in for others at the same time. Whether
//! a delegation counts at an instant is decided by its window; the states follow within a minute.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
pub mod turn;
