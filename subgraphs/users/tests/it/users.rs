//! People through their life, lists of them, and references to them.

use serde_json::json;

use crate::house::{House, lanna, refusal};

#[tokio::test]
async fn names_are_unique_in_the_tenant_whatever_their_case() {
    let house = House::open().await;
    house.user("anong", 0).await;
    let again = json!({ "username": "ANONG", "email": "Anong@Andaman.Example", "displayName": "Other" });
    let refused = house.mutate("createUser", again.clone()).await;
    assert_eq!(House::refusals(&refused), [refusal("DUPLICATE", "username"), refusal("DUPLICATE", "email")]);
    let elsewhere = house.kit.caller(lanna(), &["*"]);
    let created = house.mutate_as(&elsewhere, "createUser", again).await;
    assert_eq!(created["data"]["createUser"]["user"]["username"], "ANONG");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_the_same_address_at_once_one_gets_it() {
    let house = House::open().await;
    let create = |number: usize| {
        let input =
            json!({ "username": format!("u{number}"), "email": "same@andaman.example", "displayName": "U" });
        house.mutate("createUser", input)
    };
    for _ in 0..2 {
        let answers = futures_of((0..10).map(create)).await;
        let created = answers.iter().filter(|answer| !answer["user"].is_null()).count();
        let refused = answers.iter().filter(|answer| answer["userErrors"][0]["code"] == "DUPLICATE").count();
        assert!(created <= 1 && created + refused == 10, "{answers:?}");
    }
    let all = house.data("{ users { totalCount } }", json!({})).await;
    assert_eq!(all["users"]["totalCount"], 1);
}

async fn futures_of<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    futures::future::join_all(all).await
}

#[tokio::test]
async fn unknown_words_and_managers_are_refused_together() {
    let house = House::open().await;
    let input = json!({ "username": "a b", "email": "nobody", "displayName": " ", "locale": "xx", "timeZone": "Mars/Base",
        "managerId": primitives::UserId::generate(), "approvalLimit": { "amount": "-1", "currency": "THB" } });
    let refused = house.mutate("createUser", input).await;
    let expected = [
        refusal("VALIDATION_ERROR", "username"),
        refusal("VALIDATION_ERROR", "email"),
        refusal("VALIDATION_ERROR", "displayName"),
        refusal("VALIDATION_ERROR", "locale"),
        refusal("VALIDATION_ERROR", "timeZone"),
        refusal("NOT_FOUND", "managerId"),
        refusal("VALIDATION_ERROR", "approvalLimit.amount"),
    ];
    assert_eq!(House::refusals(&refused), expected);
}

#[tokio::test]
async fn managers_form_no_circle() {
    let house = House::open().await;
    let (a, b) = (house.user("a", 0).await, house.user("b", 0).await);
    let below = json!({ "id": b, "expectedVersion": 1, "managerId": a });
    assert_eq!(house.mutate("updateUser", below).await["userErrors"], json!([]));
    for manager in [&a, &b] {
        let circle = json!({ "id": a, "expectedVersion": 1, "managerId": manager });
        let refused = house.mutate("updateUser", circle).await;
        assert_eq!(House::refusals(&refused), [refusal("VALIDATION_ERROR", "managerId")]);
    }
}

/// Rings of three changes that only together make a circle: at least one of them is refused, every time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn managers_changed_at_once_form_no_circle() {
    let house = House::open().await;
    for round in 0..20 {
        let mut ring = Vec::new();
        for name in ["a", "b", "c"] {
            ring.push(house.user(&format!("{name}{round}"), 0).await);
        }
        let changes = (0..3).map(|place| {
            let (id, manager) = (&ring[place], &ring[(place + 1) % 3]);
            house.mutate("updateUser", json!({ "id": id, "expectedVersion": 1, "managerId": manager }))
        });
        let answers = futures_of(changes).await;
        let refused: Vec<_> = answers.iter().flat_map(House::refusals).collect();
        assert_eq!(refused, [refusal("VALIDATION_ERROR", "managerId")], "{answers:?}");
    }
    house.prove().await;
}

