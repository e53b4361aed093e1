//! Standing in: who may, for how long, and what the clock does.

use std::time::Duration;

use serde_json::{Value, json};
use subgraph_users::{People, delegation};

use crate::house::{House, refusal};

fn lending(from: &str, to: &str, end: &str) -> Value {
    json!({ "fromId": from, "toId": to, "docTypes": ["PURCHASE_REQUEST"], "limit": { "amount": "1000", "currency": "THB" },
        "end": end, "reason": "on leave" })
}

#[tokio::test]
async fn rules_of_lending_are_kept() {
    let house = House::open().await;
    let (chef, sous, cook) =
        (house.user("chef", 5_000).await, house.user("sous", 1_000).await, house.user("cook", 0).await);
    let week = "2026-07-08T08:00:00Z";
    let refused = |input: Value| async { House::refusals(&house.mutate("delegate", input).await) };
    assert_eq!(refused(lending(&chef, &chef, week)).await, [refusal("VALIDATION_ERROR", "toId")]);
    assert_eq!(refused(lending(&chef, &cook, week)).await, [refusal("LIMIT_EXCEEDED", "limit")]);
    assert_eq!(
        refused(lending(&chef, &sous, "2026-07-01T08:00:00Z")).await[0],
        refusal("VALIDATION_ERROR", "end")
    );
    let long = lending(&chef, &sous, "2026-07-31T08:00:01Z");
    assert_eq!(refused(long).await, [refusal("VALIDATION_ERROR", "end")]);
    let stranger = lending(&chef, &primitives::UserId::generate().to_string(), week);
    assert_eq!(refused(stranger).await, [refusal("NOT_FOUND", "toId")]);
    let lent = house.mutate("delegate", lending(&chef, &sous, week)).await;
    assert_eq!(lent["delegation"]["status"], "ACTIVE", "{lent}");
    assert_eq!(refused(lending(&chef, &sous, week)).await, [refusal("DUPLICATE", "docTypes")]);
    assert_eq!(refused(lending(&sous, &chef, week)).await[0], refusal("VALIDATION_ERROR", "fromId"));
}

#[tokio::test]
async fn everybody_lends_their_own_rights_and_takes_them_back() {
    let house = House::open().await;
    let (chef, sous) = (house.user("chef", 5_000).await, house.user("sous", 1_000).await);
    let other = house.caller_is(&sous, &[]);
    let week = "2026-07-08T08:00:00Z";
    let refused = house.mutate_as(&other, "delegate", lending(&chef, &sous, week)).await;
    assert_eq!(refused["errors"][0]["extensions"]["permission"], "users:update");
    let own = house.caller_is(&chef, &[]);
    let lent =
        house.mutate_as(&own, "delegate", lending(&chef, &sous, week)).await["data"]["delegate"].take();
    let back = json!({ "id": lent["delegation"]["id"], "expectedVersion": 1 });
    let seen = house
        .ask_as(&other, "{ myDelegations { nodes { from { displayName } isInForce } } }", json!({}))
        .await;
    let expected = json!([{ "from": { "displayName": "chef" }, "isInForce": true }]);
    assert_eq!(seen["data"]["myDelegations"]["nodes"], expected, "{seen}");
    let refused = house.mutate_as(&other, "revokeDelegation", back.clone()).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let third = house.caller(&[]);
    let hidden = house.mutate_as(&third, "revokeDelegation", back.clone()).await;
    assert_eq!(House::refusals(&hidden["data"]["revokeDelegation"]), [refusal("NOT_FOUND", "id")]);
    let revoked = house.mutate_as(&own, "revokeDelegation", back).await;
    assert_eq!(revoked["data"]["revokeDelegation"]["delegation"]["status"], "REVOKED", "{revoked}");
    let query = format!("{{ user(id: \"{sous}\") {{ delegationsReceived {{ id }} }} }}");
    assert_eq!(house.data(&query, json!({})).await["user"]["delegationsReceived"], json!([]));
}

