//! subgraph-vendor.