#[tokio::test]
async fn nobody_raises_their_own_limit() {
    let house = House::open().await;
    let chef = house.user("chef", 5_000).await;
    let limit = |version: i32, amount: &str| json!({ "id": chef, "expectedVersion": version, "approvalLimit": { "amount": amount, "currency": "THB" } });
    let manager = house.caller_is(&chef, &["users:update", "users:view"]);
    let refused = house.mutate_as(&manager, "updateUser", limit(1, "9000")).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let named = json!({ "id": chef, "expectedVersion": 1, "displayName": "Chef Chai" });
    let renamed = house.mutate_as(&manager, "updateUser", named).await;
    assert_eq!(renamed["data"]["updateUser"]["user"]["version"], 2, "{renamed}");
    let other = house.caller(&["users:update", "users:view"]);
    let raised = house.mutate_as(&other, "updateUser", limit(2, "9000")).await;
    assert_eq!(
        raised["data"]["updateUser"]["user"]["approvalLimit"],
        json!({ "amount": "9000.00", "currency": "THB" })
    );
    let stale = house.mutate("updateUser", limit(2, "1")).await;
    assert_eq!(House::refusals(&stale), [refusal("CONFLICT", "expectedVersion")]);
}

#[tokio::test]
async fn who_leaves_hands_departments_to_their_manager() {
    let house = House::open().await;
    let (boss, chef) = (house.user("boss", 0).await, house.user("chef", 0).await);
    let kitchen = house.department("KITCHEN", json!({ "headId": chef })).await;
    let leaving = json!({ "id": chef, "expectedVersion": 1, "idempotencyKey": "k" });
    let refused = house.mutate("deactivateUser", leaving).await;
    assert_eq!(House::refusals(&refused), [refusal("INVALID_STATE", "id")]);
    assert_eq!(refused["userErrors"][0]["meta"]["departments"], 1);
    house.mutate("updateUser", json!({ "id": chef, "expectedVersion": 1, "managerId": boss })).await;
    let leaving = json!({ "id": chef, "expectedVersion": 2, "idempotencyKey": "k2" });
    let left = house.mutate("deactivateUser", leaving.clone()).await;
    assert_eq!(left["user"]["status"], "INACTIVE", "{left}");
    assert_eq!(house.mutate("deactivateUser", leaving).await, left, "the same key answers the same");
    let query = format!("{{ department(id: \"{kitchen}\") {{ head {{ id }} }} }}");
    let kept = house.data(&query, json!({})).await;
    assert_eq!(kept["department"]["head"]["id"], json!(boss));
    let kinds: Vec<_> = house.events().await.into_iter().map(|event| event.kind).collect();
    let expected = [
        "user.created",
        "user.created",
        "department.head_changed",
        "user.updated",
        "department.head_changed",
        "user.deactivated",
    ];
    assert_eq!(kinds, expected);
    let named = json!({ "code": "BAR", "name": "Bar", "headId": chef });
    assert_eq!(
        House::refusals(&house.mutate("createDepartment", named).await),
        [refusal("NOT_FOUND", "headId")]
    );
    let back = house.mutate("reactivateUser", json!({ "id": chef, "expectedVersion": 3 })).await;
    assert_eq!(back["user"]["status"], "ACTIVE");
}

