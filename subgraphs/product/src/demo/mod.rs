//! The catalogue of the demo houses: deterministic, and registered through the same rules as any other product.
//!
//! [`andaman`] is the hotel group in three sizes, [`lanna`] a small second tenant. Ids, codes and prices depend on nothing
//! but the code, so other services can be filled for the same products without asking: [`Plan::products`] says all they
//! need. Sizes: S for tests, M for demonstrations, L a hundred times M for load.

mod drinks;
mod food;
mod house;
mod plan;
mod seed;
mod shelf;

pub use plan::{DemoProduct, Plan, andaman, catalogue, lanna};
pub use seed::seed;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// One product per shelf.
    S,
    /// Ten products per shelf: what a hotel group buys.
    M,
    /// A hundred times M.
    L,
}

#[cfg(test)]
mod tests;
