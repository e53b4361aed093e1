//! Counting what lies on the shelves, and bringing the differences into the books.

use chassis::testkit::{NestedList, first_code};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, pairs, refusals};

const SHEET: &str = "query($id: ID!, $open: Boolean) { stockCount(id: $id) { lines(first: 100, uncounted: $open) { totalCount
    nodes { position product { id } expected { value } counted { value } recounted { value } variance { value }
    isBeyondTolerance } } } }";

/// A count of everything at a location, begun.
async fn begun(house: &House, location: &str, unlike: Value) -> Value {
    let mut input = json!({ "locationId": location });
    input.as_object_mut().unwrap().extend(unlike.as_object().unwrap().clone());
    let planned = house.counted("planStockCount", input).await;
    assert_eq!((&planned["status"], &planned["round"]), (&json!("PLANNED"), &json!(0)));
    house.counted("startStockCount", step(&planned)).await
}

fn step(count: &Value) -> Value {
    json!({ "id": count["id"], "expectedVersion": count["version"] })
}

fn because(count: &Value) -> Value {
    json!({ "id": count["id"], "expectedVersion": count["version"], "reason": "the freezer was open" })
}

fn found(count: &Value, lines: &[(&str, &str)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(product, quantity)| json!({ "productId": product, "quantity": quantity }))
        .collect();
    json!({ "id": count["id"], "expectedVersion": count["version"], "lines": lines })
}

