//! subgraph-identity.
