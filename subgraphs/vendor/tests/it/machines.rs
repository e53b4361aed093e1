//! The drawn state machines.

use std::path::Path;

#[test]
fn the_diagrams_are_drawn_from_the_arrows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("machines.md");
    chassis::testkit::check_golden(path, &subgraph_vendor::diagrams());
}
