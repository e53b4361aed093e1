//! Closing a month as a saga: what each step leaves when it fails, and who goes on.

use futures::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use subgraph_inventory::finish_closings;

use crate::house::{House, refusals};
use crate::periods::{month, receive_in, step};

const CLOSED: &str =
    "COMPLETED: BLOCK_POSTINGS DONE, CHECK_DOCUMENTS DONE, WRITE_SNAPSHOT DONE, CLOSE_MONTH DONE";

impl House {
    /// The sagas of months, the latest last, each as one line.
    async fn closings(&self) -> Vec<String> {
        let query = "{ inventorySagas { nodes { status steps { name status } } } }";
        let seen = self.data(query, Value::Null).await;
        let shown = |saga: &Value| {
            let steps = saga["steps"].as_array().unwrap().iter();
            let steps = steps.map(|step| {
                format!("{} {}", step["name"].as_str().unwrap(), step["status"].as_str().unwrap())
            });
            format!("{}: {}", saga["status"].as_str().unwrap(), steps.collect::<Vec<_>>().join(", "))
        };
        let mut all: Vec<String> =
            seen["inventorySagas"]["nodes"].as_array().unwrap().iter().map(shown).collect();
        all.sort_unstable();
        all
    }

    async fn rename(&self, from: &str, to: &str) {
        let statement = &format!("ALTER TABLE {from} RENAME TO {to}");
        let rename = |tx: chassis::Tx| async move { Ok(tx.execute_unprepared(statement).await?) };
        self.kit.db().write(rename).await.unwrap();
    }

    /// The month as it stands.
    async fn month(&self, month: &str) -> Value {
        let query = "query($month: String!) { stockPeriod(month: $month) { status version closedBy { id } saga { reason steps { name attempts error } } } }";
        self.data(query, json!({ "month": month })).await["stockPeriod"].take()
    }
}

/// A house that holds something since two months ago.
async fn stocked() -> House {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("CELLAR").await);
    let before = month(&house, 2);
    assert_eq!(receive_in(&house, (&wine, &store), (&before, "3")).await["userErrors"], json!([]));
    house
}

#[tokio::test]
async fn a_month_is_closed_step_by_step() {
    let house = stocked().await;
    let last = month(&house, 1);
    let closed = house.mutate("closeStockPeriod", step(&last, 0)).await;
    assert_eq!(closed["stockPeriod"]["status"], "CLOSED");
    assert_eq!(house.closings().await, [CLOSED]);
    assert_eq!(finish_closings(&house.kit.environment()).await.unwrap(), 0);
    house.prove().await;
}

/// Of each step: what it needs is gone, so it fails; postings stay blocked, and whoever comes next goes on.
#[tokio::test]
async fn a_step_that_fails_is_taken_by_whoever_comes_next() {
    for (table, failing) in [
        ("stock_count", "CHECK_DOCUMENTS"),
        ("period_snapshot", "WRITE_SNAPSHOT"),
        ("outbox_counter", "CLOSE_MONTH"),
    ] {
        let house = stocked().await;
        let (rice, store) = (house.product(), house.store("MAIN").await);
        let last = month(&house, 1);
        receive_in(&house, (&rice, &store), (&last, "5")).await;
        for comes_next in ["the same request", "another request", "a sweep"] {
            house.rename(table, "lost").await;
            let mut request =
                step(&last, house.month(&last).await["version"].as_i64().unwrap_or(0).try_into().unwrap());
            request["idempotencyKey"] = json!(format!("{table} {comes_next}"));
            let failed = house.mutate_as(&house.keeper, "closeStockPeriod", request.clone()).await;
            assert_eq!(failed["errors"][0]["extensions"]["code"], "INTERNAL", "{failed}");
            house.rename("lost", table).await;
            let seen = house.month(&last).await;
            assert_eq!(seen["status"], "OPEN");
            let steps = seen["saga"]["steps"].as_array().unwrap();
            let open = steps.iter().find(|each| each["name"] == failing).unwrap();
            assert!(open["attempts"] == 1 && !open["error"].is_null(), "{open}");
            house.prove().await;
            let late = receive_in(&house, (&rice, &store), (&last, "1")).await;
            assert_eq!(refusals(&late)[0].0, "PERIOD_CLOSED");
            match comes_next {
                "the same request" => {
                    let done = house.mutate("closeStockPeriod", request).await;
                    assert_eq!(done["stockPeriod"]["status"], "CLOSED", "{done}");
                }
                "another request" => {
                    request["idempotencyKey"] = Value::Null;
                    let done = house.mutate("closeStockPeriod", request).await;
                    assert_eq!(done["stockPeriod"]["status"], "CLOSED", "{done}");
                }
                _ => assert_eq!(finish_closings(&house.kit.environment()).await.unwrap(), 1),
            }
            assert!(house.closings().await.iter().all(|saga| saga == CLOSED));
            let closed = house.month(&last).await;
            assert_eq!(
                (&closed["status"], &closed["closedBy"]["id"]),
                (&json!("CLOSED"), &json!(house.keeper.user))
            );
            house.prove().await;
            let reopen = json!({ "month": last, "expectedVersion": closed["version"], "reason": "it is closed once more" });
            assert_eq!(house.mutate("reopenStockPeriod", reopen).await["userErrors"], json!([]));
        }
    }
}

