//! What every bus promises, tried on each of them: at least once, in order per aggregate, again when not settled, and one
//! place for each consumer. Then what only a bus between processes has to survive. What needs a Redis server is asked for by name, so
//! that nothing has to be installed for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chassis::testkit::{RedisServer, TestDatabase};
use chassis::{Bus, Consumer, Delivery, InProcessBus, RedisBus, StreamBounds, Subscription};

use crate::inbox::{jars, publish, putting, wait_for_jars};
use crate::pantry::{ELSEWHERE, HERE, jar, kit};

/// A way for events to travel; each `bus()` is what a process of its own would have.
enum Medium {
    InProcess,
    Redis(RedisServer),
}

impl Medium {
    fn redis() -> Self {
        Self::Redis(RedisServer::start())
    }

    fn bus(&self) -> Arc<dyn Bus> {
        match self {
            Self::InProcess => Arc::new(InProcessBus::default()),
            Self::Redis(server) => Arc::new(RedisBus::new(&server.url()).unwrap()),
        }
    }
}

/// A test of each promise for each bus.
macro_rules! promises {
    ($($promise:ident),* $(,)?) => {
        mod in_process {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$promise(super::Medium::InProcess).await;
            })*
        }

        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            #[ignore = "starts a redis-server: cargo test -p subgraph-chassis -- --ignored"]
            async fn $promise() {
                super::$promise(super::Medium::redis()).await;
            })*
        }
    };
}

promises! {
    every_event_comes_in_the_order_of_its_aggregate,
    what_was_not_settled_comes_again_after_a_crash_too,
    each_consumer_has_a_place_of_its_own,
    two_replicas_of_a_consumer_have_one_effect,
}

async fn farm() -> TestDatabase {
    TestDatabase::new::<jar::Migrator>().await
}

/// Takes batches and settles them until `count` events came.
async fn drain(subscription: &mut dyn Subscription, count: usize) -> Vec<Delivery> {
    let mut all = Vec::new();
    let taking = async {
        while all.len() < count {
            let batch = subscription.next().await.unwrap();
            subscription.settle(&batch).await.unwrap();
            all.extend(batch);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taking).await.expect("the events come");
    all
}

fn seqs(deliveries: &[Delivery]) -> Vec<i64> {
    deliveries.iter().map(|delivery| delivery.event.seq).collect()
}

async fn every_event_comes_in_the_order_of_its_aggregate(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    let bus = medium.bus();
    let mut pantry = bus.subscribe("farm", "pantry");
    publish(farm.db(), &kit, HERE, 0..50).await;
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, ELSEWHERE, 0..20).await;
    publish(farm.db(), &kit, HERE, 50..500).await;
    let all = drain(&mut *pantry, 520).await;
    let mut aggregates: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for delivery in &all {
        let key = (delivery.event.tenant_id.as_uuid(), delivery.event.aggregate_id);
        aggregates.entry(key).or_default().push(delivery.event.seq);
    }
    assert!(aggregates.values().all(|seqs| seqs.is_sorted()), "{aggregates:?}");
    assert_eq!(all.len(), 520);
}

async fn what_was_not_settled_comes_again_after_a_crash_too(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    publish(farm.db(), &kit, HERE, 0..10).await;
    let first = medium.bus();
    first.attach("farm", farm.db());
    let mut pantry = first.subscribe("farm", "pantry");
    let batch = whole_batch(&mut *pantry, 10).await;
    pantry.settle(&batch[..4]).await.unwrap();
    assert_eq!(seqs(&pantry.next().await.unwrap()), (5..=10).collect::<Vec<_>>(), "at once");
    drop((pantry, first));
    let second = medium.bus();
    second.attach("farm", farm.db());
    let mut pantry = second.subscribe("farm", "pantry");
    assert_eq!(seqs(&drain(&mut *pantry, 6).await), (5..=10).collect::<Vec<_>>(), "after a crash");
    publish(farm.db(), &kit, HERE, 10..12).await;
    assert_eq!(seqs(&drain(&mut *pantry, 2).await), [11, 12], "what was settled does not come again");
}

