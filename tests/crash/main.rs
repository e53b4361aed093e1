//! Purchasing goes on while processes die: router, subgraphs, PostgreSQL and Redis are killed again and again, and nothing that was
//! acknowledged is lost, nothing happens twice, and everything comes to its end.
//!
//! `.ci/crash [SECONDS]` runs it; it needs PostgreSQL and Redis, and a built `carmen`.

mod client;
mod outcome;
mod purchase;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use carmen_fleet::Fleet;
use client::Client;
use outcome::{Stock, differences};
use purchase::{Done, Place};
use rand::RngExt;
use serde_json::Value;
use tokio::task::JoinHandle;

/// Who buys at any one time.
const CLIENTS: usize = 6;

/// How long the fleet may take to bring everything to its end once nobody is killed any more.
const SETTLE: Duration = Duration::from_secs(180);

/// One, as quantities are counted here.
const WHOLE: i64 = 100_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes, and starts PostgreSQL and Redis: .ci/crash"]
async fn nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let seconds = std::env::var("CRASH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    // A kill leaves the operating system standing, so what was written is there without waiting for the disk.
    let mut fleet = Fleet::start(&["fsync=off"]).await;
    let client = Arc::new(Client::new(fleet.router(), fleet.commands()));
    let places = purchase::places(&client).await;
    purchase::clear(&client, &places).await;
    let before = outcome::stock(&client).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let buyers = buyers(&client, &places, &is_over);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut kills: BTreeMap<String, u32> = BTreeMap::new();
    while Instant::now() < until && !buyers.iter().any(JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(500..3_000))).await;
        *kills.entry(fleet.kill_one().await).or_default() += 1;
        fleet.revive();
    }
    is_over.store(true, Ordering::SeqCst);
    let mut done = Vec::new();
    for buyer in buyers {
        while !buyer.is_finished() {
            fleet.revive();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        done.extend(buyer.await.expect("a buyer comes to an end"));
    }
    println!("{}", numbers(&done, &kills, &fleet, &client));
    assert!(!done.is_empty(), "nothing was bought");

    let expected = outcome::expected(before, &done);
    let since = Instant::now();
    settle(&mut fleet, &client, &done, &expected).await;
    println!("settled after {:.1} s", since.elapsed().as_secs_f32());
    outcome::nothing_was_laid_aside(&client).await;
    fleet.stop_services();
    let proof = fleet.commands().run(&["prove"]).await;
    println!("{}", proof.text);
    assert!(proof.is_success, "{}", proof.text);
}

/// People who buy one thing after the other until it is over.
fn buyers(client: &Arc<Client>, places: &[Place], is_over: &Arc<AtomicBool>) -> Vec<JoinHandle<Vec<Done>>> {
    let buyer = |_| {
        let (client, places, is_over) = (Arc::clone(client), places.to_vec(), Arc::clone(is_over));
        tokio::spawn(async move {
            let mut done = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                let place = &places[rand::random_range(0..places.len())];
                done.push(purchase::buy(&client, place).await);
            }
            done
        })
    };
    (0..CLIENTS).map(buyer).collect()
}

/// What happened, in numbers.
fn numbers(done: &[Done], kills: &BTreeMap<String, u32>, fleet: &Fleet, client: &Client) -> String {
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    for Done { end, .. } in done {
        *ends.entry(end.name()).or_default() += 1;
    }
    let (revived, troubles) = (fleet.revived(), client.troubles());
    let (killed, retried): (u32, u32) = (kills.values().sum(), troubles.values().sum());
    format!(
        "{} purchases: {ends:?}\n{killed} kills: {kills:?}; started again without one: {revived:?}\n\
         {retried} retries: {troubles:?}",
        done.len()
    )
}

/// Waits until everything is at its end and where it belongs.
async fn settle(fleet: &mut Fleet, client: &Client, done: &[Done], expected: &Stock) {
    let until = Instant::now() + SETTLE;
    loop {
        fleet.revive();
        let found = differences(client, done, expected).await;
        if found.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{} differences:\n{}", found.len(), found.join("\n"));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is text")).to_owned()
}

fn hundred_thousandths(value: &Value) -> i64 {
    let value = text(value);
    let (whole, fraction) = value.split_once('.').unwrap_or((&value, ""));
    format!("{whole}{fraction:0<5}").parse().expect("a decimal with five places")
}
