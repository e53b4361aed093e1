//! What inventory knows of products: that one exists in the tenant, and which unit it is counted in.
//!
//! Products belong to another service. A posting that names products asks that service once for all it does not know
//! yet, with the caller's own token (so a product of another tenant is as unknown here as there), and remembers the
//! answer: a base unit never changes once stock has moved. Reads never ask.

mod model;
mod service;
pub(crate) mod store;

pub(crate) use model::{Converted, Learned, Measure};
pub(crate) use service::{learn, remember_in};
