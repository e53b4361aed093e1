//! The product subgraph over a real database: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` names a server.

mod category;
mod conversion;
mod entities;
mod house;
mod lifecycle;
mod listing;
mod permission;
mod sdl;
