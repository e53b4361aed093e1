//! migrations-identity.
