//! entities-vendor.
