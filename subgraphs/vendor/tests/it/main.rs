//! The vendor subgraph over a real database: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` names a server.

mod demo;
mod house;
mod offers;
mod permission;
mod price_lists;
mod sdl;
mod vendors;
