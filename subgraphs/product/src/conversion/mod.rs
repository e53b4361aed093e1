//! A product's own ratios between units: what is in its case, what its bottle holds, what a litre of it weighs.
//!
//! A conversion belongs to one product and is written with it. Looking for the way from one unit to another, the
//! product's own ratios come first, then the standard table of the unit's dimension, then the density between mass and
//! volume. Invariants: no zero or negative ratio, one ratio per pair of units, and every detour gives the same answer
//! within one part in a thousand, so it does not matter which way is taken. Documents keep the factor they were
//! written with; they never come back here to ask again.

pub(crate) mod graphql;
pub mod model;
pub mod service;
