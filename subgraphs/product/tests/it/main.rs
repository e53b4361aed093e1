//! The product subgraph over a real database: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` names a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod attribute;
mod category;
mod conversion;
mod demo;
mod entities;
mod house;
mod import;
mod lifecycle;
mod listing;
mod permission;
mod sdl;
mod sorted;
