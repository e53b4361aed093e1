//! carmen.
fn main() {}
