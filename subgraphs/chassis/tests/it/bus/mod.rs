//! What every bus promises, tried on each of them: at least once, in order per aggregate, again when not settled, one place
//! for each consumer; that what waits is bounded, and that whoever dies, be it a consumer, a relay or the broker, takes no
//! event along. What needs a server is asked for by name, so that nothing has to be installed for the rest.

mod medium;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chassis::testkit::{RabbitServer, TestDatabase};
use chassis::{Bus, Consumer, Delivery, RabbitBus, Subscription};

use self::medium::Medium;
use crate::inbox::{jars, publish, putting, wait_for_jars};
use crate::pantry::{ELSEWHERE, HERE, jar, kit};

/// A test of each promise for each bus.
macro_rules! promises {
    (on a server that others use { $($gentle:ident),* $(,)? } on a server that may die { $($deadly:ident),* $(,)? }) => {
        mod in_process {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $gentle() {
                super::$gentle(super::Medium::in_process()).await;
            })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $deadly() {
                super::$deadly(super::Medium::in_process()).await;
            })*
        }

        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            #[ignore = "starts a redis-server: cargo test -p subgraph-chassis -- --ignored"]
            async fn $gentle() {
                super::$gentle(super::Medium::redis()).await;
            })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            #[ignore = "starts a redis-server: cargo test -p subgraph-chassis -- --ignored"]
            async fn $deadly() {
                super::$deadly(super::Medium::redis()).await;
            })*
        }

        mod rabbit {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            #[ignore = "starts a rabbitmq-server: cargo test -p subgraph-chassis -- --ignored"]
            async fn $gentle() {
                super::$gentle(super::Medium::rabbit()).await;
            })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            #[ignore = "starts a rabbitmq-server: cargo test -p subgraph-chassis -- --ignored"]
            async fn $deadly() {
                super::$deadly(super::Medium::mortal_rabbit()).await;
            })*
        }
    };
}

promises! {
    on a server that others use {
        every_event_comes_in_the_order_of_its_aggregate,
        what_was_not_settled_comes_again_after_a_crash_too,
        each_consumer_has_a_place_of_its_own,
        two_replicas_of_a_consumer_have_one_effect,
        another_replica_takes_over_what_a_dead_one_left,
        of_two_relays_of_a_source_one_goes_on_when_the_other_dies,
        what_waits_is_bounded_and_nothing_is_lost,
    }
    on a server that may die {
        a_broker_that_dies_again_and_again_loses_no_event,
    }
}

async fn farm() -> TestDatabase {
    TestDatabase::new::<jar::Migrator>().await
}

/// Takes batches and settles them until `count` events came.
async fn drain(subscription: &mut dyn Subscription, count: usize) -> Vec<Delivery> {
    drain_while(subscription, |all| all.len() < count).await
}

/// Takes batches and settles them until the event `seq` came.
async fn drain_until(subscription: &mut dyn Subscription, seq: i64) -> Vec<Delivery> {
    drain_while(subscription, |all| all.last().is_none_or(|last| last.event.seq < seq)).await
}

async fn drain_while(
    subscription: &mut dyn Subscription,
    is_short: impl Fn(&[Delivery]) -> bool,
) -> Vec<Delivery> {
    let mut all = Vec::new();
    let taking = async {
        while is_short(&all) {
            let batch = subscription.next().await.unwrap();
            subscription.settle(&batch).await.unwrap();
            all.extend(batch);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), taking).await.expect("the events come");
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

async fn another_replica_takes_over_what_a_dead_one_left(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    let bus = medium.bus();
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..10).await;
    let mut dead = bus.subscribe("farm", "pantry");
    let batch = whole_batch(&mut *dead, 10).await;
    dead.settle(&batch[..3]).await.unwrap();
    let mut alive = bus.subscribe("farm", "pantry");
    if medium.divides_the_work() {
        let early = tokio::time::timeout(Duration::from_secs(2), alive.next()).await;
        assert!(early.is_err(), "one replica works at a time");
    }
    drop(dead);
    assert_eq!(seqs(&drain(&mut *alive, 7).await), (4..=10).collect::<Vec<_>>());
}

