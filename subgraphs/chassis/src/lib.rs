//! subgraph-chassis.
