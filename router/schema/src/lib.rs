//! router-schema.
