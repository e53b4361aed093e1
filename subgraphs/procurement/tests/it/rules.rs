//! Rules that are set as a whole: nobody replaces what they have not seen.

use serde_json::{Value, json};

use crate::house::{House, andaman};

/// A way to set a rule: the mutation, what it answers with, and how the input with a number in it looks.
struct Way {
    mutation: &'static str,
    /// Where the version stands in the answer.
    version: &'static str,
    input: fn(&House, u32) -> Value,
    /// What was seen where nothing was set yet.
    unseen: Value,
}

fn ways() -> [Way; 3] {
    [
        Way {
            mutation: "setTolerance",
            version: "/tolerance/version",
            input: |_, number| json!({ "pricePercent": number.to_string(), "quantityPercent": "5" }),
            unseen: Value::Null,
        },
        Way {
            mutation: "setApprovalRules",
            version: "/approvalRules/0/version",
            input: |_, number| json!({ "fromAmounts": ["0", (number + 1).to_string()] }),
            unseen: json!(0),
        },
        Way {
            mutation: "setReplenishmentRule",
            version: "/replenishmentRule/version",
            input: |house, _| json!({ "locationId": house.place, "departmentId": house.department }),
            unseen: Value::Null,
        },
    ]
}

impl Way {
    async fn set(&self, house: &House, (number, seen): (u32, &Value), key: Option<&str>) -> Value {
        let admin = house.kit.caller(andaman(), &["procurement:*"]);
        self.set_as(&admin, house, (number, seen), key).await
    }

    async fn set_as(
        &self,
        admin: &chassis::Caller,
        house: &House,
        (number, seen): (u32, &Value),
        key: Option<&str>,
    ) -> Value {
        let mut input = (self.input)(house, number);
        (input["expectedVersion"], input["idempotencyKey"]) = (seen.clone(), json!(key));
        house.mutate(admin, self.mutation, input).await
    }
}

#[tokio::test]
async fn what_was_not_seen_is_not_replaced_and_a_repeated_request_answers_the_same() {
    let house = House::open().await;
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    for way in ways() {
        let mut seen = way.unseen.clone();
        for number in 1..4 {
            let key = format!("{} {number}", way.mutation);
            let set = way.set_as(&admin, &house, (number, &seen), Some(&key)).await;
            assert_eq!(set.pointer(way.version), Some(&json!(number)), "{set}");
            assert_eq!(way.set_as(&admin, &house, (number, &seen), Some(&key)).await, set, "once more");
            let stale = way.set(&house, (9, &seen), None).await;
            assert_eq!(House::refusal(&stale), "CONFLICT", "{}: {stale}", way.mutation);
            seen = json!(number);
        }
        let foreseen = way.set(&house, (9, &json!(7)), None).await;
        assert_eq!(House::refusal(&foreseen), "CONFLICT", "{}", way.mutation);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_saw_the_same_one_replaces_it_in_every_round() {
    let house = House::open().await;
    for way in ways() {
        let mut seen = way.unseen.clone();
        for round in 1..=20 {
            let everybody = (0..8).map(|number| way.set(&house, (number, &seen), None));
            let answers = futures::future::join_all(everybody).await;
            let (set, refused): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|answer| answer["userErrors"] == json!([]));
            assert_eq!(set.len(), 1, "{} in round {round}", way.mutation);
            assert_eq!(set[0].pointer(way.version), Some(&json!(round)));
            assert!(refused.iter().all(|answer| House::refusal(answer) == "CONFLICT"), "{refused:?}");
            seen = json!(round);
        }
    }
}

#[tokio::test]
async fn a_rule_is_removed_as_it_was_seen() {
    let house = House::open().await;
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    let [_, _, way] = ways();
    way.set(&house, (0, &Value::Null), None).await;
    way.set(&house, (0, &json!(1)), None).await;
    let remove = |seen: i32| json!({ "locationId": house.place, "expectedVersion": seen, "idempotencyKey": seen.to_string() });
    let stale = house.mutate(&admin, "removeReplenishmentRule", remove(1)).await;
    assert_eq!(House::refusal(&stale), "CONFLICT");
    let removed = house.mutate(&admin, "removeReplenishmentRule", remove(2)).await;
    assert_eq!(removed, json!({ "location": { "id": house.place }, "userErrors": [] }));
    assert_eq!(house.mutate(&admin, "removeReplenishmentRule", remove(2)).await, removed, "once more");
}

#[tokio::test]
async fn tolerances_are_listed_as_is_asked_for() {
    let house = House::open().await;
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    let (product, category) = (house.product("1"), primitives::CategoryId::generate());
    for (scope, price) in
        [(json!({}), "3"), (json!({ "productId": product }), "2"), (json!({ "categoryId": category }), "1")]
    {
        let mut input = scope;
        (input["pricePercent"], input["quantityPercent"]) = (json!(price), json!("0"));
        house.mutate(&admin, "setTolerance", input).await;
    }
    let query =
        "query($where: ToleranceFilter, $sort: ToleranceSort! = SCOPE_DESC, $first: Int, $after: String) {
        tolerances(where: $where, sort: $sort, first: $first, after: $after) {
        totalCount nodes { pricePercent } pageInfo { endCursor hasNextPage } } }";
    let listed = async |asked: Value| {
        let page = house.data_as(&admin, query, asked).await["tolerances"].take();
        let nodes = page["nodes"].as_array().unwrap().iter();
        (
            nodes.map(|node| node["pricePercent"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
            page["pageInfo"].clone(),
        )
    };
    for (asked, prices) in [
        (json!({}), ["3", "2", "1"].as_slice()),
        (json!({ "sort": "SCOPE_ASC" }), &["1", "2", "3"]),
        (json!({ "sort": "PRICE_PERCENT_DESC" }), &["3", "2", "1"]),
        (json!({ "sort": "QUANTITY_PERCENT_DESC", "where": { "productIds": [product] } }), &["2"]),
        (json!({ "where": { "not": { "categoryIds": [category] } } }), &["3", "2"]),
        (json!({ "where": { "productIds": [product], "categoryIds": [category] } }), &[]),
    ] {
        assert_eq!(listed(asked.clone()).await.0, prices, "{asked}");
    }
    let (first, page) = listed(json!({ "first": 2 })).await;
    assert_eq!((first, &page["hasNextPage"]), (vec!["3".to_owned(), "2".to_owned()], &json!(true)));
    assert_eq!(listed(json!({ "first": 2, "after": page["endCursor"] })).await.0, ["1"]);
}
