//! What kitchens ask of a store: asked for, allowed, issued, each at most what was before.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, pairs, refusals};

fn step(requisition: &Value) -> Value {
    json!({ "id": requisition["id"], "expectedVersion": requisition["version"] })
}

fn of(requisition: &Value, lines: &[(&str, &str)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(product, quantity)| json!({ "productId": product, "quantity": quantity }))
        .collect();
    json!({ "id": requisition["id"], "expectedVersion": requisition["version"], "lines": lines })
}

/// The requisition after a step that must succeed.
async fn taken(house: &House, mutation: &str, input: Value) -> Value {
    let mut payload = house.mutate(mutation, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["storeRequisition"].take()
}

/// Somebody else allows it.
async fn allowed(house: &House, input: Value) -> Value {
    let chef = house.kit.caller(andaman(), &["inventory:approve", "inventory:view"]);
    let mut response = house.mutate_as(&chef, "approveStoreRequisition", input).await;
    let payload = &mut response["data"]["approveStoreRequisition"];
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["storeRequisition"].take()
}

/// A store with a hundred, a kitchen, and a requisition of thirty that was handed in.
async fn asked(house: &House) -> (String, String, String, Value) {
    let (rice, store, kitchen) = (house.product(), house.store("MAIN").await, house.store("KITCHEN").await);
    house.receive(&[(&rice, &store, "100", "4")]).await;
    let lines = json!([{ "productId": rice, "quantity": "30" }]);
    let wanted = json!({ "fromLocationId": store, "toLocationId": kitchen, "lines": lines });
    let draft = taken(house, "createStoreRequisition", wanted).await;
    assert!(draft["number"].as_str().unwrap().starts_with("DRAFT-"), "{draft}");
    let requisition = taken(house, "submitStoreRequisition", step(&draft)).await;
    (rice, store, kitchen, requisition)
}

#[tokio::test]
async fn a_kitchen_gets_what_was_allowed_in_parts() {
    let house = House::open().await;
    let (rice, store, kitchen, requisition) = asked(&house).await;
    assert_eq!(
        (&requisition["number"], &requisition["status"]),
        (&json!("SR-2026-001"), &json!("SUBMITTED"))
    );
    let requisition = allowed(&house, of(&requisition, &[(&rice, "25")])).await;
    let requisition = taken(&house, "issueStoreRequisition", of(&requisition, &[(&rice, "10")])).await;
    assert_eq!(requisition["status"], "PARTIALLY_ISSUED");
    assert_eq!(
        (house.balance(&rice, &store).await.0, house.balance(&rice, &kitchen).await.0),
        ("90".into(), "10".into())
    );
    let much = house.mutate("issueStoreRequisition", of(&requisition, &[(&rice, "16")])).await;
    assert_eq!(refusals(&much), pairs(&[("LIMIT_EXCEEDED", "lines.0.quantity")]));
    let requisition = taken(&house, "issueStoreRequisition", step(&requisition)).await;
    assert_eq!(
        (&requisition["status"], &requisition["lines"][0]["issued"]["value"]),
        (&json!("ISSUED"), &json!("25"))
    );
    let requisition = taken(&house, "closeStoreRequisition", step(&requisition)).await;
    assert_eq!(requisition["status"], "CLOSED");
    assert_eq!(house.balance(&rice, &kitchen).await, ("25".to_owned(), "100.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn what_was_promised_is_consumed_and_only_that_may_exceed_what_is_available() {
    let house = House::open().await;
    let (rice, store, banquet) = (
        house.product(),
        house.store("MAIN").await,
        house.location("BQT", json!({ "type": "DIRECT" })).await,
    );
    house.receive(&[(&rice, &store, "10", "4")]).await;
    let promise = json!({ "lines": [{ "productId": rice, "locationId": store, "quantity": "8" }] });
    let reservation = house.mutate("reserveStock", promise).await["reservations"][0]["id"].clone();
    let ask = |reservation: &Value| {
        json!({ "fromLocationId": store, "toLocationId": banquet,
        "lines": [{ "productId": rice, "quantity": "5", "reservationId": reservation }] })
    };
    let mut issued = Vec::new();
    for promised in [&Value::Null, &reservation] {
        let draft = taken(&house, "createStoreRequisition", ask(promised)).await;
        let submitted = taken(&house, "submitStoreRequisition", step(&draft)).await;
        let approved = allowed(&house, step(&submitted)).await;
        issued.push(house.mutate("issueStoreRequisition", step(&approved)).await);
    }
    // Two are nobody's: five without a promise are too many.
    assert_eq!(refusals(&issued[0]), pairs(&[("INSUFFICIENT_STOCK", "lines.0.quantity")]));
    assert_eq!(issued[1]["storeRequisition"]["status"], "ISSUED");
    let left = house
        .data(
            "query($id: ID!) { reservation(id: $id) { quantityLeft { value } status } }",
            json!({ "id": reservation }),
        )
        .await;
    assert_eq!(left["reservation"], json!({ "quantityLeft": { "value": "3" }, "status": "ACTIVE" }));
    // At the banquet it is used up at once.
    assert_eq!(house.balance(&rice, &banquet).await.0, "0");
    house.prove().await;
}

#[tokio::test]
async fn a_draft_may_change_and_a_requisition_says_everything_that_is_wrong() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let (city, banquet) = (
        house.location("CITY", json!({ "currency": "SGD" })).await,
        house.location("BQT", json!({ "type": "DIRECT" })).await,
    );
    let lines = json!([{ "productId": rice, "quantity": "0" }, { "productId": house.product_of(lanna(), "kg"), "quantity": "1" }]);
    let wrong = json!({ "fromLocationId": banquet, "toLocationId": city, "lines": lines });
    let expected = pairs(&[
        ("VALIDATION_ERROR", "fromLocationId"),
        ("VALIDATION_ERROR", "toLocationId"),
        ("VALIDATION_ERROR", "lines.0.quantity"),
        ("NOT_FOUND", "lines.1.productId"),
    ]);
    assert_eq!(refusals(&house.mutate("createStoreRequisition", wrong).await), expected);
    let kitchen = house.store("KITCHEN").await;
    let mut empty = json!({ "fromLocationId": store, "toLocationId": kitchen, "neededOn": "2020-01-01", "idempotencyKey": "ask" });
    let draft = taken(&house, "createStoreRequisition", empty.clone()).await;
    assert_eq!(taken(&house, "createStoreRequisition", empty.clone()).await, draft);
    let expected = pairs(&[("VALIDATION_ERROR", "lines"), ("VALIDATION_ERROR", "neededOn")]);
    assert_eq!(refusals(&house.mutate("submitStoreRequisition", step(&draft)).await), expected);
    (empty["id"], empty["expectedVersion"], empty["neededOn"]) = (draft["id"].clone(), json!(1), Value::Null);
    (empty["lines"], empty["idempotencyKey"]) =
        (json!([{ "productId": rice, "quantity": "2" }]), Value::Null);
    let draft = taken(&house, "updateStoreRequisition", empty.clone()).await;
    assert_eq!((&draft["version"], &draft["lines"][0]["requested"]["value"]), (&json!(2), &json!("2")));
    let submitted = taken(&house, "submitStoreRequisition", step(&draft)).await;
    let own = house.mutate("approveStoreRequisition", step(&submitted)).await;
    assert_eq!(refusals(&own), pairs(&[("SOD_VIOLATION", "id")]));
    empty["expectedVersion"] = submitted["version"].clone();
    assert_eq!(refusals(&house.mutate("updateStoreRequisition", empty).await)[0].0, "INVALID_STATE");
    let mut cancel = step(&submitted);
    cancel["reason"] = json!("nobody needs it");
    assert_eq!(taken(&house, "cancelStoreRequisition", cancel).await["status"], "CANCELLED");
    let stranger = house.kit.caller(lanna(), &["*"]);
    let foreign = house.mutate_as(&stranger, "submitStoreRequisition", step(&submitted)).await;
    assert_eq!(refusals(&foreign["data"]["submitStoreRequisition"]), pairs(&[("NOT_FOUND", "id")]));
}

#[tokio::test]
async fn requisitions_are_listed_by_a_tree_of_conditions_with_few_statements() {
    let house = House::open().await;
    let (rice, store, kitchen, first) = asked(&house).await;
    house.kit.clock().advance(std::time::Duration::from_secs(1));
    let lines = json!([{ "productId": rice, "quantity": "1" }]);
    let back =
        json!({ "fromLocationId": kitchen, "toLocationId": store, "neededOn": "2030-01-01", "lines": lines });
    taken(&house, "createStoreRequisition", back).await;
    let query = "query($where: StoreRequisitionWhere) { storeRequisitions(where: $where, sort: CREATED_AT_ASC) { totalCount nodes { status
        from { code } to { code } lines { requested { value } } } } }";
    for (filter, statuses) in [
        (json!({}), vec!["SUBMITTED", "DRAFT"]),
        (json!({ "numbers": [first["number"]] }), vec!["SUBMITTED"]),
        (json!({ "not": { "numbers": [first["number"]] } }), vec!["DRAFT"]),
        (json!({ "neededBefore": "2031-01-01" }), vec!["DRAFT"]),
        (
            json!({ "or": [{ "fromLocationIds": [store] }, { "statuses": ["CLOSED"] }], "productIds": [rice] }),
            vec!["SUBMITTED"],
        ),
    ] {
        let listed = house.data(query, json!({ "where": filter })).await;
        let nodes = listed["storeRequisitions"]["nodes"].as_array().unwrap();
        assert_eq!(
            nodes.iter().map(|node| node["status"].as_str().unwrap()).collect::<Vec<_>>(),
            statuses,
            "{filter}"
        );
    }
    house.kit.db().statements().start();
    house.data(query, json!({})).await;
    // The page, its count, all lines, all locations.
    assert_eq!(house.kit.db().statements().stop().len(), 4);
    let neighbour = house.kit.caller(lanna(), &["inventory:view"]);
    assert_eq!(
        house.ask_as(&neighbour, query, json!({})).await["data"]["storeRequisitions"]["totalCount"],
        0
    );
}