async fn sheet(house: &House, count: &Value) -> Vec<Value> {
    let shown = house.data(SHEET, json!({ "id": count["id"] })).await;
    shown["stockCount"]["lines"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_was_counted_becomes_what_is_on_hand() {
    let house = House::open().await;
    let (rice, salt, wine) = (house.product(), house.product(), house.product());
    let store = house.store("MAIN").await;
    house.receive(&[(&rice, &store, "10", "4"), (&salt, &store, "5", "2")]).await;
    let count = begun(&house, &store, json!({ "tolerancePercent": "25" })).await;
    assert_eq!(count["number"], "SC-2026-001");
    // Wine was never brought there, and turns up.
    let mut counting = found(&count, &[(&rice, "8"), (&salt, "5"), (&wine, "0")]);
    counting["lines"][2] = json!({ "productId": wine, "quantity": "6000", "unit": "g" });
    let count = house.counted("recordStockCount", counting).await;
    let lines = sheet(&house, &count).await;
    let shown: Vec<_> = lines
        .iter()
        .map(|line| {
            (line["variance"]["value"].as_str().unwrap(), line["isBeyondTolerance"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(shown, [("-2", false), ("0", false), ("6", true)]);
    let some = "query($id: ID!, $products: [ID!]) { stockCount(id: $id) {
        lines(productIds: $products, uncounted: false, sort: POSITION_DESC) { nodes { product { id } } } } }";
    let some = house.data(some, json!({ "id": count["id"], "products": [rice, wine] })).await;
    let products = [&wine, &rice].map(|product| json!({ "product": { "id": product } }));
    assert_eq!(some["stockCount"]["lines"]["nodes"], json!(products));
    let count = house.counted("submitStockCount", step(&count)).await;
    let poster = house.kit.caller(andaman(), &["*"]);
    let refused = house.count_as(&poster, "postStockCount", step(&count)).await;
    assert_eq!(refusals(&refused), pairs(&[("LIMIT_EXCEEDED", "lines")]));
    let count = house.counted("reopenStockCount", because(&count)).await;
    let count = house.counted("recordStockCount", found(&count, &[(&wine, "6")])).await;
    let count = house.counted("submitStockCount", step(&count)).await;
    let posted = house.count_as(&poster, "postStockCount", step(&count)).await;
    assert_eq!(posted["userErrors"], json!([]), "{posted}");
    let posted = &posted["stockCount"];
    assert_eq!((&posted["status"], &posted["round"]), (&json!("POSTED"), &json!(2)));
    // Two of rice at 4 are missing; what nobody ever paid for is worth nothing.
    assert_eq!(posted["varianceValue"], json!({ "amount": "-8.00", "currency": "THB" }));
    assert_eq!(house.balance(&rice, &store).await, ("8".to_owned(), "32.00".to_owned()));
    assert_eq!(house.balance(&wine, &store).await.0, "6");
    let query =
        "query($id: String!) { movements(where: { referenceId: $id }) { nodes { reason quantity { value }
        reference { type line } } } }";
    let ledger = house.data(query, json!({ "id": posted["id"] })).await;
    let reference = |line: &str| json!({ "type": "STOCK_COUNT", "line": line });
    let expected = json!([
        { "reason": "COUNT", "quantity": { "value": "-2" }, "reference": reference("0") },
        { "reason": "COUNT", "quantity": { "value": "6" }, "reference": reference("2") },
    ]);
    assert_eq!(ledger["movements"]["nodes"], expected);
    house.prove().await;
}

#[tokio::test]
async fn a_frozen_location_moves_nothing_until_its_count_ends() {
    let house = House::open().await;
    let (rice, store, other) = (house.product(), house.store("MAIN").await, house.store("SIDE").await);
    house.receive(&[(&rice, &store, "10", "4"), (&rice, &other, "10", "4")]).await;
    let count = begun(&house, &store, json!({})).await;
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1" });
    let waste = json!({ "productId": rice, "locationId": store, "quantity": "-1", "reason": "WASTE" });
    let moved = |from: &str, to: &str| json!({ "lines": [{ "productId": rice, "fromLocationId": from, "toLocationId": to, "quantity": "1" }] });
    for (mutation, input, field) in [
        ("receiveStock", json!({ "lines": [line] }), "lines.0.locationId"),
        ("issueStock", json!({ "lines": [line] }), "lines.0.locationId"),
        ("adjustStock", json!({ "lines": [waste] }), "lines.0.locationId"),
        ("transferStock", moved(&store, &other), "lines.0.fromLocationId"),
        ("transferStock", moved(&other, &store), "lines.0.toLocationId"),
    ] {
        assert_eq!(house.refused(mutation, input).await, pairs(&[("LOCATION_LOCKED", field)]), "{mutation}");
    }
    // A promise moves nothing.
    house.mutate("reserveStock", json!({ "lines": [line] })).await;
    house.issue(&rice, &other, "1").await;
    let again = house.counted("planStockCount", json!({ "locationId": store })).await;
    let refused = house.count_as(&house.keeper, "startStockCount", step(&again)).await;
    assert_eq!(refusals(&refused), pairs(&[("LOCATION_LOCKED", "locationId")]));
    house.counted("cancelStockCount", because(&count)).await;
    house.issue(&rice, &store, "1").await;
    house.prove().await;
}

#[tokio::test]
async fn a_live_count_compares_with_the_books_of_the_moment() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "4")]).await;
    let count = begun(&house, &store, json!({ "mode": "LIVE", "tolerancePercent": "50" })).await;
    house.issue(&rice, &store, "3").await;
    // Seven are in the books now, six on the shelf.
    let count = house.counted("recordStockCount", found(&count, &[(&rice, "6")])).await;
    house.issue(&rice, &store, "2").await;
    let count = house.counted("submitStockCount", step(&count)).await;
    let poster = house.kit.caller(andaman(), &["*"]);
    let posted = house.count_as(&poster, "postStockCount", step(&count)).await;
    assert_eq!(posted["userErrors"], json!([]), "{posted}");
    assert_eq!(house.balance(&rice, &store).await.0, "4");
    house.prove().await;
}