#[tokio::test]
async fn lists_are_searched_narrowed_and_paged() {
    let house = House::open().await;
    let (property, kitchen) = (house.property("P1").await, house.department("KITCHEN", json!({})).await);
    for name in ["carol", "alice", "bob"] {
        let user = house.user(name, 0).await;
        if name != "bob" {
            let place =
                json!({ "userId": user, "propertyId": property, "departmentId": kitchen, "role": "Cook" });
            assert_eq!(house.mutate("assignUser", place.clone()).await["userErrors"], json!([]));
            let twice = house.mutate("assignUser", place).await;
            assert_eq!(House::refusals(&twice), [refusal("DUPLICATE", "departmentId")]);
        }
    }
    let query = format!(
        "query($after: String) {{ users(first: 1, after: $after, where: {{ departmentId: \"{kitchen}\" }}) {{
         nodes {{ username assignments {{ role department {{ code }} property {{ code }} }} }} totalCount pageInfo {{ endCursor }} }} }}"
    );
    let first = house.data(&query, json!({})).await;
    assert_eq!(first["users"]["totalCount"], 2);
    let cook = json!([{ "role": "Cook", "department": { "code": "KITCHEN" }, "property": { "code": "P1" } }]);
    assert_eq!(first["users"]["nodes"], json!([{ "username": "alice", "assignments": cook }]));
    let next = house.data(&query, json!({ "after": first["users"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(next["users"]["nodes"][0]["username"], "carol");
    let found = house.data("{ users(search: \"BOB andaman\") { nodes { username } } }", json!({})).await;
    assert_eq!(found["users"]["nodes"], json!([{ "username": "bob" }]));
    let none = house.data("{ users(search: \"b_b\") { totalCount } }", json!({})).await;
    assert_eq!(none["users"]["totalCount"], 0);
}

#[tokio::test]
async fn fifty_references_with_their_places_cost_one_statement_per_table() {
    let house = House::open().await;
    let boss = house.user("boss", 0).await;
    let (property, kitchen) =
        (house.property("P1").await, house.department("K", json!({ "headId": boss })).await);
    let mut keys = vec![json!({ "__typename": "User", "id": "no id at all" })];
    for number in 0..50 {
        let user = house.user(&format!("u{number}"), 0).await;
        let place =
            json!({ "userId": user, "propertyId": property, "departmentId": kitchen, "role": "Cook" });
        house.mutate("assignUser", place).await;
        keys.push(json!({ "__typename": "User", "id": user }));
    }
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on User { displayName
        assignments { property { code } department { code head { displayName } } }
        delegationsReceived { id } delegationsGiven { id } } } }";
    house.kit.db().statements().start();
    let seen = house.data(query, json!({ "keys": keys })).await;
    let statements = house.kit.db().statements().stop();
    assert_eq!(seen["_entities"][0], json!(null));
    assert_eq!(seen["_entities"][50]["assignments"][0]["department"]["head"]["displayName"], "boss");
    // Users twice (themselves, heads), assignments, properties, departments, delegations received and given.
    assert_eq!(statements.len(), 7, "{statements:#?}");
    let stranger = house.kit.caller(lanna(), &["*"]);
    let unseen = house.ask_as(&stranger, query, json!({ "keys": keys })).await;
    assert!(
        unseen["data"]["_entities"].as_array().unwrap().iter().all(serde_json::Value::is_null),
        "{unseen}"
    );
}

#[tokio::test]
async fn colleagues_see_names_and_not_limits() {
    let house = House::open().await;
    let chef = house.user("chef", 5_000).await;
    let query = format!(
        "{{ user(id: \"{chef}\") {{ displayName approvalLimit {{ amount }} employeeNo delegationsReceived {{ id }} preferences {{ wantsDigest }} }} }}"
    );
    let colleague = house.ask_as(&house.caller(&["products:view"]), &query, json!({})).await;
    let expected = json!({ "displayName": "chef", "approvalLimit": null, "employeeNo": null, "delegationsReceived": null,
        "preferences": null });
    assert_eq!(colleague["data"]["user"], expected);
    let own = house.caller_is(&chef, &[]);
    let input = json!({ "expectedVersion": 1, "dateFormat": "DAY_FIRST", "wantsDigest": true });
    let set = house.mutate_as(&own, "setPreferences", input).await;
    assert_eq!(set["data"]["setPreferences"]["userErrors"], json!([]), "{set}");
    let seen = house.ask_as(&own, &query, json!({})).await;
    let expected = json!({ "displayName": "chef", "approvalLimit": { "amount": "5000.00" }, "employeeNo": null,
        "delegationsReceived": [], "preferences": { "wantsDigest": true } });
    assert_eq!(seen["data"]["user"], expected);
}
