//! carmen.
