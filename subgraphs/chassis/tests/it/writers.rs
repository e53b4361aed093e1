//! Many writers at once: nobody is told that the database is busy.

use chassis::{Error, boot};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, Statement};

use crate::pantry::{HERE, fill, jar, jar_id, kit};

const TAKE: &str = "UPDATE jar SET weight = weight - 1 WHERE id = $1 AND weight > 0";

async fn take(db: &chassis::Db, id: uuid::Uuid) -> chassis::Result<bool> {
    db.write(|tx| async move {
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), TAKE, [id.into()]);
        Ok(tx.execute_raw(statement).await?.rows_affected() == 1)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_writers_in_two_processes_take_exactly_what_is_there() {
    let kit = kit().await;
    fill(kit.db(), HERE, 4).await;
    let set = "UPDATE jar SET weight = 100 WHERE name = 'jar 0000'";
    kit.db().write(|tx| async move { Ok(tx.execute_unprepared(set).await?.rows_affected()) }).await.unwrap();
    let other = boot::open::<jar::Migrator>(&kit.database().url()).await.unwrap();
    let takes = (0..200).map(|number| take(if number % 2 == 0 { kit.db() } else { &other }, jar_id(1)));
    let taken = futures::future::try_join_all(takes).await.unwrap();
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 100);
    other.close().await.unwrap();
}

#[tokio::test]
async fn what_fails_leaves_no_trace() {
    let kit = kit().await;
    fill(kit.db(), HERE, 3).await;
    let failed: chassis::Result<()> = kit
        .db()
        .write(|tx| async move {
            jar::Entity::delete_many().exec(&tx).await?;
            Err(Error::internal("after the delete"))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(jar::Entity::find().count(kit.db().read()).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deadlocked_transactions_run_again() {
    let kit = kit().await;
    fill(kit.db(), HERE, 2).await;
    // Every other one locks the two rows in the other order: PostgreSQL has to break circles, SQLite has none.
    let db = kit.db();
    let swaps = (0..6).map(|number| async move {
        let (first, second) = if number % 2 == 0 { (0, 1) } else { (1, 0) };
        db.write(|tx| async move {
            for id in [jar_id(first), jar_id(second)] {
                let touch = "UPDATE jar SET weight = COALESCE(weight, 0) + 1 WHERE id = $1";
                let backend = tx.get_database_backend();
                tx.execute_raw(Statement::from_sql_and_values(backend, touch, [id.into()])).await?;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Ok(())
        })
        .await
    });
    futures::future::try_join_all(swaps).await.unwrap();
}

#[tokio::test]
async fn the_reading_connection_cannot_write_on_sqlite() {
    let kit = kit().await;
    if kit.db().backend() == DbBackend::Sqlite {
        assert!(kit.db().read().execute_unprepared("DELETE FROM jar").await.is_err());
    }
    kit.db().ping().await.unwrap();
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let kit = kit().await;
    fill(kit.db(), HERE, 1).await;
    boot::migrate::<jar::Migrator>(kit.db()).await.unwrap();
    assert_eq!(jar::Entity::find().count(kit.db().read()).await.unwrap(), 1);
}

#[tokio::test]
async fn sqlites_log_is_moved_into_the_file_by_a_reader() {
    let kit = kit().await;
    fill(kit.db(), HERE, 500).await;
    match kit.db().checkpoint().await.unwrap() {
        Some(checkpoint) => {
            assert!(checkpoint.log > 0, "{checkpoint:?}");
            assert_eq!(checkpoint.moved, checkpoint.log);
        }
        None => assert_eq!(kit.db().backend(), DbBackend::Postgres),
    }
}
