//! Reservations: stock promised to somebody. It stays on the shelf and is no longer available to others.
//!
//! Machine: `ACTIVE` → `CONSUMED` (issued) | `RELEASED` (given back) | `EXPIRED` (its time was over). A partial issue
//! leaves the rest active. Invariants: what an item has reserved is the sum of its active reservations; only an active
//! reservation holds anything. Reserving itself is a posting, because it must see the balance under its lock. A promise that
//! procurement counts on is told to it when somebody gives it back, or its time is over.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{Ended, NoLongerActive, Reservation, ReservationFilter, ReservationStatus};
