//! The inventory subgraph over a real database: SQLite, or PostgreSQL when `CARMEN_TEST_DATABASE_URL` names a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod adjustments;
mod attacks;
mod closings;
mod concurrency;
mod constraints;
mod credits;
mod deliveries;
mod demo;
mod entities;
mod feed;
mod feed_views;
mod house;
mod locations;
mod lots;
mod low_stock;
mod periods;
mod permission;
mod posting;
mod purchasing;
mod reading;
mod refusals;
mod requisitions;
mod reservations;
mod returns;
mod sdl;
mod shipments;
mod stocktakes;
mod transfers;
