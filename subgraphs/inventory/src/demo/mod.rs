//! Demo stock.
