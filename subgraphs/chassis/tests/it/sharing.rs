//! Writers who share a transaction: each answers for itself only.

use std::sync::Arc;
use std::time::Duration;

use chassis::outbox::read_after;
use chassis::{Clock, Db, Error, Result, Tx};
use sea_orm::ActiveValue::Set;
use sea_orm::{DbBackend, EntityTrait, PaginatorTrait};
use tokio::sync::Notify;

use crate::pantry::schema::event;
use crate::pantry::{HERE, jar, jar_id, kit};

/// Puts a jar on the shelf and tells of it.
async fn put(tx: &Tx, number: u128) -> Result<()> {
    let row = jar::ActiveModel {
        id: Set(jar_id(number)),
        tenant_id: Set(HERE.as_uuid()),
        name: Set(format!("jar {number:04}")),
        weight: Set(Some(1)),
    };
    jar::Entity::insert(row).exec_without_returning(tx).await?;
    tx.publish(event(HERE, jar_id(number), &number.to_string(), Clock::system().now()));
    Ok(())
}

/// What lies on the shelf, and whom the events tell of; those without a gap.
async fn told(db: &Db) -> (u64, Vec<u128>) {
    let events = read_after(db.read(), HERE, 0, 1_000).await.unwrap();
    let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());
    let mut numbers: Vec<u128> =
        events.iter().map(|event| event.payload["name"].as_str().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    (jar::Entity::find().count(db.read()).await.unwrap(), numbers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_crowd_whoever_fails_is_undone_alone() {
    let kit = kit().await;
    let db = kit.db();
    let writers = (0..120_u128).map(|number| async move {
        let written = db.write(|tx| async move {
            put(&tx, number).await?;
            match number % 4 {
                // Twice the same jar: the database itself refuses.
                1 => put(&tx, number).await,
                2 => Err(Error::not_found("lid")),
                _ => Ok(()),
            }
        });
        (number, written.await.is_ok())
    });
    let outcomes = futures::future::join_all(writers).await;
    let done: Vec<u128> = outcomes.iter().filter(|(_, done)| *done).map(|(number, _)| *number).collect();
    assert_eq!(done, (0..120).filter(|number| [0, 3].contains(&(number % 4))).collect::<Vec<_>>());
    assert_eq!(told(db).await, (60, done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_crowd_whoever_leaves_takes_nobody_along() {
    let kit = kit().await;
    let db = kit.db();
    let writers = (0..24_u128).map(|number| async move {
        let written = db.write(|tx| async move {
            put(&tx, number).await?;
            if number % 3 == 1 { std::future::pending().await } else { Ok(()) }
        });
        let stays = Duration::from_millis(if number % 3 == 1 { 40 } else { 20_000 });
        (number, matches!(tokio::time::timeout(stays, written).await, Ok(Ok(()))))
    });
    let outcomes = futures::future::join_all(writers).await;
    let done: Vec<u128> = outcomes.iter().filter(|(_, done)| *done).map(|(number, _)| *number).collect();
    assert_eq!(done, (0..24).filter(|number| number % 3 != 1).collect::<Vec<_>>());
    assert_eq!(told(db).await, (16, done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_passed_on_to_somebody_who_left_is_committed() {
    let kit = kit().await;
    let gate = Arc::new(Notify::new());
    let (db, opened) = (kit.db().clone(), Arc::clone(&gate));
    let first = tokio::spawn(async move {
        let opened = &opened;
        db.write(|tx| async move {
            put(&tx, 1).await?;
            opened.notified().await;
            Ok(())
        })
        .await
    });
    let db = kit.db().clone();
    let second = tokio::spawn(async move {
        db.write(|tx| async move {
            put(&tx, 2).await?;
            std::future::pending::<Result<()>>().await
        })
        .await
    });
    // Both are there: the first holds the transaction, the second waits for it.
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.notify_one();
    tokio::time::sleep(Duration::from_millis(50)).await;
    second.abort();
    assert!(second.await.is_err());
    tokio::time::timeout(Duration::from_secs(20), first).await.unwrap().unwrap().unwrap();
    assert_eq!(told(kit.db()).await, (1, vec![1]));
    kit.db().write(|tx| async move { put(&tx, 3).await }).await.unwrap();
    assert_eq!(told(kit.db()).await, (2, vec![1, 3]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_wait_are_committed_together() {
    let kit = kit().await;
    let db = kit.db();
    let mut commits = db.commits();
    let writers = (0..64_u128).map(|number| db.write(move |tx| async move { put(&tx, number).await }));
    db.statements().start();
    futures::future::try_join_all(writers).await.unwrap();
    let statements = db.statements().stop();
    if db.backend() == DbBackend::Sqlite {
        let shared = statements.iter().filter(|statement| statement.contains("SAVEPOINT member")).count();
        assert!(shared >= 48, "{shared} of 64 left room for another");
    }
    assert_eq!(*commits.borrow_and_update(), 64);
    assert_eq!(told(db).await.0, 64);
}
