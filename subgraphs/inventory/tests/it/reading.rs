//! Lists, stock cards and the ledger.

use chassis::testkit::{first_code, first_error};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn a_stock_card_runs_from_opening_to_closing_balance() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "10")]).await;
    for _ in 0..3 {
        house.kit.clock().advance(std::time::Duration::from_secs(60));
        house.issue(&rice, &store, "2").await;
    }
    let query = "query($of: StockCardOf!, $from: DateTime, $to: DateTime) { stockCard(of: $of, from: $from, to: $to) {
        item { id } openingOnHand { value } openingValue { amount } closingOnHand { value } closingValue { amount }
        entries { totalCount nodes { quantity { value } onHandAfter { value } valueAfter { amount } } } } }";
    let of = json!({ "productId": rice, "locationId": store });
    let period = json!({ "of": of, "from": "2026-07-01T08:01:00Z", "to": "2026-07-01T08:03:00Z" });
    let mut card = house.data(query, period).await["stockCard"].take();
    let item = card["item"]["id"].take();
    assert_eq!(
        card,
        json!({
            "item": { "id": null },
            "openingOnHand": { "value": "10" }, "openingValue": { "amount": "100.00" },
            "closingOnHand": { "value": "6" }, "closingValue": { "amount": "60.00" },
            "entries": { "totalCount": 2, "nodes": [
                { "quantity": { "value": "-2" }, "onHandAfter": { "value": "8" }, "valueAfter": { "amount": "80.00" } },
                { "quantity": { "value": "-2" }, "onHandAfter": { "value": "6" }, "valueAfter": { "amount": "60.00" } },
            ] },
        })
    );
    let whole = house.data(query, json!({ "of": { "itemId": item } })).await;
    assert_eq!(whole["stockCard"]["openingOnHand"]["value"], "0");
    assert_eq!(whole["stockCard"]["closingOnHand"]["value"], "4");
    assert_eq!(whole["stockCard"]["entries"]["totalCount"], 4);
    let nobody =
        house.data(query, json!({ "of": { "itemId": primitives::InventoryItemId::generate() } })).await;
    assert_eq!(nobody["stockCard"], Value::Null);
    let vague = house.ask_as(&house.keeper, query, json!({ "of": { "productId": rice } })).await;
    assert_eq!(first_error(&vague)["extensions"]["field"], json!(["of"]));
}

#[tokio::test]
async fn the_ledger_has_no_gaps_and_a_reader_resumes_behind_a_number() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    for _ in 0..5 {
        house.receive(&[(&rice, &store, "1", "10"), (&rice, &store, "1", "10")]).await;
    }
    // A refused document takes no number.
    let line = json!({ "productId": rice, "locationId": store, "quantity": "99" });
    house.refused("issueStock", json!({ "lines": [line] })).await;
    house.issue(&rice, &store, "1").await;
    let query =
        "query($where: StockMovementWhere) { movements(where: $where, first: 100) { nodes { seq } } }";
    let seqs = async |filter: Value| {
        let shown = house.data(query, json!({ "where": filter })).await;
        let nodes = shown["movements"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["seq"].as_str().unwrap().parse::<i64>().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(seqs(json!({})).await, (1..=11).collect::<Vec<_>>());
    assert_eq!(seqs(json!({ "afterSeq": "9" })).await, [10, 11]);
    assert_eq!(seqs(json!({ "types": ["OUT"] })).await, [11]);
    assert_eq!(seqs(json!({ "reasons": ["SALE"] })).await, Vec::<i64>::new());
    let bad = house.ask_as(&house.keeper, query, json!({ "where": { "afterSeq": "nine" } })).await;
    assert_eq!(first_code(&bad), "VALIDATION_ERROR");
    let newest = house.data("{ movements(sort: SEQ_DESC, first: 1) { nodes { seq } } }", json!({})).await;
    assert_eq!(newest["movements"]["nodes"], json!([{ "seq": "11" }]));
}

#[tokio::test]
async fn pages_follow_on_each_other_and_a_cursor_knows_its_filter() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let products: Vec<String> = (0..7).map(|_| house.product()).collect();
    let lines: Vec<_> = products.iter().map(|id| (id.as_str(), store.as_str(), "1", "1")).collect();
    house.receive(&lines).await;
    let query = "query($where: InventoryItemWhere, $sort: InventoryItemSort! = CREATED_AT_ASC, $first: Int, $after: String, $last: Int) {
        inventoryItems(where: $where, sort: $sort, first: $first, after: $after, last: $last) {
            nodes { id } pageInfo { endCursor hasNextPage } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = house.data(query, json!({ "first": 3, "after": after })).await;
        let page = &page["inventoryItems"];
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].to_string()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (7, 7));
    for variables in [
        json!({ "after": after, "where": { "locationIds": [store] } }),
        json!({ "after": after, "sort": "ON_HAND_DESC" }),
        json!({ "after": "nonsense" }),
        json!({ "first": 2, "last": 2 }),
        json!({ "first": 101 }),
        json!({ "first": 0 }),
    ] {
        let response = house.ask_as(&house.keeper, query, variables.clone()).await;
        assert_eq!(first_code(&response), "VALIDATION_ERROR", "{variables}");
    }
}