#[tokio::test]
async fn ones_own_are_sorted_and_narrowed() {
    let house = House::open().await;
    let (chef, boss) = (house.user("chef", 5_000).await, house.user("boss", 5_000).await);
    let (sous, cook) = (house.user("sous", 1_000).await, house.user("cook", 1_000).await);
    let made = async |input: Value| {
        let lent = house.mutate("delegate", input).await;
        assert_eq!(lent["userErrors"], json!([]), "{lent}");
        lent["delegation"]["id"].clone()
    };
    let mut given = lending(&sous, &cook, "2026-07-10T08:00:00Z");
    given["start"] = json!("2026-07-02T08:00:00Z");
    let given = made(given).await;
    house.mutate("revokeDelegation", json!({ "id": given, "expectedVersion": 1 })).await;
    made(lending(&chef, &sous, "2026-07-08T08:00:00Z")).await;
    let mut later = lending(&boss, &sous, "2026-07-05T08:00:00Z");
    later["start"] = json!("2026-07-03T08:00:00Z");
    made(later).await;
    let me = house.caller_is(&sous, &[]);
    for (arguments, from) in [
        (String::new(), ["boss", "sous", "chef"].as_slice()),
        ("(sort: START_ASC)".to_owned(), &["chef", "sous", "boss"]),
        ("(sort: END_ASC)".to_owned(), &["boss", "chef", "sous"]),
        ("(sort: END_DESC)".to_owned(), &["sous", "chef", "boss"]),
        ("(where: { side: GIVEN })".to_owned(), &["sous"]),
        ("(where: { side: RECEIVED, statuses: [ACTIVE] })".to_owned(), &["chef"]),
        ("(where: { or: [{ side: GIVEN }, { statuses: [ACTIVE] }] })".to_owned(), &["sous", "chef"]),
        (format!("(where: {{ userIds: [\"{chef}\", \"{cook}\"] }})"), &["sous", "chef"]),
        (format!("(where: {{ not: {{ userIds: [\"{chef}\"] }} }})"), &["boss", "sous"]),
        (format!("(where: {{ userIds: [\"{sous}\"] }})"), &[]),
    ] {
        let query =
            format!("{{ myDelegations{arguments} {{ totalCount nodes {{ from {{ displayName }} }} }} }}");
        let seen = house.ask_as(&me, &query, json!({})).await["data"]["myDelegations"].take();
        let lenders: Vec<_> = from.iter().map(|name| json!({ "from": { "displayName": name } })).collect();
        assert_eq!(seen, json!({ "totalCount": lenders.len(), "nodes": lenders }), "{arguments}");
    }
}

#[tokio::test]
async fn the_clock_begins_and_ends_them() {
    let house = House::open().await;
    let (chef, sous) = (house.user("chef", 5_000).await, house.user("sous", 1_000).await);
    let mut later = lending(&chef, &sous, "2026-07-03T08:00:00Z");
    later["start"] = json!("2026-07-02T08:00:00Z");
    let lent = house.mutate("delegate", later).await;
    assert_eq!(
        (&lent["delegation"]["status"], &lent["delegation"]["isInForce"]),
        (&json!("SCHEDULED"), &json!(false))
    );
    let app = People::new(&house.kit.environment());
    let day = Duration::from_secs(24 * 60 * 60);
    for expected in [1, 1, 0] {
        house.kit.clock().advance(day);
        assert_eq!(delegation::turn::turn_due(&app).await.unwrap(), expected);
        assert_eq!(delegation::turn::turn_due(&app).await.unwrap(), 0);
    }
    let kinds: Vec<_> = house.events().await.into_iter().map(|event| event.kind).skip(2).collect();
    assert_eq!(kinds, ["delegation.started", "delegation.ended"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_delegations_at_once_make_no_chain() {
    let house = House::open().await;
    for round in 0..20 {
        let mut people = Vec::new();
        for name in ["a", "b", "c"] {
            people.push(house.user(&format!("{name}{round}"), 5_000).await);
        }
        let week = "2026-07-08T08:00:00Z";
        let (first, second) = tokio::join!(
            house.mutate("delegate", lending(&people[0], &people[1], week)),
            house.mutate("delegate", lending(&people[1], &people[2], week))
        );
        let lent = [&first, &second].into_iter().filter(|answer| answer["userErrors"] == json!([])).count();
        assert_eq!(lent, 1, "{first} {second}");
    }
}

#[tokio::test]
async fn who_leaves_stands_in_for_nobody() {
    let house = House::open().await;
    let (chef, sous) = (house.user("chef", 5_000).await, house.user("sous", 1_000).await);
    house.mutate("delegate", lending(&chef, &sous, "2026-07-08T08:00:00Z")).await;
    let left = house.mutate("deactivateUser", json!({ "id": sous, "expectedVersion": 1 })).await;
    assert_eq!(left["user"]["status"], "INACTIVE", "{left}");
    let query = format!("{{ user(id: \"{chef}\") {{ delegationsGiven {{ id }} }} }}");
    assert_eq!(house.data(&query, json!({})).await["user"]["delegationsGiven"], json!([]));
}
