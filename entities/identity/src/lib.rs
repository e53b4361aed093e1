//! entities-identity.
