//! How many purchase requests of five lines the whole platform takes: router, authorization, procurement, what it asks its peers, the
//! database, the audit log.
//!
//! `cargo build --release && cargo bench -p carmen-benches --bench platform -- [--seconds 30] [--connections 100] [--only alone|distributed]`
//! and, over a long ledger, `--only ledger [--data FOLDER]`: one that `carmen seed --size l` has filled, or else it is filled anew.

#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod house;
mod load;

use std::time::Duration;

use house::House;
use load::{Load, Order};

#[tokio::main]
async fn main() {
    let number = |name: &str, usual: u64| {
        argument(name).map_or(usual, |text| {
            text.parse().unwrap_or_else(|_| panic!("{name} {text}: a number is expected"))
        })
    };
    let during = Duration::from_secs(number("--seconds", 30));
    let connections = usize::try_from(number("--connections", 100)).expect("a number of connections");
    let only = argument("--only");
    let is_asked_for = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if is_asked_for("alone") {
        println!("one process, SQLite; {connections} connections for {} s", during.as_secs());
        measure(House::alone("s", None).await, connections, during).await;
    }
    // It takes up to an hour to fill, so it has to be asked for.
    if only.as_deref() == Some("ledger") {
        println!("one process, SQLite, the largest demo");
        read(House::alone("l", argument("--data")).await, during).await;
    }
    if is_asked_for("distributed") {
        println!(
            "a process for each service, PostgreSQL and Redis; {connections} connections for {} s",
            during.as_secs()
        );
        measure(House::distributed().await, connections, during).await;
    }
}

/// Reads a house with the largest demo.
async fn read(house: House, during: Duration) {
    let seen = house
        .data("{ movements { totalCount } inventoryItems(first: 100, sort: ON_HAND_DESC) { nodes { id } } }")
        .await;
    println!("{} movements", seen["movements"]["totalCount"]);
    let items = seen["inventoryItems"]["nodes"].as_array().expect("a list");
    let items: Vec<_> = items.iter().map(|item| item["id"].clone()).collect();
    for connections in [1, 4] {
        println!("{connections} connections");
        let baseline = Load::typenames(&house).run(connections, Duration::from_secs(5)).await;
        println!("{}", baseline.line("router alone ({ __typename })", None));
        let pages = Load::items(&house).run(connections, during).await;
        println!("{}", pages.line("inventoryItems, 50 a page", Some(&baseline)));
        let cards = Load::cards(&house, &items).run(connections, during).await;
        println!("{}", cards.line("stockCard, 50 a page", Some(&baseline)));
    }
    house.close().await;
}

/// Asks one house, and closes it.
async fn measure(house: House, connections: usize, during: Duration) {
    let order = Order::at(&house).await;
    let baseline = Load::typenames(&house).run(connections, Duration::from_secs(5)).await;
    println!("{}", baseline.line("router alone ({ __typename })", None));
    let alone = Load::requests(&house, &order).run(1, Duration::from_secs(5)).await;
    println!("{}", alone.line("purchase request, one at a time", Some(&baseline)));
    let crowd = Load::requests(&house, &order).run(connections, during).await;
    println!("{}", crowd.line("purchase request, all at once", Some(&baseline)));
    house.close().await;
}

/// What stands behind an option; cargo passes options of its own, which are none of ours.
fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}
