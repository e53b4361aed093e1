//! The supergraph model: what every part of the router knows about a federated graph.
//!
//! `parse` reads a supergraph SDL (join spec v0.1 to v0.5, composed by anybody) into [`Supergraph`]: the merged schema, the
//! client-facing API schema, and for every type and field the subgraphs that can serve it and on which terms (keys,
//! requires, provides, external, overrides). `diff` says what changed between two schemas. It knows no clock, network or async runtime; planning and execution live in
//! `router-planner` and `router-executor`.

pub mod diff;
mod error;
mod field_set;
pub mod link;
mod model;
mod parse;
mod print;

pub use apollo_compiler;
pub use error::{Fault, Position, SupergraphError};
pub use field_set::{FieldSelection, FieldSet, InlineSelection, Selection};
pub use model::{
    ContextArgument, FieldIn, FieldInfo, GuardNames, Key, OverrideLabel, Subgraph, SubgraphId, Supergraph,
    TypeIn, TypeInfo, TypeKind,
};
pub use parse::FieldSetError;
