//! The schema as others compose it.

use crate::house::House;

#[tokio::test]
async fn the_committed_schema_is_current() {
    let house = House::open().await;
    chassis::testkit::check_sdl(env!("CARGO_MANIFEST_DIR"), &house.subgraph);
}
