//! entities-inventory.