#[tokio::test]
async fn what_should_be_bought_again_is_listed() {
    let house = House::open().await;
    let (rice, oil, store) = (house.product(), house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "1"), (&oil, &store, "10", "1")]).await;
    let item = house.item(&rice, &store).await;
    let point = |quantity: &str, version: &Value| json!({ "id": item["id"], "expectedVersion": version, "reorderPoint": quantity });
    assert_eq!(
        house.mutate("setPolicy", point("-1", &item["version"])).await["userErrors"][0]["field"],
        json!(["reorderPoint"])
    );
    let set = house.mutate("setPolicy", point("8", &item["version"])).await;
    assert_eq!(set["inventoryItem"]["isBelowReorderPoint"], false, "{set}");
    let stale = house.mutate("setPolicy", point("9", &item["version"])).await;
    assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
    let query = "query($below: Boolean) { inventoryItems(where: { belowReorder: $below }) { nodes { id } } }";
    assert_eq!(house.data(query, json!({ "below": true })).await["inventoryItems"]["nodes"], json!([]));
    house.issue(&rice, &store, "2").await;
    let below = house.data(query, json!({ "below": true })).await;
    assert_eq!(below["inventoryItems"]["nodes"], json!([{ "id": item["id"] }]));
    let above = house.data(query, json!({ "below": false })).await;
    assert_eq!(above["inventoryItems"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_page_of_items_with_their_places_costs_two_statements() {
    let house = House::open().await;
    let stores = [house.store("A").await, house.store("B").await, house.store("C").await];
    let products: Vec<String> = (0..30).map(|_| house.product()).collect();
    let lines: Vec<_> =
        (0..90).map(|n| (products[n / 3].as_str(), stores[n % 3].as_str(), "1", "1")).collect();
    house.receive(&lines).await;
    let log = house.kit.db().statements();
    log.start();
    house
        .data(
            "{ inventoryItems(first: 90) { nodes { onHand { value } location { name } product { id } } } }",
            json!({}),
        )
        .await;
    assert_eq!(log.stop().len(), 2);
    log.start();
    house
        .data(
            "{ movements(first: 90) { totalCount nodes { item { onHand { value } } location { name } } } }",
            json!({}),
        )
        .await;
    assert_eq!(log.stop().len(), 4, "the page, its count, the items, the locations");
}

#[tokio::test]
async fn places_and_promises_are_listed_in_the_order_that_is_asked_for() {
    let house = House::open().await;
    let (main, _) = (
        house.location("A", json!({ "name": "Zen" })).await,
        house.location("B", json!({ "name": "Aqua" })).await,
    );
    let rice = house.product();
    house.receive(&[(&rice, &main, "9", "10")]).await;
    let now = house.kit.clock().now();
    for (quantity, days) in [("1", Some(9)), ("2", Some(3)), ("3", None)] {
        let ends = days.map(|days| (now + chrono::TimeDelta::days(days)).to_rfc3339());
        let line = json!({ "productId": rice, "locationId": main, "quantity": quantity, "expiresAt": ends });
        let reserved = house.mutate("reserveStock", json!({ "lines": [line] })).await;
        assert_eq!(reserved["userErrors"], json!([]), "{reserved}");
        house.kit.clock().advance(std::time::Duration::from_secs(1));
    }
    let listed = async |list: &str, field: &str, value: &str| {
        let seen = house.data(&format!("{{ list: {list} {{ nodes {{ {field} }} }} }}"), json!({})).await;
        let nodes = seen["list"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node.pointer(value).unwrap().as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (sort, order) in
        [("", ["A", "B"]), ("(sort: NAME_ASC)", ["B", "A"]), ("(sort: CODE_ASC)", ["A", "B"])]
    {
        assert_eq!(listed(&format!("locations{sort}"), "code", "/code").await, order, "{sort}");
    }
    for (sort, order) in [
        ("", ["3", "2", "1"]),
        ("(sort: CREATED_AT_DESC)", ["3", "2", "1"]),
        ("(sort: CREATED_AT_ASC)", ["1", "2", "3"]),
        ("(sort: EXPIRES_AT_ASC)", ["2", "1", "3"]),
    ] {
        let found = listed(&format!("reservations{sort}"), "quantity { value }", "/quantity/value").await;
        assert_eq!(found, order, "{sort}");
    }
}

#[tokio::test]
async fn a_whole_list_is_counted_without_reading_it() {
    let house = House::open().await;
    let (main, cold) = (house.store("MAIN").await, house.store("COLD").await);
    let (rice, oil) = (house.product(), house.product());
    house.receive(&[(&rice, &main, "3", "10"), (&oil, &main, "2", "10"), (&rice, &cold, "1", "10")]).await;
    house.issue(&oil, &main, "2").await;
    let log = house.kit.db().statements();
    let count = async |list: &str| {
        log.start();
        let seen = house.data(&format!("{{ list: {list} {{ totalCount }} }}"), json!({})).await;
        // The list itself, and how long it is.
        let counting = log.stop().into_iter().nth(1).expect("the list is counted");
        (seen["list"]["totalCount"].as_i64().unwrap(), counting)
    };
    for (list, length, table) in [
        ("inventoryItems", 3, "inventory_item_count"),
        ("inventoryItems(where: { and: [{ locationIds: [] }] })", 3, "inventory_item_count"),
        ("inventoryItems(where: { locationIds: [\"MAIN\"] })", 2, "inventory_item_count"),
        ("inventoryItems(where: { locationIds: [\"MAIN\", \"COLD\", \"MAIN\"] })", 3, "inventory_item_count"),
        ("inventoryItems(where: { locationIds: [\"MAIN\"], inStock: true })", 1, "inventory_item"),
        ("inventoryItems(where: { not: { locationIds: [\"MAIN\"] } })", 1, "inventory_item"),
        ("inventoryItems(where: { or: [{ locationIds: [\"COLD\"] }] })", 1, "inventory_item"),
        ("movements", 4, "ledger_head"),
        ("movements(where: { reasons: [CONSUMPTION] })", 1, "stock_movement"),
    ] {
        let list = list.replace("MAIN", &main).replace("COLD", &cold);
        let (found, counting) = count(&list).await;
        assert_eq!(found, length, "{list}");
        assert!(counting.contains(&format!("FROM \"{table}\"")), "{list}: {counting}");
    }
    house.prove().await;
}

/// How SQLite goes about the statement that reads this table. Its plans do not depend on how much there is, unlike PostgreSQL's.
async fn plan(house: &House, statements: Vec<String>, table: &str) -> String {
    let read = format!("FROM \"{table}\"");
    let sql = statements.into_iter().find(|sql| sql.contains(&read)).expect("the table is read");
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = house.kit.db().read().query_all_raw(explain).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
    steps.join("; ")
}

#[tokio::test]
async fn an_index_leads_to_every_page_of_a_long_list() {
    let house = House::open().await;
    if house.kit.db().backend() != DbBackend::Sqlite {
        return;
    }
    let store = house.store("MAIN").await;
    for _ in 0..3 {
        house.receive(&[(&house.product(), &store, "5", "10")]).await;
    }
    let items = "query($after: String) { list: inventoryItems(first: 1, after: $after, sort: SORT) { nodes { id } pageInfo { endCursor } } }";
    let orders = ["CREATED_AT_ASC", "ON_HAND_DESC", "ON_HAND_ASC", "VALUE_DESC", "UPDATED_AT_DESC"];
    let mut lists: Vec<_> =
        orders.iter().map(|order| ("inventory_item", items.replace("SORT", order))).collect();
    let movements = "query($after: String) { list: movements(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }";
    lists.push(("stock_movement", movements.to_owned()));
    let log = house.kit.db().statements();
    for (table, query) in lists {
        log.start();
        let first = house.data(&query, json!({})).await;
        let beginning = plan(&house, log.stop(), table).await;
        log.start();
        let second = house.data(&query, json!({ "after": first["list"]["pageInfo"]["endCursor"] })).await;
        let further = plan(&house, log.stop(), table).await;
        assert_ne!(first["list"]["nodes"], second["list"]["nodes"]);
        for plan in [&beginning, &further] {
            assert!(plan.starts_with("SEARCH") && !plan.contains("TEMP B-TREE"), "{query}: {plan}");
        }
        let leads_there = further.contains("<(?,?)") || further.contains(">(?,?)") || further.contains(">?");
        assert!(leads_there, "{query}: {further}");
    }
}

async fn narrowed(house: &House, (list, kind, word): (&str, &str, &str), filter: Value) -> Vec<String> {
    let (field, rest) = word.split_once(' ').unwrap_or((word, ""));
    let query = format!(
        "query($where: {kind}) {{ {list}(where: $where, first: 100) {{ nodes {{ {field} {rest} }} }} }}"
    );
    let listed = house.data(&query, json!({ "where": filter })).await;
    let mut words: Vec<String> = listed[list]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node[field].get("code").or(node[field].get("value")).unwrap_or(&node[field]))
        .map(|word| word.as_str().unwrap().to_owned())
        .collect();
    words.sort();
    words
}

#[tokio::test]
async fn every_list_takes_a_tree_of_conditions() {
    let house = House::open().await;
    let (rice, salt) = (house.product(), house.product());
    let (main, cold) = (house.store("MAIN").await, house.store("COLD").await);
    house.location("BQT", json!({ "type": "DIRECT" })).await;
    house.receive(&[(&rice, &main, "1", "1"), (&rice, &cold, "2", "1"), (&salt, &main, "3", "1")]).await;
    let line = |quantity: &str| json!({ "productId": salt, "locationId": main, "quantity": quantity });
    let reference = json!({ "type": "EVENT", "id": "wedding" });
    house.mutate("reserveStock", json!({ "lines": [line("0.5")], "reference": reference })).await;
    house.mutate("reserveStock", json!({ "lines": [line("0.25")] })).await;

    let items = ("inventoryItems", "InventoryItemWhere", "onHand { value }");
    let either = json!({ "or": [{ "locationIds": [cold] }, { "productIds": [salt] }] });
    assert_eq!(narrowed(&house, items, either).await, ["2", "3"]);
    let neither = json!({ "productIds": [rice], "not": { "locationIds": [cold] } });
    assert_eq!(narrowed(&house, items, neither).await, ["1"]);
    let places = ("locations", "LocationWhere", "code");
    let stores = json!({ "not": { "types": ["DIRECT"] }, "and": [{ "ids": [main, cold] }] });
    assert_eq!(narrowed(&house, places, stores).await, ["COLD", "MAIN"]);
    let promises = ("reservations", "ReservationWhere", "quantity { value }");
    let unreferenced = json!({ "not": { "referenceId": "wedding" } });
    assert_eq!(narrowed(&house, promises, unreferenced).await, ["0.25"]);
    let ledger = ("movements", "StockMovementWhere", "quantity { value }");
    let either = json!({ "reasons": ["PURCHASE"], "or": [{ "afterSeq": "2" }, { "locationIds": [cold] }] });
    assert_eq!(narrowed(&house, ledger, either).await, ["2", "3"]);

    let bad = json!({ "where": { "or": [{}, { "not": { "afterSeq": "soon" } }] } });
    let query = "query($where: StockMovementWhere) { movements(where: $where) { nodes { id } } }";
    let refused = house.ask_as(&house.keeper, query, bad).await;
    assert_eq!(first_error(&refused)["extensions"]["field"], json!(["where", "or", "1", "not", "afterSeq"]));
}