/// The first batch that has `count` events; a relay may bring them by and by.
async fn whole_batch(subscription: &mut dyn Subscription, count: usize) -> Vec<Delivery> {
    loop {
        let batch = subscription.next().await.unwrap();
        if batch.len() >= count {
            return batch;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn each_consumer_has_a_place_of_its_own(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    let bus = medium.bus();
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..20).await;
    let (mut pantry, mut cellar) = (bus.subscribe("farm", "pantry"), bus.subscribe("farm", "cellar"));
    assert_eq!(drain(&mut *pantry, 20).await.len(), 20);
    publish(farm.db(), &kit, HERE, 20..25).await;
    assert_eq!(drain(&mut *pantry, 5).await.len(), 5);
    assert_eq!(drain(&mut *cellar, 25).await.len(), 25);
}

async fn two_replicas_of_a_consumer_have_one_effect(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    // For the bus in the process replicas are two places in the same bus; the relay runs twice too.
    let (here, there) = (medium.bus(), medium.bus());
    here.attach("farm", farm.db());
    there.attach("farm", farm.db());
    let _one = Consumer::new("pantry", &kit.environment(), putting()).start(&*here);
    let _two = Consumer::new("pantry", &kit.environment(), putting()).start(&*there);
    publish(farm.db(), &kit, HERE, 0..300).await;
    wait_for_jars(kit.db(), 300).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(jars(kit.db()).await, 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "starts a redis-server: cargo test -p subgraph-chassis -- --ignored"]
async fn a_redis_that_loses_everything_again_and_again_loses_no_event() {
    let (kit, farm) = (kit().await, farm().await);
    let mut server = RedisServer::start();
    let bus = RedisBus::new(&server.url()).unwrap();
    bus.attach("farm", farm.db());
    let _consumer = Consumer::new("pantry", &kit.environment(), putting()).start(&bus);
    for round in 0..4 {
        publish(farm.db(), &kit, HERE, round * 50..round * 50 + 25).await;
        // Now in the middle of relaying, now while nothing happens.
        tokio::time::sleep(Duration::from_millis(u64::try_from(round).unwrap() * 40)).await;
        server.kill();
        publish(farm.db(), &kit, HERE, round * 50 + 25..round * 50 + 50).await;
        server.restart();
    }
    wait_for_jars(kit.db(), 200).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(jars(kit.db()).await, 200, "what came twice had one effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts a redis-server: cargo test -p subgraph-chassis -- --ignored"]
async fn another_replica_takes_over_what_a_dead_one_left() {
    let (kit, farm) = (kit().await, farm().await);
    let server = RedisServer::start();
    let bus = RedisBus::new(&server.url()).unwrap();
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..10).await;
    let mut dead = bus.subscribe("farm", "pantry");
    whole_batch(&mut *dead, 10).await;
    let mut alive = bus.subscribe("farm", "pantry");
    let early = tokio::time::timeout(Duration::from_secs(2), alive.next()).await;
    assert!(early.is_err(), "one replica works at a time");
    drop(dead);
    assert_eq!(seqs(&drain(&mut *alive, 10).await), (1..=10).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts a redis-server: cargo test -p subgraph-chassis -- --ignored"]
async fn a_stream_is_bounded_and_loses_nothing() {
    let (kit, farm) = (kit().await, farm().await);
    let server = RedisServer::start();
    let bounds = StreamBounds { keep: 50, most: 300 };
    let bus = RedisBus::new(&server.url()).unwrap().with_bounds(bounds);
    let (mut fast, mut slow) = (bus.subscribe("farm", "fast"), bus.subscribe("farm", "slow"));
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..20).await;
    // Both have a group before there is more than the stream keeps.
    drain(&mut *fast, 20).await;
    drain(&mut *slow, 20).await;
    publish(farm.db(), &kit, HERE, 20..2_000).await;
    // The fast one reads on as far as it can; the slow one keeps the stream from being trimmed.
    let ahead = drain(&mut *fast, 200).await;
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let length = server.stream_length("carmen:events:farm");
        assert!((200..=500).contains(&length), "{length} entries: the bound and at most a batch");
    }
    let (rest, slow) = tokio::join!(drain(&mut *fast, 1_980 - ahead.len()), drain(&mut *slow, 1_980));
    let distinct: BTreeSet<i64> = seqs(&slow).into_iter().collect();
    assert_eq!(distinct, (21..=2_000).collect());
    assert_eq!(ahead.len() + rest.len(), 1_980);
}
