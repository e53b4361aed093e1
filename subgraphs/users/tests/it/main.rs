//! The users subgraph over a real database: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` names a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod delegations;
mod demo;
mod departments;
mod house;
mod permission;
mod prover;
mod sdl;
mod users;
