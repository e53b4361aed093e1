//! How far deliveries and invoices may differ from what was ordered: said for a product, else for its category, else for the
//! whole tenant, else five per cent.
//!
//! An order line keeps what held when it was made; changing a tolerance changes nothing about orders there are.

pub(crate) mod graphql;
pub mod model;
pub mod service;
pub(crate) mod store;
