//! What a tenant wants to know about its products beside the usual: fat content, origin, whether it is organic.
//!
//! A definition says what kind of value it is and whether products in use must have it. What is written down about a product
//! belongs to the product, is changed with it and always fits the definition's kind. The kind never changes, and options are
//! only added: what was written down stays right. A definition that no product uses may be removed.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
