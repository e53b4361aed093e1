//! Who may do what: each mutation and query against a caller who lacks its permission.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn every_mutation_needs_its_permission() {
    let house = House::open().await;
    let id = primitives::UserId::generate().to_string();
    let moved = json!({ "id": id, "expectedVersion": 1 });
    let all = [
        ("createUser", "users:create", json!({ "username": "a", "email": "a@b.c", "displayName": "A" })),
        ("updateUser", "users:update", moved.clone()),
        ("deactivateUser", "users:deactivate", moved.clone()),
        ("reactivateUser", "users:deactivate", moved.clone()),
        (
            "assignUser",
            "users:update",
            json!({ "userId": id, "propertyId": id, "departmentId": id, "role": "R" }),
        ),
        ("unassignUser", "users:update", json!({ "id": id })),
        ("createDepartment", "departments:manage", json!({ "code": "A", "name": "A" })),
        ("updateDepartment", "departments:manage", moved.clone()),
        (
            "createProperty",
            "departments:manage",
            json!({ "code": "A", "name": "A", "currency": "THB", "timeZone": "UTC" }),
        ),
        ("updateProperty", "departments:manage", moved),
        (
            "delegate",
            "users:update",
            json!({ "fromId": id, "toId": id, "docTypes": [], "limit": { "amount": "1", "currency": "THB" },
                "end": "2026-07-02T00:00:00Z", "reason": "R" }),
        ),
    ];
    // These are about the caller alone, whoever it is.
    let own = ["setPreferences", "revokeDelegation"];
    let mutations =
        house.subgraph.sdl().split("type Mutation").nth(1).unwrap().split("\n}").next().unwrap().to_owned();
    let named = mutations.lines().filter_map(|line| line.trim().split_once(['(', ':'])).map(|(name, _)| name);
    for name in named.filter(|name| name.chars().next().is_some_and(char::is_lowercase) && *name != "input") {
        assert!(
            all.iter().any(|(mutation, ..)| *mutation == name) || own.contains(&name),
            "{name} is not tried here"
        );
    }
    let guest = house.caller(&["users:view"]);
    for (mutation, permission, input) in all {
        let refused = house.mutate_as(&guest, mutation, input.clone()).await;
        let error = &refused["errors"][0];
        assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{mutation}: {refused}");
        assert_eq!(error["extensions"]["permission"], permission, "{mutation}");
        let holder = house.caller(&[permission]);
        let tried = house.mutate_as(&holder, mutation, input).await;
        assert_ne!(tried["errors"][0]["extensions"]["code"], "FORBIDDEN", "{mutation}: {tried}");
    }
}

#[tokio::test]
async fn lists_of_people_need_a_permission_and_nothing_is_for_strangers() {
    let house = House::open().await;
    let nobody = house.caller(&["products:view"]);
    let refused = house.ask_as(&nobody, "{ users { totalCount } }", json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let id = primitives::UserId::generate();
    for query in [
        "{ users { totalCount } }".to_owned(),
        format!("{{ user(id: \"{id}\") {{ id }} }}"),
        "{ departments { totalCount } }".to_owned(),
        format!("{{ department(id: \"{id}\") {{ id }} }}"),
        "{ properties { totalCount } }".to_owned(),
        format!("{{ property(id: \"{id}\") {{ id }} }}"),
        "{ myDelegations { totalCount } }".to_owned(),
    ] {
        let request = router_request(&query);
        let answer = house.subgraph.execute(request).await.json().unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{query}: {answer}");
    }
}

fn router_request(query: &str) -> chassis::SubgraphRequest {
    chassis::SubgraphRequest::new(query)
}
