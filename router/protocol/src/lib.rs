//! router-protocol.
