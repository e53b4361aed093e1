//! entities-primitives.