#[tokio::test]
async fn a_blind_count_hides_what_is_expected_until_it_is_submitted() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "4")]).await;
    let count = begun(&house, &store, json!({ "mode": "BLIND" })).await;
    let count = house.counted("recordStockCount", found(&count, &[(&rice, "9")])).await;
    let hidden = &sheet(&house, &count).await[0];
    assert_eq!(
        (&hidden["counted"]["value"], &hidden["expected"], &hidden["variance"], &hidden["isBeyondTolerance"]),
        (&json!("9"), &Value::Null, &Value::Null, &Value::Null)
    );
    let count = house.counted("submitStockCount", step(&count)).await;
    let shown = &sheet(&house, &count).await[0];
    assert_eq!((&shown["expected"]["value"], &shown["variance"]["value"]), (&json!("10"), &json!("-1")));
}

#[tokio::test]
async fn a_count_says_everything_that_is_wrong_with_it() {
    let house = House::open().await;
    let (rice, salt, bottle) = (house.product(), house.product(), house.product_of(andaman(), "pc"));
    let (store, banquet) =
        (house.store("MAIN").await, house.location("BQT", json!({ "type": "DIRECT" })).await);
    let strange = house.product_of(lanna(), "kg");
    let plan = json!({ "locationId": banquet, "productIds": [rice, strange] });
    let expected = pairs(&[("VALIDATION_ERROR", "locationId"), ("NOT_FOUND", "productIds.1")]);
    assert_eq!(refusals(&house.count_as(&house.keeper, "planStockCount", plan).await), expected);
    let plan = json!({ "locationId": store, "productIds": [rice, rice], "tolerancePercent": "101" });
    let expected = pairs(&[("VALIDATION_ERROR", "tolerancePercent"), ("DUPLICATE", "productIds")]);
    assert_eq!(refusals(&house.count_as(&house.keeper, "planStockCount", plan).await), expected);

    let count = begun(&house, &store, json!({ "productIds": [rice, bottle] })).await;
    let counting =
        found(&count, &[(&rice, "-1"), (&bottle, "0.5"), (&salt, "1"), (&rice, "1"), (&rice, "2")]);
    let refused = house.count_as(&house.keeper, "recordStockCount", counting).await;
    let expected = pairs(&[
        ("VALIDATION_ERROR", "lines.0.quantity"),
        ("VALIDATION_ERROR", "lines.1.quantity"),
        ("NOT_FOUND", "lines.2.productId"),
        ("DUPLICATE", "lines.4.productId"),
    ]);
    assert_eq!(refusals(&refused), expected);
    let refused = house.count_as(&house.keeper, "submitStockCount", step(&count)).await;
    assert_eq!(refused["userErrors"][0]["meta"], json!({ "uncounted": 2 }));
    let stale = json!({ "id": count["id"], "expectedVersion": 1 });
    let refused = house.count_as(&house.keeper, "submitStockCount", stale).await;
    assert_eq!(refusals(&refused), pairs(&[("CONFLICT", "expectedVersion")]));
    let refused = house.count_as(&house.keeper, "postStockCount", step(&count)).await;
    assert_eq!(
        refused["userErrors"][0],
        json!({ "code": "INVALID_STATE", "field": null, "message": "a record that is IN_PROGRESS cannot become POSTED",
            "meta": { "from": "IN_PROGRESS", "to": "POSTED" } })
    );
    let elsewhere = house.kit.caller(lanna(), &["*"]);
    let refused = house.count_as(&elsewhere, "submitStockCount", step(&count)).await;
    assert_eq!(refusals(&refused), pairs(&[("NOT_FOUND", "id")]));
}

