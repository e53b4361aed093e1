//! How many purchase requests of five lines the whole platform takes: router, authorization, procurement, what it asks its peers, the
//! database, the audit log.
//!
//! `cargo build --release && cargo bench -p carmen-benches --bench platform -- [--seconds 30] [--connections 100]`

#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod house;
mod load;

use std::time::Duration;

use house::House;
use load::{Load, Order};

#[tokio::main]
async fn main() {
    let seconds = Duration::from_secs(argument("--seconds").unwrap_or(30));
    let connections = argument("--connections").unwrap_or(100);
    let connections = usize::try_from(connections).expect("a number of connections");
    let house = House::open().await;
    let order = Order::at(&house).await;
    println!("all in one process, SQLite; {connections} connections for {} s", seconds.as_secs());
    let baseline = Load::typenames(&house).run(connections, Duration::from_secs(5)).await;
    println!("{}", baseline.line("router alone ({ __typename })", None));
    let alone = Load::requests(&house, &order).run(1, Duration::from_secs(5)).await;
    println!("{}", alone.line("purchase request, one at a time", Some(&baseline)));
    let crowd = Load::requests(&house, &order).run(connections, seconds).await;
    println!("{}", crowd.line("purchase request, all at once", Some(&baseline)));
    house.close().await;
}

/// The number behind an option; cargo passes options of its own, which are none of ours.
fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name).skip(1);
    arguments
        .next()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} {value}: a number is expected")))
}
