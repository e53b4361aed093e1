//! The tree of departments, properties, and what cannot be made of them.

use serde_json::json;

use crate::house::{House, refusal};

#[tokio::test]
async fn a_department_cannot_lie_below_itself() {
    let house = House::open().await;
    let food = house.department("F", json!({})).await;
    let kitchen = house.department("K", json!({ "parentId": food })).await;
    let pastry = house.department("P", json!({ "parentId": kitchen })).await;
    for below in [&food, &kitchen, &pastry] {
        let refused = house
            .mutate("updateDepartment", json!({ "id": food, "expectedVersion": 1, "parentId": below }))
            .await;
        assert_eq!(House::refusals(&refused), [refusal("VALIDATION_ERROR", "parentId")]);
    }
    let query = "{ departments(where: { isRoot: true }) { nodes { code children { code children { code parent { code } } } } } }";
    let tree = house.data(query, json!({})).await;
    let pastry = json!([{ "code": "P", "parent": { "code": "K" } }]);
    let expected = json!([{ "code": "F", "children": [{ "code": "K", "children": pastry }] }]);
    assert_eq!(tree["departments"]["nodes"], expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_moves_that_cross_make_no_circle() {
    let house = House::open().await;
    for round in 0..20 {
        let a = house.department(&format!("A{round}"), json!({})).await;
        let b = house.department(&format!("B{round}"), json!({})).await;
        let below = |who: &str, whom: &str| {
            house.mutate("updateDepartment", json!({ "id": who, "expectedVersion": 1, "parentId": whom }))
        };
        let (first, second) = tokio::join!(below(&a, &b), below(&b, &a));
        let moved = [&first, &second].into_iter().filter(|answer| answer["userErrors"] == json!([])).count();
        assert_eq!(moved, 1, "{first} {second}");
    }
    house.prove().await;
}

#[tokio::test]
async fn a_property_keeps_its_currency_and_has_a_real_time_zone() {
    let house = House::open().await;
    let property = house.property("P1").await;
    let refused = house
        .mutate(
            "updateProperty",
            json!({ "id": property, "expectedVersion": 1, "timeZone": "Siam", "fiscalYearStart": 0 }),
        )
        .await;
    let expected = [refusal("VALIDATION_ERROR", "timeZone"), refusal("VALIDATION_ERROR", "fiscalYearStart")];
    assert_eq!(House::refusals(&refused), expected);
    let moved = house
        .mutate(
            "updateProperty",
            json!({ "id": property, "expectedVersion": 1, "timeZone": "Asia/Singapore" }),
        )
        .await;
    assert_eq!(moved["property"]["timeZone"], "Asia/Singapore");
    let again = json!({ "code": " p1 ", "name": "Other", "currency": "SGD", "timeZone": "UTC" });
    assert_eq!(House::refusals(&house.mutate("createProperty", again).await), [refusal("DUPLICATE", "code")]);
    let unknown = json!({ "code": "P2", "name": "Other", "currency": "XXQ", "timeZone": "UTC" });
    let answer = house.mutate_as(&house.admin, "createProperty", unknown).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{answer}");
}

#[tokio::test]
async fn a_place_ends_once() {
    let house = House::open().await;
    let (property, kitchen) = (house.property("P1").await, house.department("K", json!({})).await);
    let user = house.user("cook", 0).await;
    let unknown = json!({ "userId": kitchen, "propertyId": user, "departmentId": property, "role": "" });
    let expected = [
        refusal("NOT_FOUND", "userId"),
        refusal("NOT_FOUND", "propertyId"),
        refusal("NOT_FOUND", "departmentId"),
        refusal("VALIDATION_ERROR", "role"),
    ];
    assert_eq!(House::refusals(&house.mutate("assignUser", unknown).await), expected);
    let place = json!({ "userId": user, "propertyId": property, "departmentId": kitchen, "role": "Cook" });
    let assigned = house.mutate("assignUser", place).await;
    let ending = json!({ "id": assigned["assignment"]["id"] });
    let gone = house.mutate("unassignUser", ending.clone()).await;
    assert_eq!(gone["assignment"]["role"], "Cook");
    assert_eq!(House::refusals(&house.mutate("unassignUser", ending).await), [refusal("NOT_FOUND", "id")]);
}

/// The codes of a list of places.
async fn codes(house: &House, list: &str) -> Vec<String> {
    let seen = house.data(&format!("{{ list: {list} {{ nodes {{ code }} }} }}"), json!({})).await;
    let nodes = seen["list"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn departments_and_properties_are_listed_in_the_order_that_is_asked_for() {
    let house = House::open().await;
    for (code, name, zone) in [("P1", "Zen", "Asia/Bangkok"), ("P2", "Aqua", "Asia/Singapore")] {
        let input = json!({ "code": code, "name": name, "currency": "THB", "timeZone": zone });
        assert_eq!(house.mutate("createProperty", input).await["userErrors"], json!([]));
        let input = json!({ "code": code, "name": name });
        assert_eq!(house.mutate("createDepartment", input).await["userErrors"], json!([]));
        house.kit.clock().advance(std::time::Duration::from_secs(1));
    }
    for list in ["properties", "departments"] {
        for (sort, order) in [
            ("", ["P1", "P2"]),
            ("(sort: CODE_ASC)", ["P1", "P2"]),
            ("(sort: NAME_ASC)", ["P2", "P1"]),
            ("(sort: UPDATED_AT_DESC)", ["P2", "P1"]),
        ] {
            assert_eq!(codes(&house, &format!("{list}{sort}")).await, order, "{list}{sort}");
        }
    }
    for (narrowed, left) in [
        ("timeZones: [\"Asia/Bangkok\"]", "P1"),
        ("not: { timeZones: [\"Asia/Bangkok\"] }", "P2"),
        ("currencies: [\"THB\"], and: [{ timeZones: [\"Asia/Singapore\"] }]", "P2"),
    ] {
        assert_eq!(
            codes(&house, &format!("properties(where: {{ {narrowed} }})")).await,
            [left],
            "{narrowed}"
        );
    }
}
