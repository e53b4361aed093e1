//! subgraph-inventory.
