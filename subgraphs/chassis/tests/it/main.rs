//! Chassis under test, on a real database each: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` is set.

#![expect(clippy::unwrap_used, reason = "tests panic rather than return results: better backtraces")]

mod audit;
mod bus;
mod entities;
mod failures;
mod idempotency;
mod inbox;
mod nesting;
mod outbox;
mod paging;
mod pantry;
mod peers;
mod saga;
mod serving;
mod sharing;
mod tokens;
mod writers;
