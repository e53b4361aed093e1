//! The schema as committed.

use crate::house::House;

#[tokio::test]
async fn the_schema_is_the_committed_one() {
    let house = House::open().await;
    chassis::testkit::check_sdl(env!("CARGO_MANIFEST_DIR"), &house.subgraph);
}