#[tokio::test]
async fn who_submits_does_not_post_and_a_repeated_key_answers_the_same() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "4")]).await;
    let mut plan = json!({ "locationId": store, "idempotencyKey": "july" });
    let planned = house.counted("planStockCount", plan.clone()).await;
    assert_eq!(house.counted("planStockCount", plan.clone()).await, planned);
    plan["mode"] = json!("LIVE");
    let other = house.count_as(&house.keeper, "planStockCount", plan).await;
    assert_eq!(refusals(&other)[0].0, "IDEMPOTENCY_MISMATCH");
    let count = house.counted("startStockCount", step(&planned)).await;
    let count = house.counted("recordStockCount", found(&count, &[(&rice, "10")])).await;
    let count = house.counted("submitStockCount", step(&count)).await;
    let own = house.count_as(&house.keeper, "postStockCount", step(&count)).await;
    assert_eq!(refusals(&own), pairs(&[("SOD_VIOLATION", "id")]));
    let counter = house.kit.caller(andaman(), &["inventory:count", "inventory:view"]);
    let refused = house.mutate_as(&counter, "postStockCount", step(&count)).await;
    assert_eq!(first_code(&refused), "FORBIDDEN");
    let poster = house.kit.caller(andaman(), &["inventory:approve"]);
    let mut posting = step(&count);
    posting["idempotencyKey"] = json!("post");
    let posted = house.count_as(&poster, "postStockCount", posting.clone()).await;
    assert_eq!(
        (&posted["stockCount"]["status"], &posted["stockCount"]["postingId"]),
        (&json!("POSTED"), &Value::Null)
    );
    assert_eq!(house.count_as(&poster, "postStockCount", posting).await, posted);
    house.prove().await;
}

/// Issues race the start of a frozen count: each is either in the sheet, or refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_count_begun_among_postings_sees_each_of_them_or_refuses_it() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    for _ in 0..20 {
        let rice = house.product();
        house.receive(&[(&rice, &store, "100", "4")]).await;
        let planned =
            house.counted("planStockCount", json!({ "locationId": store, "productIds": [rice] })).await;
        let line = json!({ "productId": rice, "locationId": store, "quantity": "1" });
        let issuing = join_all((0..8).map(|_| house.mutate("issueStock", json!({ "lines": [line] }))));
        let (issued, count) = tokio::join!(issuing, house.counted("startStockCount", step(&planned)));
        let (mut done, mut locked) = (0, 0);
        for payload in &issued {
            match payload["userErrors"][0]["code"].as_str() {
                None => done += 1,
                Some("LOCATION_LOCKED") => locked += 1,
                Some(other) => panic!("{other}"),
            }
        }
        assert_eq!(done + locked, 8);
        assert_eq!(sheet(&house, &count).await[0]["expected"]["value"], (100 - done).to_string());
        assert_eq!(house.balance(&rice, &store).await.0, (100 - done).to_string());
        house.counted("cancelStockCount", because(&count)).await;
    }
    house.prove().await;
}

/// Two people post the same count, and two begin one at the same place: one of each gets through.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_take_the_same_step_one_gets_through() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "1000", "4")]).await;
    for round in 0..20 {
        let plans = [json!({ "locationId": store }), json!({ "locationId": store })];
        let planned = join_all(plans.map(|plan| house.counted("planStockCount", plan))).await;
        let starts =
            planned.iter().map(|count| house.count_as(&house.keeper, "startStockCount", step(count)));
        let started = join_all(starts).await;
        let begun: Vec<_> = started.iter().filter(|payload| payload["userErrors"] == json!([])).collect();
        assert_eq!(begun.len(), 1, "{started:?}");
        let count = &begun[0]["stockCount"];
        let left = (1_000 - round - 1).to_string();
        let count = house.counted("recordStockCount", found(count, &[(&rice, &left)])).await;
        let count = house.counted("submitStockCount", step(&count)).await;
        let again = house.counted("reopenStockCount", because(&count)).await;
        let again = house.counted("recordStockCount", found(&again, &[(&rice, &left)])).await;
        let count = house.counted("submitStockCount", step(&again)).await;
        let posters = [house.kit.caller(andaman(), &["*"]), house.kit.caller(andaman(), &["*"])];
        let posts = posters.iter().map(|poster| house.count_as(poster, "postStockCount", step(&count)));
        let posted = join_all(posts).await;
        let codes: Vec<_> =
            posted.iter().filter_map(|payload| payload["userErrors"][0]["code"].as_str()).collect();
        assert_eq!(codes, ["CONFLICT"], "{posted:?}");
        assert_eq!(house.balance(&rice, &store).await.0, left);
    }
    house.prove().await;
}

