//! What a consumer does with events, whatever happens to it: exactly one effect each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use chassis::inbox::{DeadLetter, DeadLetterSort};
use chassis::testkit::{Kit, TestDatabase, caller};
use chassis::{
    Bus, Consumer, Db, Envelope, Error, Handlers, InProcessBus, PageArgs, Result, Tx, inbox, outbox,
};
use primitives::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnAcquireErr, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pantry::{ELSEWHERE, HERE, jar, jar_id, kit, schema::event};

/// Publishes `jar.added` in a source's database.
pub(crate) async fn publish(db: &Db, kit: &Kit, tenant: TenantId, jars: std::ops::Range<u128>) {
    let now = kit.clock().now();
    db.write(|tx| {
        let jars = jars.clone();
        async move {
            for number in jars {
                tx.publish(event(tenant, jar_id(number % 7), &format!("{number}"), now));
            }
            Ok(())
        }
    })
    .await
    .unwrap();
}

/// The effect: a jar per event, which the same event twice would make twice.
pub(crate) async fn put_jar(tx: &Tx, event: &Envelope) -> Result<()> {
    let row = jar::ActiveModel {
        id: Set(Uuid::now_v7()),
        tenant_id: Set(event.tenant_id.as_uuid()),
        name: Set(event.payload["name"].as_str().unwrap_or_default().to_owned()),
        weight: Set(Some(event.seq)),
    };
    jar::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

pub(crate) fn putting() -> Handlers {
    Handlers::new().on("farm", "jar.added", |tx, event| async move { put_jar(&tx, &event).await })
}

pub(crate) async fn jars(db: &Db) -> u64 {
    jar::Entity::find().count(db.read()).await.unwrap()
}

pub(crate) async fn wait_for_jars(db: &Db, count: u64) {
    for _ in 0..4_000 {
        if jars(db).await >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} of {count} jars came", jars(db).await);
}

async fn letters(db: &Db, is_replayed: bool) -> Vec<DeadLetter> {
    list(db, (Value::Null, is_replayed), DeadLetterSort::default()).await
}

async fn list(db: &Db, (filter, is_replayed): (Value, bool), sort: DeadLetterSort) -> Vec<DeadLetter> {
    let filter = async_graphql::Value::from_json(filter).unwrap();
    let which = (async_graphql::InputType::parse(Some(filter)).unwrap(), is_replayed);
    let page = PageArgs::new(Some(50), None, None, None);
    let found = inbox::list_dead_letters(db, &caller(HERE, &["*"]), which, sort, page).await.unwrap();
    found.into_nodes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_of_all_tenants_arrive_once_and_in_order() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    publish(farm.db(), &kit, HERE, 0..30).await;
    let bus = InProcessBus::default();
    let consumer = Consumer::new("pantry", &kit.environment(), putting()).start(&bus);
    // The source starts after its consumers, and publishes while they read.
    bus.attach("farm", farm.db());
    publish(farm.db(), &kit, ELSEWHERE, 0..5).await;
    publish(farm.db(), &kit, HERE, 30..300).await;
    wait_for_jars(kit.db(), 305).await;
    for event in outbox::read_after(farm.db().read(), HERE, 0, 1_000).await.unwrap() {
        consumer.handle("farm", &Arc::new(event)).await.unwrap();
    }
    assert_eq!(jars(kit.db()).await, 305);
    let mine = jar::Entity::find().filter(jar::Column::TenantId.eq(HERE.as_uuid()));
    let by_arrival = mine.order_by_asc(jar::Column::Id).all(kit.db().read()).await.unwrap();
    for aggregate in 0..7 {
        let numbers = by_arrival.iter().map(|row| row.name.parse::<u32>().unwrap());
        let numbers: Vec<_> = numbers.filter(|number| number % 7 == aggregate).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_event_many_times_at_once_has_one_effect() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    publish(farm.db(), &kit, HERE, 0..1).await;
    let event = Arc::new(outbox::read_after(farm.db().read(), HERE, 0, 1).await.unwrap().remove(0));
    let consumer = Consumer::new("pantry", &kit.environment(), putting());
    let twenty = (0..20).map(|_| consumer.handle("farm", &event));
    futures::future::try_join_all(twenty).await.unwrap();
    assert_eq!(jars(kit.db()).await, 1);
    inbox::prune(kit.db(), kit.clock().now()).await.unwrap();
    consumer.handle("farm", &event).await.unwrap();
    assert_eq!(jars(kit.db()).await, 1, "what can still be delivered is remembered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_starts_again_goes_on_where_it_was() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    publish(farm.db(), &kit, HERE, 0..10).await;
    let bus = InProcessBus::default();
    bus.attach("farm", farm.db());
    let mut first = bus.subscribe("farm", "pantry");
    let batch = first.next().await.unwrap();
    assert_eq!(batch.len(), 10);
    // Settled: 1 to 4 and 6. The place may only move to 4.
    let done: Vec<_> =
        batch.iter().filter(|delivery| [1, 2, 3, 4, 6].contains(&delivery.event.seq)).cloned().collect();
    first.settle(&done).await.unwrap();
    drop((first, bus));
    let bus = InProcessBus::default();
    bus.attach("farm", farm.db());
    let mut second = bus.subscribe("farm", "pantry");
    let seqs: Vec<i64> = second.next().await.unwrap().iter().map(|delivery| delivery.event.seq).collect();
    assert_eq!(seqs, (5..=10).collect::<Vec<_>>());
    let mut other = bus.subscribe("farm", "cellar");
    assert_eq!(other.next().await.unwrap().len(), 10, "each consumer has a place of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_event_is_laid_aside_and_the_others_flow() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    let is_mended = Arc::new(AtomicBool::new(false));
    let tries = Arc::new(AtomicU32::new(0));
    let (mended, tried) = (is_mended.clone(), tries.clone());
    let handlers = Handlers::new().on("farm", "jar.added", move |tx, event| {
        let (mended, tried) = (mended.clone(), tried.clone());
        async move {
            put_jar(&tx, &event).await?;
            if event.payload["name"] == "3" && !mended.load(Ordering::SeqCst) {
                tried.fetch_add(1, Ordering::SeqCst);
                return Err(Error::internal("the lid does not fit"));
            }
            Ok(())
        }
    });
    let consumer = Consumer::new("pantry", &kit.environment(), handlers).start(kit.bus());
    kit.bus().attach("farm", farm.db());
    publish(farm.db(), &kit, HERE, 0..20).await;
    wait_for_jars(kit.db(), 19).await;
    let waiting = async {
        while letters(kit.db(), false).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
    let letter = letters(kit.db(), false).await.remove(0);
    assert_eq!((letter.kind.as_str(), letter.attempts, letter.source.as_str()), ("jar.added", 5, "farm"));
    assert!(letter.error.contains("the lid does not fit"), "{}", letter.error);
    assert_eq!(tries.load(Ordering::SeqCst), 5);
    assert_eq!(jars(kit.db()).await, 19, "what failed left nothing behind");

    let owner = caller(HERE, &["*"]);
    assert!(consumer.replay(&owner, letter.id, None).await.is_err(), "still broken");
    assert_eq!(letters(kit.db(), false).await[0].attempts, 6);
    is_mended.store(true, Ordering::SeqCst);
    let stranger = consumer.replay(&caller(ELSEWHERE, &["*"]), letter.id, None).await;
    assert!(matches!(stranger, Err(Error::NotFound(_))));
    let replays = futures::future::join_all((0..5).map(|_| consumer.replay(&owner, letter.id, None))).await;
    assert_eq!(replays.iter().filter(|replay| replay.is_ok()).count(), 1);
    assert_eq!(jars(kit.db()).await, 20);
    assert!(letters(kit.db(), false).await.is_empty());
    assert_eq!(letters(kit.db(), true).await[0].id, letter.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_found_and_a_key_replays_one_once() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = is_mended.clone();
    let handlers = Handlers::new().on("farm", "jar.added", move |tx, event| {
        let mended = mended.clone();
        async move {
            put_jar(&tx, &event).await?;
            if mended.load(Ordering::SeqCst) { Ok(()) } else { Err(Error::internal("no lids")) }
        }
    });
    let consumer = Consumer::new("pantry", &kit.environment(), handlers);
    publish(farm.db(), &kit, HERE, 0..2).await;
    for event in outbox::read_after(farm.db().read(), HERE, 0, 2).await.unwrap() {
        consumer.handle("farm", &Arc::new(event)).await.unwrap();
        kit.clock().advance(Duration::from_secs(60));
    }
    let at = |letters: Vec<DeadLetter>| letters.into_iter().map(|letter| letter.event_id).collect::<Vec<_>>();
    let all = letters(kit.db(), false).await;
    let (latest, first) = (&all[0], &all[1]);
    assert!(latest.failed_at > first.failed_at);
    let turned = list(kit.db(), (Value::Null, false), DeadLetterSort::FailedAtAsc).await;
    assert_eq!(at(turned), [first.event_id, latest.event_id]);
    for (wanted, found) in [
        (json!({ "types": ["jar.added"], "sources": ["farm"], "consumers": ["pantry"] }), 2),
        (json!({ "types": ["jar.broken"] }), 0),
        (json!({ "not": { "types": ["jar.broken"] } }), 2),
        (json!({ "sources": ["pantry"] }), 0),
        (json!({ "consumers": ["farm"] }), 0),
        (json!({ "eventIds": [first.event_id] }), 1),
        (json!({ "from": latest.failed_at }), 1),
        (json!({ "before": latest.failed_at }), 1),
    ] {
        let letters = list(kit.db(), (wanted.clone(), false), DeadLetterSort::default()).await;
        assert_eq!(letters.len(), found, "{wanted}");
    }

    let owner = caller(HERE, &["*"]);
    assert!(
        consumer.replay(&owner, first.id, Some("once")).await.is_err(),
        "still broken: the key is not used up"
    );
    is_mended.store(true, Ordering::SeqCst);
    let five = (0..5).map(|_| consumer.replay(&owner, first.id, Some("once")));
    let answers = futures::future::try_join_all(five).await.unwrap();
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.replayed_at.is_some()));
    assert_eq!(jars(kit.db()).await, 1);
    let other = consumer.replay(&owner, latest.id, Some("once")).await.unwrap_err();
    assert!(matches!(&other, Error::Refused(_)), "the key belongs to another letter: {other}");
    assert_eq!(letters(kit.db(), false).await.len(), 1);
}

#[tokio::test]
async fn an_event_waits_for_its_database_however_long_that_is_away() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    let outages = Arc::new(AtomicU32::new(20));
    let left = outages.clone();
    let handlers = Handlers::new().on("farm", "jar.added", move |tx, event| {
        let left = left.clone();
        async move {
            put_jar(&tx, &event).await?;
            let is_away = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            let away = DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
            is_away.map_or(Ok(()), |_| Err(away.into()))
        }
    });
    let consumer = Consumer::new("pantry", &kit.environment(), handlers);
    publish(farm.db(), &kit, HERE, 0..1).await;
    let event = Arc::new(outbox::read_after(farm.db().read(), HERE, 0, 1).await.unwrap().remove(0));
    while outages.load(Ordering::SeqCst) > 0 {
        assert!(consumer.handle("farm", &event).await.is_err(), "it has to come again");
        assert!(letters(kit.db(), false).await.is_empty(), "nothing is wrong with it");
    }
    consumer.handle("farm", &event).await.unwrap();
    assert_eq!(jars(kit.db()).await, 1);
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_event_only_and_effects_name_their_cause() {
    let (kit, farm) = (kit().await, TestDatabase::new::<jar::Migrator>().await);
    let now = kit.clock().now();
    let handlers = Handlers::new().on("farm", "jar.added", move |tx, received| async move {
        assert!(received.payload["name"] != "0", "a handler that panics");
        tx.publish(event(received.tenant_id, jar_id(9), "kept", now));
        Ok(())
    });
    let consumer = Consumer::new("pantry", &kit.environment(), handlers);
    publish(farm.db(), &kit, HERE, 0..2).await;
    let events = outbox::read_after(farm.db().read(), HERE, 0, 2).await.unwrap();
    for event in &events {
        consumer.handle("farm", &Arc::new(event.clone())).await.unwrap();
    }
    assert!(letters(kit.db(), false).await[0].error.contains("panicked"));
    let published = outbox::read_after(kit.db().read(), HERE, 0, 10).await.unwrap();
    let told: Vec<_> = published.iter().map(|event| (event.kind.as_str(), event.causation_id)).collect();
    let causes = (Some(events[0].event_id), Some(events[1].event_id));
    assert_eq!(told, [(inbox::DEAD_LETTERED, causes.0), ("jar.added", causes.1)]);
}
