//! subgraph-product.
