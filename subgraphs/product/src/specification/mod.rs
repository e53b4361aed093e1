//! What a product has to be, in words: cut, size, temperature at the door, packing.
//!
//! Every wording that was agreed stays: writing a specification adds a revision, and nothing changes or removes one. So a
//! claim about a delivery can be settled by the wording that held when it was ordered.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
