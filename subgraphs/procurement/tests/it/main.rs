//! Procurement as its clients see it: over GraphQL, on a real database, with the other services played.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod amendment;
mod approval;
mod budget;
mod concurrency;
mod credit;
mod demo;
mod house;
mod invoice;
mod listing;
mod machines;
mod nesting;
mod order;
mod overdue;
mod permission;
mod receiving;
mod release;
mod replenishment;
mod request;
mod reservation;
mod rules;
mod sagas;
mod sdl;
mod spend;
mod tolerance;
