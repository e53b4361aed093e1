//! What inventory knows of products: that one exists in the tenant, which unit it is counted in, its category, and whether
//! it is kept by lots.
//!
//! Products belong to another service. A posting that names products asks that service once for all it does not know
//! yet, with the caller's own token (so a product of another tenant is as unknown here as there), and remembers the
//! answer: a base unit never changes once stock has moved. What may change is forgotten, or learned anew, when the product
//! service says that a product changed. Reads never ask.

mod follow;
mod model;
mod service;
pub(crate) mod store;

pub(crate) use follow::handlers;
pub(crate) use model::{Converted, Known, Learned, Measure, Tracking};
pub(crate) use service::{learn, remember_in};
