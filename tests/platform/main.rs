//! Stories of the whole platform, one file each, through the router.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod acceptance;
mod access;
mod audit;
mod bad_input;
mod change;
mod conventions;
mod graphiql;
mod low_stock;
mod operations;
mod purchasing;
mod reservations;
mod shelf;
mod tenants;
mod updates;
