//! The outbox: gapless and in commit order, whoever writes at the same time.

use std::time::Duration;

use chassis::outbox::{RETENTION, Tail, latest, oldest_retained, prune, read_after};
use chassis::testkit::Kit;
use chassis::{Clock, Db, Error, Result, boot};
use primitives::TenantId;

use crate::pantry::{ELSEWHERE, HERE, jar, jar_id, kit, schema::event};

async fn publish(db: &Db, kit: &Kit, tenant: TenantId, count: u128) -> Result<()> {
    let now = kit.clock().now();
    db.write(|tx| async move {
        for number in 0..count {
            tx.publish(event(tenant, jar_id(number), &format!("{number}"), now));
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_among_many_writers_misses_nothing_and_sees_commit_order() {
    let kit = kit().await;
    let reader = async {
        let mut tail = Tail::after(kit.db(), HERE, 0, 7);
        let mut seen = Vec::new();
        while seen.len() < 200 {
            seen.extend(tail.next().await.unwrap().into_iter().map(|event| event.seq));
        }
        seen
    };
    let writers = futures::future::try_join_all((0..100).map(|number| {
        let tenant = if number % 5 == 0 { ELSEWHERE } else { HERE };
        publish(kit.db(), &kit, tenant, if tenant == HERE { 1 + number % 4 } else { 1 })
    }));
    let (seen, written) = tokio::join!(reader, writers);
    written.unwrap();
    assert_eq!(seen, (1..=200).collect::<Vec<i64>>());
    assert_eq!(latest(kit.db().read(), ELSEWHERE).await.unwrap(), 20);
}

#[tokio::test]
async fn what_was_rolled_back_was_never_published() {
    let kit = kit().await;
    let now = kit.clock().now();
    let failed: Result<()> = kit
        .db()
        .write(|tx| async move {
            tx.publish(event(HERE, jar_id(1), "never", now));
            Err(Error::not_found("jar"))
        })
        .await;
    assert!(failed.is_err());
    publish(kit.db(), &kit, HERE, 2).await.unwrap();
    let events = read_after(kit.db().read(), HERE, 0, 10).await.unwrap();
    assert_eq!(
        events.iter().map(|event| (event.seq, event.payload["name"].as_str().unwrap())).collect::<Vec<_>>(),
        [(1, "0"), (2, "1")]
    );
    assert_eq!(events[0].kind, "jar.added");
    assert_eq!(events[0].occurred_at, now);
}

#[tokio::test]
async fn commits_of_another_process_are_seen_within_the_poll() {
    let kit = kit().await;
    let other = boot::open::<jar::Migrator>(&kit.database().url()).await.unwrap();
    let mut tail = Tail::after(kit.db(), HERE, 0, 10);
    let (events, published) =
        tokio::join!(tokio::time::timeout(Duration::from_secs(5), tail.next()), async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            publish(&other, &kit, HERE, 1).await
        });
    published.unwrap();
    assert_eq!(events.unwrap().unwrap().len(), 1);
    other.close().await.unwrap();
}

#[tokio::test]
async fn events_older_than_the_retention_go_and_the_edge_is_known() {
    let kit = kit().await;
    assert_eq!(oldest_retained(kit.db().read(), HERE).await.unwrap(), 1);
    publish(kit.db(), &kit, HERE, 1_200).await.unwrap();
    let between = Clock::system().now();
    publish(kit.db(), &kit, HERE, 3).await.unwrap();
    assert_eq!(prune(kit.db(), between + RETENTION).await.unwrap(), 1_200);
    assert_eq!(oldest_retained(kit.db().read(), HERE).await.unwrap(), 1_201);
    assert_eq!(prune(kit.db(), Clock::system().now() + RETENTION).await.unwrap(), 3);
    assert_eq!(oldest_retained(kit.db().read(), HERE).await.unwrap(), 1_204);
}

#[tokio::test]
async fn what_is_told_of_long_ago_is_kept_as_long_as_anything_else() {
    let kit = kit().await;
    let long_ago = Clock::system().now() - 50 * RETENTION;
    let publish = |tx: chassis::Tx| async move {
        tx.publish(event(HERE, jar_id(1), "an old jar", long_ago));
        Ok(())
    };
    kit.db().write(publish).await.unwrap();
    let soon = Clock::system().now() + RETENTION - Duration::from_secs(60);
    assert_eq!(prune(kit.db(), soon).await.unwrap(), 0);
    assert_eq!(read_after(kit.db().read(), HERE, 0, 10).await.unwrap()[0].occurred_at, long_ago);
}
