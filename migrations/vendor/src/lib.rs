//! migrations-vendor.
