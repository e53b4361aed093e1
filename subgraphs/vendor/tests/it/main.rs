//! The vendor subgraph over a real database: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` names a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod attacks;
mod campaigns;
mod comparison;
mod contracts;
mod demo;
mod exchange_rates;
mod house;
mod machines;
mod nesting;
mod offers;
mod parts;
mod permission;
mod preferences;
mod price_lists;
mod sagas;
mod scorecards;
mod sdl;
mod vendors;
