//! The numbers of documents: dense per tenant, kind and year, because a number is taken in its document's own transaction.

mod store;

pub(crate) use store::next_in;
