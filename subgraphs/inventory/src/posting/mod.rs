//! Posting: the only way a balance changes. A document of up to 500 lines is received, issued, adjusted, transferred
//! or reserved as one transaction: every line or none, and every problem of every line told at once.
//!
//! A posting locks the items it touches in id order (two transfers that cross wait for one another instead of
//! deadlocking), decides on the locked balances in `book.rs`, and writes balances, layers, ledger lines and events
//! together. Valuation lives in `costing`, the words of the ledger in `ledger`.

mod book;
mod entry;
pub(crate) mod graphql;
mod lot;
mod model;
mod portion;
#[cfg(test)]
mod properties;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use book::Book;
pub(crate) use entry::{Entered, EnteredCost, RESERVED, Request, Verb};
pub(crate) use lot::{LotChoice, LotManner, Lots};
pub(crate) use model::{Action, Document, Heading, Line, LineRefused, MAX_LINES};
pub(crate) use portion::{InBase, Least, Portion};