#[tokio::test]
async fn what_keeps_failing_opens_the_month_again() {
    for (table, then) in [
        (
            "stock_count",
            "COMPENSATED: BLOCK_POSTINGS COMPENSATED, CHECK_DOCUMENTS SKIPPED, WRITE_SNAPSHOT SKIPPED, CLOSE_MONTH SKIPPED",
        ),
        (
            "period_snapshot",
            "COMPENSATED: BLOCK_POSTINGS COMPENSATED, CHECK_DOCUMENTS DONE, WRITE_SNAPSHOT SKIPPED, CLOSE_MONTH SKIPPED",
        ),
        (
            "outbox_counter",
            "COMPENSATED: BLOCK_POSTINGS COMPENSATED, CHECK_DOCUMENTS DONE, WRITE_SNAPSHOT DONE, CLOSE_MONTH SKIPPED",
        ),
    ] {
        let house = stocked().await;
        let (rice, store) = (house.product(), house.store("MAIN").await);
        let last = month(&house, 1);
        house.rename(table, "lost").await;
        house.mutate_as(&house.keeper, "closeStockPeriod", step(&last, 0)).await;
        for _ in 0..4 {
            finish_closings(&house.kit.environment()).await.unwrap();
        }
        house.rename("lost", table).await;
        assert_eq!(house.closings().await, [then]);
        assert_eq!(house.month(&last).await["status"], "OPEN");
        house.prove().await;
        assert_eq!(receive_in(&house, (&rice, &store), (&last, "5")).await["userErrors"], json!([]));
        let closed = house.mutate("closeStockPeriod", step(&last, 0)).await;
        assert_eq!(closed["stockPeriod"]["status"], "CLOSED", "{closed}");
        assert_eq!(house.closings().await, [then, CLOSED]);
        house.prove().await;
    }
}

#[tokio::test]
async fn a_month_that_cannot_be_blocked_is_as_it_was() {
    let house = stocked().await;
    let last = month(&house, 1);
    house.rename("saga_step", "lost").await;
    let failed = house.mutate_as(&house.keeper, "closeStockPeriod", step(&last, 0)).await;
    assert_eq!(failed["errors"][0]["extensions"]["code"], "INTERNAL", "{failed}");
    house.rename("lost", "saga_step").await;
    assert!(house.closings().await.is_empty());
    assert_eq!(house.month(&last).await, Value::Null);
    house.prove().await;
}

#[tokio::test]
async fn a_count_under_way_opens_the_month_again_and_asking_again_asks_anew() {
    let mut house = stocked().await;
    let store = house.store("MAIN").await;
    let planned = house.counted("planStockCount", json!({ "locationId": store, "mode": "LIVE" })).await;
    let begin = json!({ "id": planned["id"], "expectedVersion": planned["version"] });
    let count = house.counted("startStockCount", begin).await;
    let began = month(&house, 0);
    house.kit.clock().advance(std::time::Duration::from_secs(32 * 24 * 60 * 60));
    house.keeper = house.kit.caller(crate::house::andaman(), &["*"]);
    let keeper = house.keeper.clone();
    let mut request = step(&began, 0);
    request["idempotencyKey"] = json!("close");
    for _ in 0..2 {
        let refused = house.mutate_as(&keeper, "closeStockPeriod", request.clone()).await;
        let refused = &refused["data"]["closeStockPeriod"]["userErrors"][0];
        assert_eq!(
            (&refused["code"], &refused["meta"]["countsUnderWay"]),
            (&json!("INVALID_STATE"), &json!(1))
        );
        house.prove().await;
    }
    let stopped = "COMPENSATED: BLOCK_POSTINGS COMPENSATED, CHECK_DOCUMENTS REFUSED, WRITE_SNAPSHOT SKIPPED, CLOSE_MONTH SKIPPED";
    let sagas = "{ inventorySagas(where: { kinds: [\"STOCK_PERIOD\"], statuses: [COMPENSATED] }) { totalCount nodes { reason } } }";
    let seen = house.ask_as(&keeper, sagas, Value::Null).await["data"]["inventorySagas"].take();
    assert_eq!(seen["totalCount"], 2);
    assert_eq!(seen["nodes"][0]["reason"], "1 counts are under way that began in the month");
    let stop =
        json!({ "id": count["id"], "expectedVersion": count["version"], "reason": "nobody has time for it" });
    house.mutate_as(&keeper, "cancelStockCount", stop).await;
    let closed = house.mutate_as(&keeper, "closeStockPeriod", request.clone()).await;
    assert_eq!(closed["data"]["closeStockPeriod"]["stockPeriod"]["status"], "CLOSED", "{closed}");
    assert_eq!(
        house.mutate_as(&keeper, "closeStockPeriod", request).await,
        closed,
        "said twice, closed once"
    );
    assert_eq!(house.closings().await, [stopped, stopped, CLOSED]);
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_close_a_month_at_once_each_step_is_taken_once() {
    let house = stocked().await;
    let last = month(&house, 1);
    for round in 0..20 {
        let version = round * 2;
        let environment = house.kit.environment();
        let closing = join_all((0..4).map(|_| house.mutate("closeStockPeriod", step(&last, version))));
        let sweeping = join_all((0..4).map(|_| finish_closings(&environment)));
        let (closed, _) = tokio::join!(closing, sweeping);
        let won = closed.iter().filter(|payload| payload["userErrors"] == json!([])).count();
        assert!(won >= 1, "{closed:#?}");
        assert_eq!(house.month(&last).await["version"], version + 1, "closed once");
        assert!(house.closings().await.iter().all(|saga| saga == CLOSED));
        house.prove().await;
        let reopen =
            json!({ "month": last, "expectedVersion": version + 1, "reason": "it is closed once more" });
        assert_eq!(house.mutate("reopenStockPeriod", reopen).await["userErrors"], json!([]));
    }
}
