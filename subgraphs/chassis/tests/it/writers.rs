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

/// How a reader goes about finding a few rows of one tenant by their ids.
async fn way_to_ids(db: &chassis::Db) -> String {
    let ids = vec!["?"; 40].join(", ");
    let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM hoard WHERE tenant = ? AND id IN ({ids})");
    let row = db.read().query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
    row.try_get_by_index(3).unwrap()
}

#[tokio::test]
async fn where_a_tenant_has_much_its_rows_are_found_by_their_ids() {
    let kit = kit().await;
    let db = kit.db();
    db.optimize().await.unwrap();
    if db.backend() != DbBackend::Sqlite {
        return;
    }
    let fill = "CREATE TABLE hoard (id TEXT PRIMARY KEY, tenant INTEGER, shelf INTEGER);
        CREATE INDEX hoard_shelf ON hoard (tenant, shelf);
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 5000)
        INSERT INTO hoard SELECT 'jar ' || n, 1, n % 9 FROM number";
    db.write(|tx| async move { Ok(tx.execute_unprepared(fill).await?.rows_affected()) }).await.unwrap();
    let before = way_to_ids(db).await;
    assert!(before.contains("hoard_shelf"), "all of the tenant's rows: {before}");
    db.optimize().await.unwrap();
    let renewed = boot::open::<jar::Migrator>(&kit.database().url()).await.unwrap();
    let after = way_to_ids(&renewed).await;
    assert!(after.contains("(id=?)"), "{after}");
    renewed.close().await.unwrap();
}