/// Two storekeepers issue the same requisition, and several requisitions meet on one shelf: nothing leaves twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_several_people_issue_at_once_leaves_once() {
    let house = House::open().await;
    let (store, kitchen) = (house.store("MAIN").await, house.store("KITCHEN").await);
    for _ in 0..20 {
        let rice = house.product();
        house.receive(&[(&rice, &store, "25", "4")]).await;
        let lines = json!([{ "productId": rice, "quantity": "10" }]);
        let wanted = json!({ "fromLocationId": store, "toLocationId": kitchen, "lines": lines });
        let mut approved = Vec::new();
        for _ in 0..3 {
            let draft = taken(&house, "createStoreRequisition", wanted.clone()).await;
            let submitted = taken(&house, "submitStoreRequisition", step(&draft)).await;
            approved.push(allowed(&house, step(&submitted)).await);
        }
        let issues =
            approved.iter().chain(&approved).map(|one| house.mutate("issueStoreRequisition", step(one)));
        let payloads = join_all(issues).await;
        let issued = payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count();
        assert_eq!(issued, 2, "{payloads:?}");
        assert_eq!(
            (house.balance(&rice, &store).await.0, house.balance(&rice, &kitchen).await.0),
            ("5".into(), "20".into())
        );
    }
    house.prove().await;
}
