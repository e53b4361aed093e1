//! The tree products are sorted into: at most three levels, such as Food › Meat › Beef.
//!
//! Invariants: no category lies below itself, none deeper than the third level, and siblings differ in name whatever
//! their case. Products hang on any level; asking for a category means it and everything below it. Categories are not
//! deleted: reports of past years name them.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
