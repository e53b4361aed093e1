//! router-executor.
