//! Sagas on a real database: begun with a change, advanced by events, failed by dead letters, seen by those who may.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chassis::inbox::DeadLetterSort;
use chassis::saga::{self, Plan, Saga, SagaSort, SagaStatus, Step, StepStatus};
use chassis::testkit::{Kit, caller};
use chassis::{Consumer, Db, Envelope, Error, Event, Handlers, PageArgs, Result, Tx, inbox, outbox};
use primitives::TenantId;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::pantry::{ELSEWHERE, HERE, jar_id, kit};

const PLAN: Plan = Plan {
    kind: "JAR",
    told_by: &["farm"],
    steps: &[
        Step { name: "WRITE", undo: Some("STRIKE"), events: &[] },
        Step {
            name: "GROW",
            undo: Some("UPROOT"),
            events: &[("farm", "jar.ordered"), ("farm", "jar.cancelled"), ("pantry", "jar.grown")],
        },
    ],
};

/// An order for a jar at some version.
fn order(tenant: TenantId, jar: u128, version: i32) -> (TenantId, Uuid, i32) {
    (tenant, jar_id(jar), version)
}

async fn begin(kit: &Kit, subject: (TenantId, Uuid, i32)) {
    let at = kit.clock().now();
    let first = |saga: &mut Saga| {
        saga.finish("WRITE", at);
        saga.start("GROW", at);
    };
    kit.db().write(|tx| async move { saga::begin(&tx, &PLAN, subject, at, first).await }).await.unwrap();
}

async fn change(kit: &Kit, subject: (TenantId, Uuid, i32), change: impl Fn(&mut Saga) + Send + Sync) {
    let change = &change;
    kit.db().write(|tx| async move { saga::follow(&tx, &PLAN, subject, change).await }).await.unwrap();
}

/// The sagas of a tenant, the latest first.
async fn sagas(db: &Db, tenant: TenantId) -> Vec<Saga> {
    sorted(db, tenant, SagaSort::StartedAtDesc).await
}

async fn sorted(db: &Db, tenant: TenantId, sort: SagaSort) -> Vec<Saga> {
    let page = PageArgs::new(Some(100), None, None, None);
    saga::list_sagas(db, &caller(tenant, &["sagas:view"]), None, sort, page).await.unwrap().into_nodes()
}

async fn only(kit: &Kit) -> Saga {
    let [saga] = <[Saga; 1]>::try_from(sagas(kit.db(), HERE).await).unwrap();
    saga
}

/// An event about a jar as the farm would publish it, or a part of the farm as it would fail.
fn told(kit: &Kit, kind: &str, (jar, version): (u128, i32), payload: serde_json::Value) -> Arc<Envelope> {
    Arc::new(Envelope {
        event_id: primitives::EventId::generate(),
        tenant_id: HERE,
        kind: kind.to_owned(),
        version: 1,
        aggregate_id: jar_id(jar),
        aggregate_version: version,
        seq: 1,
        occurred_at: kit.clock().now(),
        actor_id: None,
        causation_id: None,
        correlation_id: None,
        traceparent: None,
        payload,
    })
}

/// A pantry that follows its jars, and can be broken.
fn pantry(kit: &Kit, is_broken: &Arc<AtomicBool>) -> Consumer {
    let (broken, clock) = (Arc::clone(is_broken), kit.clock().clone());
    let handlers = Handlers::new().on("farm", "jar.grown", move |tx: Tx, event: Arc<Envelope>| {
        let (broken, now) = (Arc::clone(&broken), clock.now());
        async move { grown(&tx, &event, broken.load(Ordering::SeqCst), now).await }
    });
    Consumer::new("pantry", &kit.environment(), handlers.following(&[&PLAN]))
}

async fn grown(tx: &Tx, event: &Envelope, is_broken: bool, now: chrono::DateTime<chrono::Utc>) -> Result<()> {
    if is_broken {
        return Err(Error::internal("the lid does not fit"));
    }
    let is_in_time = saga::answer(tx, &PLAN, event, "GROW", now).await?;
    tx.publish(Event {
        tenant: event.tenant_id,
        kind: if is_in_time { "jar.noted" } else { "jar.not_wanted" },
        version: 1,
        aggregate: event.aggregate_id,
        aggregate_version: event.aggregate_version,
        occurred_at: now,
        actor: None,
        causation: None,
        payload: json!({}),
    });
    Ok(())
}