async fn of_two_relays_of_a_source_one_goes_on_when_the_other_dies(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    let (here, there) = (medium.bus(), medium.bus());
    here.attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..20).await;
    // It is the one that works before there is another.
    let first = drain(&mut *here.subscribe("farm", "pantry"), 20).await;
    there.attach("farm", farm.db());
    let mut pantry = there.subscribe("farm", "pantry");
    publish(farm.db(), &kit, HERE, 20..300).await;
    let second = drain(&mut *pantry, 280).await;
    assert_eq!(seqs(&second), (21..=300).collect::<Vec<_>>(), "the other one leaves it alone");
    publish(farm.db(), &kit, HERE, 300..1_000).await;
    drop(here);
    let third = drain_until(&mut *pantry, 1_000).await;
    // One that dies between sending events and noting it leaves some that come twice, but never a late one.
    let mut latest = 0;
    let mut came = seqs(&[first, second, third].concat());
    came.retain(|&seq| {
        let is_new = seq > latest;
        latest = latest.max(seq);
        is_new
    });
    assert_eq!(came, (1..=1_000).collect::<Vec<_>>());
}

async fn what_waits_is_bounded_and_nothing_is_lost(medium: Medium) {
    let (kit, farm) = (kit().await, farm().await);
    let bus = medium.bounded_bus(300);
    let (mut fast, mut slow) = (bus.subscribe("farm", "fast"), bus.subscribe("farm", "slow"));
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..20).await;
    // Both are known before there is more than is kept.
    let (_, _) = tokio::join!(drain(&mut *fast, 20), drain(&mut *slow, 20));
    publish(farm.db(), &kit, HERE, 20..2_000).await;
    // The fast one reads on as far as it can; the slow one does not read at all.
    let ahead = drain(&mut *fast, 200).await;
    let filled = async {
        while medium.held("farm", "slow").await.is_some_and(|held| held < 300) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), filled).await.expect("it fills up");
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if let Some(held) = medium.held("farm", "slow").await {
            assert!((300..500).contains(&held), "{held} events: the bound and at most a batch");
        }
    }
    let (rest, slow) = tokio::join!(drain(&mut *fast, 1_980 - ahead.len()), drain(&mut *slow, 1_980));
    let distinct: BTreeSet<i64> = seqs(&slow).into_iter().collect();
    assert_eq!(distinct, (21..=2_000).collect());
    assert_eq!(ahead.len() + rest.len(), 1_980);
}

async fn a_broker_that_dies_again_and_again_loses_no_event(mut medium: Medium) {
    const ROUNDS: usize = 4;
    let (kit, farm) = (kit().await, farm().await);
    let bus = medium.bus();
    bus.attach("farm", farm.db());
    let _consumer = Consumer::new("pantry", &kit.environment(), putting()).start(&*bus);
    let mut published = 0..0;
    for round in 0..ROUNDS {
        published = published.end..published.end + 25;
        publish(farm.db(), &kit, HERE, published.clone()).await;
        // Now in the middle of relaying, now while nothing happens.
        tokio::time::sleep(Duration::from_millis(40) * round.try_into().unwrap()).await;
        medium.kill();
        published = published.end..published.end + 25;
        publish(farm.db(), &kit, HERE, published.clone()).await;
        medium.restart(round);
    }
    wait_for_jars(kit.db(), 200).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(jars(kit.db()).await, 200, "what came twice had one effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts a rabbitmq-server: cargo test -p subgraph-chassis -- --ignored"]
async fn what_a_deleted_queue_held_is_sent_again() {
    let (kit, farm) = (kit().await, farm().await);
    let server = RabbitServer::share();
    let bus = RabbitBus::new(&server.url()).unwrap();
    bus.attach("farm", farm.db());
    let mut pantry = bus.subscribe("farm", "pantry");
    publish(farm.db(), &kit, HERE, 0..20).await;
    let batch = whole_batch(&mut *pantry, 20).await;
    pantry.settle(&batch[..5]).await.unwrap();
    server.delete_queue("carmen.events.farm.pantry").await;
    while pantry.next().await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    publish(farm.db(), &kit, HERE, 20..25).await;
    let all = drain(&mut *pantry, 25).await;
    assert_eq!(seqs(&all), (1..=25).collect::<Vec<_>>(), "from the beginning, in order");
}
