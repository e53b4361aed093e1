//! carmen-tests.
