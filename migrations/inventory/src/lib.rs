//! migrations-inventory.
