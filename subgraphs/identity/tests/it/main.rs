//! Identity under test, on a real database each: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` is set.

#![expect(clippy::unwrap_used, reason = "tests panic rather than return results: better backtraces")]

mod house;
mod keys;
mod login;
mod refresh;
mod sdl;
mod seed;
mod sessions;
mod user;