#[tokio::test]
async fn counts_are_listed_by_a_tree_of_conditions() {
    let house = House::open().await;
    let (store, other) = (house.store("MAIN").await, house.store("SIDE").await);
    for (location, mode) in [(&store, "FROZEN"), (&store, "LIVE"), (&other, "BLIND"), (&other, "LIVE")] {
        house.counted("planStockCount", json!({ "locationId": location, "mode": mode })).await;
        house.kit.clock().advance(std::time::Duration::from_secs(1));
    }
    let query = "query($where: StockCountWhere, $after: String) { stockCounts(where: $where, first: 2, after: $after) {
        nodes { number location { code } } totalCount pageInfo { endCursor hasNextPage } } }";
    let filter =
        json!({ "or": [{ "modes": ["FROZEN"] }, { "locationIds": [other], "not": { "modes": ["BLIND"] } }] });
    let listed = house.data(query, json!({ "where": filter })).await;
    let numbers: Vec<_> = listed["stockCounts"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| count["number"].clone())
        .collect();
    assert_eq!(numbers, ["SC-2026-004", "SC-2026-001"]);
    house.kit.db().statements().start();
    let first = house.data(query, json!({})).await;
    // The page, its count, and the locations of all its counts.
    assert_eq!(house.kit.db().statements().stop().len(), 3);
    assert_eq!(first["stockCounts"]["totalCount"], 4);
    let after = first["stockCounts"]["pageInfo"]["endCursor"].clone();
    let next = house.data(query, json!({ "after": after })).await;
    assert_eq!(next["stockCounts"]["pageInfo"]["hasNextPage"], false);
    let elsewhere = house.kit.caller(lanna(), &["inventory:view"]);
    let nothing = house.ask_as(&elsewhere, query, json!({})).await;
    assert_eq!(nothing["data"]["stockCounts"]["totalCount"], 0);
}

#[tokio::test]
async fn a_few_things_are_counted_where_more_lies_than_a_sheet_has_lines() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let products: Vec<String> = (0..5_001).map(|_| house.product()).collect();
    for products in products.chunks(500) {
        let lines: Vec<_> =
            products.iter().map(|product| (product.as_str(), store.as_str(), "10", "4")).collect();
        house.receive(&lines).await;
    }
    let whole = house.counted("planStockCount", json!({ "locationId": store })).await;
    let refused = house.mutate("startStockCount", step(&whole)).await;
    assert_eq!(refusals(&refused), pairs(&[("LIMIT_EXCEEDED", "locationId")]));
    // Wherever the database finds them among all the others.
    let few: Vec<&String> = products.iter().step_by(1_000).collect();
    let count = begun(&house, &store, json!({ "productIds": few })).await;
    let expected: Vec<_> =
        sheet(&house, &count).await.iter().map(|line| line["expected"]["value"].clone()).collect();
    assert_eq!(expected, ["10"; 6]);
}

#[tokio::test]
async fn the_sheets_of_several_counts_cost_what_that_of_one_costs() {
    let house = House::open().await;
    let products: Vec<String> = (0..3).map(|_| house.product()).collect();
    let mut counts = Vec::new();
    for code in ["MAIN", "SIDE", "BAR"] {
        let store = house.store(code).await;
        for product in &products {
            house.receive(&[(product, &store, "10", "4")]).await;
        }
        let count = begun(&house, &store, json!({})).await;
        counts.push(count["id"].as_str().unwrap().to_owned());
    }
    for filter in ["", "uncounted: true"] {
        let node = "position product { id } expected { value }";
        let list = NestedList { parent: "StockCount", field: "lines", filter, node };
        house.kit.insist_lists_are_read_together((&house.subgraph, &house.keeper), list, &counts).await;
    }
}
