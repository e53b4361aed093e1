//! router-gateway.
