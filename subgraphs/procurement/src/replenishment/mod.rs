//! Replenishment: what a store runs low of is written down for somebody to buy.
//!
//! A rule says for a store which department buys for it and whose the drafts are. When inventory tells `lowstock.detected`, what it
//! suggests becomes a line of that person's open draft for the store, less what is on its way there or asked for already; a draft is
//! begun where none is open. Nobody submits it but people. Where there is no rule, nothing happens.

pub(crate) mod graphql;
pub(crate) mod hearing;
pub mod model;
pub mod service;
pub(crate) mod store;