async fn kinds(kit: &Kit) -> Vec<String> {
    let events = outbox::read_after(kit.db().read(), HERE, 0, 100).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

fn states(saga: &Saga) -> (SagaStatus, Vec<StepStatus>) {
    (saga.status, saga.steps.iter().map(|step| step.status).collect())
}

#[tokio::test]
async fn an_answer_moves_a_step_once() {
    let kit = kit().await;
    let pantry = pantry(&kit, &Arc::default());
    begin(&kit, order(HERE, 1, 3)).await;
    assert_eq!(states(&only(&kit).await), (SagaStatus::Running, vec![StepStatus::Done, StepStatus::Running]));
    let answer = told(&kit, "jar.grown", (1, 3), json!({}));
    pantry.handle("farm", &answer).await.unwrap();
    let done = only(&kit).await;
    assert_eq!(states(&done), (SagaStatus::Completed, vec![StepStatus::Done, StepStatus::Done]));
    // The same event, the same news in another event, an answer about another document and one about an earlier version.
    pantry.handle("farm", &answer).await.unwrap();
    for (jar, version) in [(1, 3), (2, 3), (1, 2)] {
        pantry.handle("farm", &told(&kit, "jar.grown", (jar, version), json!({}))).await.unwrap();
    }
    assert_eq!(only(&kit).await, done);
    assert!(prove(&kit).await);
}

#[tokio::test]
async fn what_fails_here_is_counted_laid_aside_and_done_when_it_is_replayed() {
    let kit = kit().await;
    let is_broken = Arc::new(AtomicBool::new(true));
    let pantry = pantry(&kit, &is_broken);
    begin(&kit, order(HERE, 1, 3)).await;
    pantry.handle("farm", &told(&kit, "jar.grown", (1, 3), json!({}))).await.unwrap();
    let failed = only(&kit).await;
    assert_eq!(states(&failed), (SagaStatus::Failed, vec![StepStatus::Done, StepStatus::Failed]));
    assert_eq!(failed.steps[1].attempts, 5);
    assert_eq!(
        failed.steps[1].error.as_deref(),
        Some("internal error in pantry; its dead letter says more"),
        "what failed is for those who mend it"
    );
    // 1 as it began and was written, and 4 attempts before the last one.
    assert_eq!(kinds(&kit).await, ["event.dead_lettered"]);
    let owner = caller(HERE, &["*"]);
    let page = PageArgs::new(Some(10), None, None, None);
    let letters = inbox::list_dead_letters(kit.db(), &owner, (None, false), DeadLetterSort::default(), page)
        .await
        .unwrap()
        .into_nodes();
    assert!(letters[0].error.contains("the lid does not fit"), "{letters:?}");
    assert!(pantry.replay(&owner, letters[0].id, None).await.is_err(), "still broken");
    assert_eq!(only(&kit).await.steps[1].attempts, 6);
    assert!(prove(&kit).await);
    is_broken.store(false, Ordering::SeqCst);
    pantry.replay(&owner, letters[0].id, None).await.unwrap();
    let done = only(&kit).await;
    assert_eq!(states(&done), (SagaStatus::Completed, vec![StepStatus::Done, StepStatus::Done]));
    assert_eq!((done.steps[1].attempts, done.steps[1].error.as_deref()), (7, None));
}

#[tokio::test]
async fn what_fails_elsewhere_is_told_and_undone_late_is_asked_for_again() {
    let kit = kit().await;
    let pantry = pantry(&kit, &Arc::default());
    begin(&kit, order(HERE, 1, 3)).await;
    let failure = |kind: &str| json!({ "consumer": "farm", "source": "pantry", "type": kind, "error": "hail", "attempts": 5, "isFinal": true });
    for other in ["jar.counted", "jar.grown"] {
        // Not for this step, or not this consumer's.
        pantry.handle("farm", &told(&kit, inbox::DEAD_LETTERED, (1, 3), failure(other))).await.unwrap();
    }
    assert_eq!(only(&kit).await.status, SagaStatus::Running);
    pantry.handle("farm", &told(&kit, inbox::DEAD_LETTERED, (1, 3), failure("jar.ordered"))).await.unwrap();
    let failed = only(&kit).await;
    assert_eq!((failed.status, failed.steps[1].error.as_deref()), (SagaStatus::Failed, Some("hail")));
    let at = kit.clock().now();
    change(&kit, order(HERE, 1, 4), |saga| {
        saga.compensate(("nobody wants it", 4), at);
        saga.undone("WRITE", at);
    })
    .await;
    assert_eq!(only(&kit).await.status, SagaStatus::Compensating);
    // The farm knows of nothing to uproot, and says so; the dead letter is told of late, and matters no more.
    pantry.handle("farm", &told(&kit, inbox::DEAD_LETTERED, (1, 3), failure("jar.ordered"))).await.unwrap();
    pantry.handle("farm", &told(&kit, "jar.grown", (1, 4), json!({}))).await.unwrap();
    let undone = only(&kit).await;
    assert_eq!(states(&undone), (SagaStatus::Compensated, vec![StepStatus::Compensated; 2]));
    // Somebody replays the letter there, and it grows after all.
    pantry.handle("farm", &told(&kit, "jar.grown", (1, 3), json!({}))).await.unwrap();
    assert_eq!(only(&kit).await, undone);
    assert_eq!(kinds(&kit).await, ["jar.noted", "jar.not_wanted"]);
    assert!(prove(&kit).await);
}

#[tokio::test]
async fn an_answer_belongs_to_the_saga_that_had_begun_by_then() {
    let kit = kit().await;
    let pantry = pantry(&kit, &Arc::default());
    begin(&kit, order(HERE, 1, 3)).await;
    let at = kit.clock().now();
    change(&kit, order(HERE, 1, 4), |saga| saga.refuse("GROW", ("frost", 4), at)).await;
    begin(&kit, order(HERE, 1, 5)).await;
    pantry.handle("farm", &told(&kit, "jar.grown", (1, 3), json!({}))).await.unwrap();
    pantry.handle("farm", &told(&kit, "jar.grown", (1, 4), json!({}))).await.unwrap();
    let running = sagas(kit.db(), HERE).await;
    assert!(running.iter().any(|saga| saga.begun_version == 5 && saga.status == SagaStatus::Running));
    pantry.handle("farm", &told(&kit, "jar.grown", (1, 6), json!({}))).await.unwrap();
    let all = sagas(kit.db(), HERE).await;
    let status = |version| all.iter().find(|saga| saga.begun_version == version).unwrap().status;
    assert_eq!((status(3), status(5)), (SagaStatus::Compensating, SagaStatus::Completed));
}

#[tokio::test]
async fn a_saga_that_was_not_committed_never_was_and_another_tenants_is_not_seen() {
    let kit = kit().await;
    let at = kit.clock().now();
    let subject = order(HERE, 1, 1);
    let rolled_back = kit.db().write(|tx| async move {
        saga::begin(&tx, &PLAN, subject, at, |saga| saga.start("GROW", at)).await?;
        Err::<(), _>(Error::internal("the document was refused"))
    });
    assert!(rolled_back.await.is_err());
    begin(&kit, order(ELSEWHERE, 1, 1)).await;
    assert!(sagas(kit.db(), HERE).await.is_empty());
    let theirs = sagas(kit.db(), ELSEWHERE).await.remove(0);
    let mine = saga::find_saga(kit.db(), &caller(HERE, &["sagas:view"]), theirs.id).await.unwrap();
    assert!(mine.is_none(), "another tenant's saga");
    let known = saga::find_saga(kit.db(), &caller(ELSEWHERE, &["sagas:view"]), theirs.id).await.unwrap();
    assert_eq!(known, Some(theirs.clone()));
    for denied in [
        saga::find_saga(kit.db(), &caller(ELSEWHERE, &["jars:create"]), theirs.id).await.err(),
        saga::list_sagas(
            kit.db(),
            &caller(ELSEWHERE, &["events:replay"]),
            None,
            SagaSort::default(),
            PageArgs::new(None, None, None, None),
        )
        .await
        .err(),
    ] {
        assert!(matches!(denied, Some(Error::Forbidden(_))), "{denied:?}");
    }
    change(&kit, order(HERE, 1, 1), |saga| saga.finish("GROW", at)).await;
    assert_eq!(sagas(kit.db(), ELSEWHERE).await, [theirs], "an answer for one tenant is none for another");
}

#[tokio::test]
async fn sagas_are_listed_from_either_end() {
    let kit = kit().await;
    for number in 1..4 {
        begin(&kit, order(HERE, number, 1)).await;
        kit.clock().advance(std::time::Duration::from_secs(60));
    }
    let subjects = |sagas: Vec<Saga>| sagas.into_iter().map(|saga| saga.subject).collect::<Vec<_>>();
    let mut latest_first = subjects(sagas(kit.db(), HERE).await);
    assert_eq!(latest_first.first(), Some(&order(HERE, 3, 1).1));
    latest_first.reverse();
    assert_eq!(subjects(sorted(kit.db(), HERE, SagaSort::StartedAtAsc).await), latest_first);
}

#[tokio::test]
async fn the_prover_sees_what_contradicts_itself() {
    let kit = kit().await;
    for broken in [
        "UPDATE saga SET status = 'COMPLETED'",
        "UPDATE saga SET status = 'COMPENSATED'",
        "UPDATE saga SET status = 'FAILED'",
        "UPDATE saga_step SET status = 'FAILED' WHERE position = 1",
        "DELETE FROM saga_step WHERE position = 0",
        "DELETE FROM saga",
    ] {
        kit.db()
            .write(|tx| async move { Ok(tx.execute_unprepared("DELETE FROM saga_step").await?) })
            .await
            .unwrap();
        kit.db()
            .write(|tx| async move { Ok(tx.execute_unprepared("DELETE FROM saga").await?) })
            .await
            .unwrap();
        begin(&kit, order(HERE, 1, 3)).await;
        assert!(prove(&kit).await);
        kit.db().write(|tx| async move { Ok(tx.execute_unprepared(broken).await?) }).await.unwrap();
        assert!(!prove(&kit).await, "{broken}");
    }
}

async fn prove(kit: &Kit) -> bool {
    let rules = chassis::prover::Rules {
        service: "pantry",
        counted: "sagas",
        records: "SELECT COUNT(*) FROM saga",
        rules: &[],
    };
    chassis::prover::prove(kit.db(), &rules).await.unwrap().is_sound()
}
