//! Operation → plan: which subgraph is asked for what, in which order, and how the answers become the client's answer.
//!
//! Pure: no clock, no network, no async runtime. `plan` holds the result's types (the contract with `router-executor`).

mod plan;

pub use plan::{
    Condition, Fetch, FetchId, PathElement, Plan, Representation, RepresentationField, RepresentationType, Shape,
    ShapeField, ShapeKind, VariableTest,
};
