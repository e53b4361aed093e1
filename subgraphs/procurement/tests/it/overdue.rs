//! What waits for an approval for too long is told once.

use std::time::Duration;

use chassis::outbox;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use subgraph_procurement::Buying;
use subgraph_procurement::purchase_request::overdue::tell;

use crate::house::{House, andaman, because, step};

const HOUR: Duration = Duration::from_secs(3_600);

/// What was told so far: which level, and until when it had.
async fn told(house: &House) -> Vec<(Value, Value)> {
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let overdue = events.into_iter().filter(|event| event.kind == "approval.overdue");
    overdue.map(|event| (event.payload["level"].clone(), event.payload["dueAt"].clone())).collect()
}

async fn levels(house: &House, request: &Value) -> Vec<[Value; 3]> {
    let query = "query($id: ID!) { purchaseRequest(id: $id) { approvals { level dueAt isOverdue } } }";
    let anybody = house.kit.caller(andaman(), &["procurement:*"]);
    let seen = house.data_as(&anybody, query, json!({ "id": request["id"] })).await;
    let levels = seen["purchaseRequest"]["approvals"].as_array().unwrap();
    levels.iter().map(|level| ["level", "dueAt", "isOverdue"].map(|field| level[field].clone())).collect()
}

/// How many requests wait for somebody, and how many of them for too long.
async fn waiting(house: &House) -> [Value; 2] {
    let query = "{ all: myApprovals { totalCount } late: myApprovals(overdue: true) { totalCount } }";
    let seen = house.data_as(&house.approver("5000"), query, Value::Null).await;
    ["all", "late"].map(|list| seen[list]["totalCount"].clone())
}

#[tokio::test]
async fn a_level_that_does_not_decide_in_time_is_told_once() {
    let house = House::open().await;
    let app = Buying::new(&house.kit.environment());
    let clock = house.kit.clock();
    let request = house.submitted("2000").await;
    let [first, second] = &*levels(&house, &request).await else { panic!("two levels") };
    assert_eq!((&first[2], &second[1], &second[2]), (&json!(false), &Value::Null, &json!(false)));
    clock.advance(47 * HOUR);
    assert_eq!((tell(&app).await.unwrap(), waiting(&house).await), (0, [json!(1), json!(0)]));
    clock.advance(HOUR);
    // Two who look at once.
    let both = tokio::join!(tell(&app), tell(&app));
    assert_eq!(both.0.unwrap() + both.1.unwrap(), 1);
    assert_eq!(tell(&app).await.unwrap(), 0);
    assert_eq!(told(&house).await, [(json!(1), first[1].clone())]);
    assert_eq!(levels(&house, &request).await[0][2], true);
    assert_eq!(waiting(&house).await, [json!(1), json!(1)]);
    // The next level has its own time, and the one before is done with.
    let half = house.mutate(&house.approver("5000"), "approvePurchaseRequest", step(&request)).await;
    assert_eq!(half["userErrors"], json!([]), "{half}");
    let after = levels(&house, &request).await;
    assert_eq!((&after[0][2], &after[1][2]), (&json!(false), &json!(false)));
    clock.advance(47 * HOUR);
    assert_eq!(tell(&app).await.unwrap(), 0);
    clock.advance(HOUR);
    assert_eq!(tell(&app).await.unwrap(), 1);
    assert_eq!(told(&house).await[1], (json!(2), after[1][1].clone()));
    house.prove().await;
}

/// However many were decided: SQLite's plans do not depend on how much there is, unlike PostgreSQL's.
#[tokio::test]
async fn an_index_leads_to_what_is_due() {
    let house = House::open().await;
    let db = house.kit.db();
    if db.backend() != DbBackend::Sqlite {
        return;
    }
    let log = db.statements();
    log.start();
    tell(&Buying::new(&house.kit.environment())).await.unwrap();
    let sql =
        log.stop().into_iter().find(|sql| sql.contains("FROM \"approval\"")).expect("levels are looked at");
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = db.read().query_all_raw(explain).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
    assert!(steps.iter().any(|step| step.contains("approval_due")), "{steps:?}");
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_told() {
    let house = House::open().await;
    let app = Buying::new(&house.kit.environment());
    let (decided, recalled) = (house.submitted("900").await, house.submitted("900").await);
    house.mutate(&house.approver("5000"), "approvePurchaseRequest", step(&decided)).await;
    let back = house.mutate(&house.chef, "recallPurchaseRequest", because(&recalled, "reason")).await;
    assert_eq!(back["userErrors"], json!([]), "{back}");
    house.kit.clock().advance(100 * HOUR);
    assert_eq!((tell(&app).await.unwrap(), told(&house).await.len()), (0, 0));
    // Handed in again, it has its time again.
    let owner = house.kit.caller(andaman(), &["*"]);
    let again = house.mutate(&owner, "submitPurchaseRequest", step(&back["purchaseRequest"])).await;
    assert_eq!(again["userErrors"], json!([]), "{again}");
    assert_eq!(tell(&app).await.unwrap(), 0);
    house.kit.clock().advance(48 * HOUR);
    assert_eq!(tell(&app).await.unwrap(), 1);
}

#[tokio::test]
async fn another_rule_is_for_what_is_handed_in_from_now_on() {
    let house = House::open().await;
    let app = Buying::new(&house.kit.environment());
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    let before = house.submitted("900").await;
    let due = levels(&house, &before).await;
    let rules = json!({ "fromAmounts": ["0"], "decideWithinHours": 2, "expectedVersion": 0 });
    let set = house.mutate(&admin, "setApprovalRules", rules).await;
    assert_eq!(set["approvalRules"][0]["decideWithinHours"], 2);
    let wrong = json!({ "fromAmounts": ["0"], "decideWithinHours": 0, "expectedVersion": 1 });
    let refused = house.mutate(&admin, "setApprovalRules", wrong).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "decideWithinHours".to_owned())]);
    house.submitted("900").await;
    assert_eq!(levels(&house, &before).await, due);
    house.kit.clock().advance(2 * HOUR);
    assert_eq!(tell(&app).await.unwrap(), 1);
    house.kit.clock().advance(46 * HOUR);
    assert_eq!(tell(&app).await.unwrap(), 1);
}
