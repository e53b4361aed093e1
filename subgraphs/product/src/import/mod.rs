//! Many products at once, from a sheet: a CSV text with a header, a product a row.
//!
//! A row says what a person would type into a form, and every rule that holds there holds here: a row answers with its number,
//! what became of it and everything that is wrong with it. The policy says what happens to codes that are known already.
//! Either nothing is written when a row is refused, or the others are; then the sheet is written in portions, each a
//! transaction that remembers its answer under the request's key, so that a repeated request goes on where the first one
//! ended. How far an import is can be seen while it runs.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub mod sheet;
pub(crate) mod store;
