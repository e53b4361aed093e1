//! The audit log: every change has its entry, every refusal too, and nobody rewrites it unseen.

use chassis::audit::{AuditEntry, AuditEntrySort, AuditOutcome, AuditWhere, list_audit_entries, verify};
use chassis::testkit::{Kit, caller, data, first_code};
use chassis::{Caller, Db, Error, PageArgs, Subgraph, SubgraphRequest};
use futures::StreamExt;
use primitives::TenantId;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::pantry::{ELSEWHERE, HERE, kit, start};

const ADD: &str = "mutation($name: String!) { addJar(name: $name) { jar { id } userErrors { code } } }";

async fn entries(db: &Db, tenant: TenantId) -> Vec<AuditEntry> {
    let page = PageArgs::new(Some(100), None, None, None);
    let found = list_audit_entries(db, &caller(tenant, &["audit:view"]), None, AuditEntrySort::AtDesc, page)
        .await
        .unwrap();
    found.into_nodes()
}

async fn add(kit: &Kit, pantry: &Subgraph, tenant: TenantId, name: &str) -> Value {
    add_as(&kit.caller(tenant, &["jars:create"]), pantry, name).await
}

async fn add_as(owner: &Caller, pantry: &Subgraph, name: &str) -> Value {
    let mut request = SubgraphRequest::new(ADD).bearer(&owner.token);
    request.variables.insert("name".to_owned(), name.into());
    request.headers.insert("x-forwarded-for", "203.0.113.7, 10.0.0.1".parse().unwrap());
    request.headers.insert("user-agent", "till/1.2".parse().unwrap());
    request.headers.insert("x-request-id", "r-1".parse().unwrap());
    pantry.execute(request).await.json().unwrap()
}

#[tokio::test]
async fn a_change_is_noted_with_who_what_and_from_where() {
    let kit = kit().await;
    let pantry = start(&kit);
    let owner = kit.caller(HERE, &["jars:create"]);
    let mut made = data(add_as(&owner, &pantry, "plum").await);
    let noted = entries(kit.db(), HERE).await;
    let [entry] = noted.as_slice() else { panic!("{noted:?}") };
    assert_eq!((entry.seq, entry.actor_id, entry.operation.as_str()), (1, Some(owner.user), "addJar"));
    assert_eq!(serde_json::from_str::<Value>(&entry.input).unwrap(), json!({ "name": "plum" }));
    assert_eq!((entry.outcome, entry.codes.len()), (AuditOutcome::Done, 0));
    assert_eq!(json!(entry.subject_ids), json!([made["addJar"]["jar"]["id"].take()]));
    assert_eq!(entry.address.as_deref(), Some("203.0.113.7, 10.0.0.1"));
    assert_eq!((entry.client.as_deref(), entry.request_id.as_deref()), (Some("till/1.2"), Some("r-1")));
    assert_eq!(entry.at.get(), kit.clock().now());
    assert!(entries(kit.db(), ELSEWHERE).await.is_empty(), "another tenant's log");
}

#[tokio::test]
async fn what_was_refused_or_not_allowed_is_noted_too() {
    let kit = kit().await;
    let pantry = start(&kit);
    // Whether a client asks for the reasons or not.
    let owner = kit.caller(HERE, &["jars:create"]);
    data(kit.ask(&pantry, &owner, "mutation { addJar(name: \"\") { jar { id } } }").await);
    let refused =
        kit.ask(&pantry, &kit.caller(HERE, &[]), "mutation { addJar(name: \"fig\") { jar { id } } }").await;
    assert_eq!(first_code(&refused), "FORBIDDEN");
    let noted = entries(kit.db(), HERE).await;
    let shown: Vec<_> = noted.iter().map(|entry| (entry.outcome, entry.codes.join(","))).collect();
    assert_eq!(
        shown,
        [
            (AuditOutcome::Failed, "FORBIDDEN".to_owned()),
            (AuditOutcome::Refused, "VALIDATION_ERROR".to_owned())
        ]
    );
    let nobody =
        pantry.execute(SubgraphRequest::new("mutation { addJar(name: \"fig\") { jar { id } } }")).await;
    assert_eq!(first_code(&nobody.json().unwrap()), "UNAUTHENTICATED");
    kit.ask(&pantry, &owner, "{ jars { totalCount } }").await;
    assert_eq!(
        entries(kit.db(), HERE).await.len(),
        2,
        "nobody's attempts and queries are in no tenant's log"
    );
}

