//! router-composition.