#[tokio::test]
async fn a_change_that_comes_by_a_socket_is_noted_as_any_other() {
    let kit = kit().await;
    let pantry = start(&kit);
    let owner = kit.caller(HERE, &["jars:create"]);
    let add = "mutation { addJar(name: \"fig\") { userErrors { code } } }";
    let answers: Vec<_> =
        pantry.subscribe(SubgraphRequest::new(add).bearer(&owner.token)).await.collect().await;
    assert_eq!(answers.len(), 1);
    let noted = entries(kit.db(), HERE).await;
    assert_eq!((noted.len(), noted[0].outcome, noted[0].actor_id), (1, AuditOutcome::Done, Some(owner.user)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_attempts_at_once_make_one_unbroken_chain_per_tenant() {
    let kit = kit().await;
    let pantry = start(&kit);
    let hundred = (0..100).map(|number| {
        let tenant = if number % 4 == 0 { ELSEWHERE } else { HERE };
        let kind = ["jar", "jar", "cracked", "jar", "twice"][number % 5];
        let (kit, pantry) = (&kit, &pantry);
        async move { add(kit, pantry, tenant, &format!("{kind} {number}")).await }
    });
    futures::future::join_all(hundred).await;
    let noted = [entries(kit.db(), HERE).await, entries(kit.db(), ELSEWHERE).await];
    assert_eq!(noted.each_ref().map(Vec::len), [75, 25]);
    let came_to = |outcome| noted.iter().flatten().filter(|entry| entry.outcome == outcome).count();
    let outcomes = [AuditOutcome::Done, AuditOutcome::Refused, AuditOutcome::Failed].map(came_to);
    assert_eq!(outcomes, [60, 20, 20]);
    let (count, broken) = verify(kit.db()).await.unwrap();
    assert_eq!((count, broken), (100, Vec::new()));
}

async fn tampered(sql: &str) -> Vec<(TenantId, i64)> {
    let kit = kit().await;
    let pantry = start(&kit);
    for name in ["a", "b", "c", "d"] {
        data(add(&kit, &pantry, HERE, name).await);
        data(add(&kit, &pantry, ELSEWHERE, name).await);
    }
    let done =
        kit.db().write(|tx| async move { Ok(tx.execute_unprepared(sql).await?.rows_affected()) }).await;
    assert!(done.unwrap() > 0, "{sql}");
    let (_, broken) = verify(kit.db()).await.unwrap();
    broken.into_iter().map(|chain| (chain.tenant, chain.seq)).collect()
}

#[tokio::test]
async fn whoever_rewrites_the_log_is_found() {
    let here = kit().await.db().backend();
    let one = match here {
        sea_orm::DbBackend::Sqlite => "tenant_id = X'00000000000000000000000000000001'",
        _ => "tenant_id = '00000000-0000-0000-0000-000000000001'",
    };
    for (change, place) in [
        (format!("UPDATE audit_entry SET input = '{{}}' WHERE seq = 2 AND {one}"), 2),
        (format!("UPDATE audit_entry SET actor_id = NULL WHERE seq = 3 AND {one}"), 3),
        (format!("DELETE FROM audit_entry WHERE seq = 2 AND {one}"), 2),
        (format!("DELETE FROM audit_entry WHERE seq = 4 AND {one}"), 4),
    ] {
        assert_eq!(tampered(&change).await, [(HERE, place)], "{change}");
    }
}

#[tokio::test]
async fn the_log_is_read_by_page_and_filter_and_with_permission_only() {
    let kit = kit().await;
    let pantry = start(&kit);
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        let jar = data(add(&kit, &pantry, HERE, name).await);
        made.push(jar["addJar"]["jar"]["id"].as_str().unwrap().to_owned());
    }
    let page = || PageArgs::new(Some(2), None, None, None);
    let latest = AuditEntrySort::default();
    let stranger = list_audit_entries(kit.db(), &caller(HERE, &["jars:create"]), None, latest, page()).await;
    assert!(matches!(stranger, Err(Error::Forbidden(_))));
    let reader = caller(HERE, &["audit:view"]);
    let filter = |filter: Value| -> AuditWhere {
        let value = async_graphql::Value::from_json(filter).unwrap();
        async_graphql::InputType::parse(Some(value)).unwrap()
    };
    let find = |wanted: Value| {
        let (db, reader, wanted) = (kit.db(), &reader, filter(wanted));
        async move { list_audit_entries(db, reader, Some(wanted), latest, page()).await.unwrap().into_nodes() }
    };
    for (sort, seqs) in [(latest, [3, 2]), (AuditEntrySort::AtAsc, [1, 2])] {
        let entries = list_audit_entries(kit.db(), &reader, None, sort, page()).await.unwrap().into_nodes();
        assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), seqs);
    }
    let about = find(json!({ "subjectIds": [made[1]] })).await;
    assert_eq!(about.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2]);
    assert_eq!(find(json!({ "operations": ["addJar"], "outcomes": ["DONE"] })).await.len(), 2, "a page");
    assert_eq!(find(json!({ "not": { "operations": ["addJar"] } })).await.len(), 0);
    assert_eq!(find(json!({ "subjectIds": ["no id"] })).await.len(), 0);
    assert_eq!(find(json!({ "before": "2026-07-01T08:00:00Z" })).await.len(), 0);
}
