//! Transfers in two steps: stock that leaves here, arrives there, and is nobody's in between.

use chassis::testkit::first_code;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, pairs, refusals};

fn step(transfer: &Value) -> Value {
    json!({ "id": transfer["id"], "expectedVersion": transfer["version"] })
}

fn of(transfer: &Value, lines: &[(&str, &str)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(product, quantity)| json!({ "productId": product, "quantity": quantity }))
        .collect();
    json!({ "id": transfer["id"], "expectedVersion": transfer["version"], "lines": lines })
}

/// A house with a store of a hundred, a road and a kitchen.
async fn road(house: &House) -> (String, String, String, String) {
    let rice = house.product();
    let (store, kitchen) = (house.store("MAIN").await, house.store("KITCHEN").await);
    let way = house.location("WAY", json!({ "type": "TRANSIT" })).await;
    house.receive(&[(&rice, &store, "100", "4")]).await;
    (rice, store, way, kitchen)
}

/// A transfer of so much rice that may leave.
async fn approved(house: &House, (rice, store, kitchen): (&str, &str, &str), quantity: &str) -> Value {
    let line = json!({ "productId": rice, "quantity": quantity });
    let wanted = json!({ "fromLocationId": store, "toLocationId": kitchen, "lines": [line] });
    let transfer = house.moved("createStockTransfer", wanted).await;
    house.moved("approveStockTransfer", step(&transfer)).await
}

#[tokio::test]
async fn stock_on_its_way_belongs_to_neither_end() {
    let house = House::open().await;
    let (rice, store, way, kitchen) = road(&house).await;
    let transfer = approved(&house, (&rice, &store, &kitchen), "30").await;
    assert_eq!((&transfer["number"], &transfer["via"]["code"]), (&json!("TR-2026-001"), &json!("WAY")));
    let transfer = house.moved("shipStockTransfer", step(&transfer)).await;
    assert_eq!(transfer["status"], "SHIPPED");
    house.receive(&[(&rice, &kitchen, "1", "4")]).await;
    let query = "query($id: ID!) { _entities(representations: [{ __typename: \"Product\", id: $id }]) { ... on Product {
        stock { location { code } onHand { value } inTransitIn { value } } } } }";
    house.kit.db().statements().start();
    let seen = house.data(query, json!({ "id": rice })).await;
    // Balances, their locations, and what is on its way to all of them.
    assert_eq!(house.kit.db().statements().stop().len(), 3);
    let stock = seen["_entities"][0]["stock"].as_array().unwrap();
    let shown: Vec<_> = stock
        .iter()
        .map(|item| {
            let text = |pointer: &str| item.pointer(pointer).unwrap().as_str().unwrap();
            (text("/location/code"), text("/onHand/value"), text("/inTransitIn/value"))
        })
        .collect();
    assert_eq!(shown, [("MAIN", "70", "0"), ("WAY", "30", "0"), ("KITCHEN", "1", "30")]);
    let transfer = house.moved("receiveStockTransfer", of(&transfer, &[(&rice, "10")])).await;
    assert_eq!(
        (&transfer["status"], &transfer["lines"][0]["inTransit"]["value"]),
        (&json!("PARTIALLY_RECEIVED"), &json!("20"))
    );
    house.prove().await;
    let transfer = house.moved("receiveStockTransfer", step(&transfer)).await;
    let transfer = house.moved("closeStockTransfer", step(&transfer)).await;
    assert_eq!(transfer["status"], "CLOSED");
    assert_eq!(house.balance(&rice, &way).await, ("0".to_owned(), "0.00".to_owned()));
    assert_eq!(house.balance(&rice, &kitchen).await, ("31".to_owned(), "124.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn what_never_arrives_is_written_off() {
    let house = House::open().await;
    let (rice, store, way, kitchen) = road(&house).await;
    let transfer = approved(&house, (&rice, &store, &kitchen), "30").await;
    let transfer = house.moved("shipStockTransfer", of(&transfer, &[(&rice, "20")])).await;
    let transfer = house.moved("receiveStockTransfer", of(&transfer, &[(&rice, "18")])).await;
    let silent = house.count_as(&house.keeper, "closeStockTransfer", step(&transfer)).await;
    assert_eq!(refusals(&silent), pairs(&[("VALIDATION_ERROR", "reason")]));
    let mut closing = step(&transfer);
    closing["reason"] = json!("two bags burst on the way");
    let driver = house.kit.caller(andaman(), &["inventory:transfer", "inventory:view"]);
    let refused = house.mutate_as(&driver, "closeStockTransfer", closing.clone()).await;
    assert_eq!(first_code(&refused), "FORBIDDEN");
    let transfer = house.moved("closeStockTransfer", closing).await;
    assert_eq!(
        (&transfer["status"], &transfer["lines"][0]["lost"]["value"]),
        (&json!("CLOSED"), &json!("2"))
    );
    assert_eq!(house.balance(&rice, &store).await.0, "80");
    assert_eq!(house.balance(&rice, &way).await.0, "0");
    let query = "query($id: String!) { movements(where: { referenceId: $id, reasons: [LOSS] }) { nodes { quantity { value }
        totalValue { amount } } } }";
    let lost = house.data(query, json!({ "id": transfer["id"] })).await;
    assert_eq!(
        lost["movements"]["nodes"],
        json!([{ "quantity": { "value": "-2" }, "totalValue": { "amount": "-8.00" } }])
    );
    house.prove().await;
}

#[tokio::test]
async fn a_transfer_says_everything_that_is_wrong_with_it() {
    let house = House::open().await;
    let (rice, store, way, kitchen) = road(&house).await;
    let strange = house.product_of(lanna(), "kg");
    let abroad = house.location("SG", json!({ "currency": "SGD" })).await;
    let nowhere = primitives::LocationId::generate().to_string();
    let line = |product: &str, quantity: &str| json!({ "productId": product, "quantity": quantity });
    for (input, expected) in [
        (
            json!({ "fromLocationId": store, "toLocationId": abroad, "lines": [line(&rice, "0"), line(&strange, "1"), line(&rice, "1"), line(&rice, "1")] }),
            vec![
                ("VALIDATION_ERROR", "toLocationId"),
                ("VALIDATION_ERROR", "lines.0.quantity"),
                ("NOT_FOUND", "lines.1.productId"),
                ("DUPLICATE", "lines.3.productId"),
            ],
        ),
        (
            json!({ "fromLocationId": nowhere, "toLocationId": kitchen, "lines": [line(&rice, "1")] }),
            vec![("NOT_FOUND", "fromLocationId")],
        ),
        (
            json!({ "fromLocationId": store, "toLocationId": kitchen, "transitLocationId": kitchen, "lines": [line(&rice, "1")] }),
            vec![("VALIDATION_ERROR", "transitLocationId")],
        ),
        (
            json!({ "fromLocationId": way, "toLocationId": kitchen, "lines": [line(&rice, "1")] }),
            vec![("VALIDATION_ERROR", "transitLocationId")],
        ),
        (
            json!({ "fromLocationId": store, "toLocationId": kitchen, "lines": [] }),
            vec![("VALIDATION_ERROR", "lines")],
        ),
    ] {
        let refused = house.count_as(&house.keeper, "createStockTransfer", input).await;
        assert_eq!(refusals(&refused), pairs(&expected));
    }
    let transfer = approved(&house, (&rice, &store, &kitchen), "30").await;
    let refused = house.count_as(&house.keeper, "shipStockTransfer", of(&transfer, &[(&rice, "31")])).await;
    assert_eq!(refused["userErrors"][0]["meta"], json!({ "maxAllowed": "30" }));
    house.issue(&rice, &store, "80").await;
    let refused = house.count_as(&house.keeper, "shipStockTransfer", step(&transfer)).await;
    assert_eq!(refusals(&refused), pairs(&[("INSUFFICIENT_STOCK", "lines.0.quantity")]));
    let transfer = house.moved("shipStockTransfer", of(&transfer, &[(&rice, "20")])).await;
    let refused =
        house.count_as(&house.keeper, "receiveStockTransfer", of(&transfer, &[(&rice, "20.5")])).await;
    assert_eq!(refusals(&refused), pairs(&[("OVER_RECEIPT", "lines.0.quantity")]));
    let mut giving_up = step(&transfer);
    giving_up["reason"] = json!("we changed our minds");
    let refused = house.count_as(&house.keeper, "cancelStockTransfer", giving_up).await;
    assert_eq!(refused["userErrors"][0]["meta"], json!({ "from": "SHIPPED", "to": "CANCELLED" }));
    let elsewhere = house.kit.caller(lanna(), &["*"]);
    let refused = house.count_as(&elsewhere, "receiveStockTransfer", step(&transfer)).await;
    assert_eq!(refusals(&refused), pairs(&[("NOT_FOUND", "id")]));
}

/// Two dock hands take in the same arrival, again and again: it arrives once. A repeated key answers the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_arrival_is_taken_in_once() {
    let house = House::open().await;
    let (rice, store, _, kitchen) = road(&house).await;
    for round in 1..=20 {
        let transfer = approved(&house, (&rice, &store, &kitchen), "2").await;
        let transfer = house.moved("shipStockTransfer", step(&transfer)).await;
        let hands = [json!("one"), json!("other")].map(|key| {
            let mut input = step(&transfer);
            input["idempotencyKey"] = json!(format!("{round}-{key}"));
            input
        });
        let twice = hands.iter().chain(&hands);
        let taken = twice.map(|input| house.count_as(&house.keeper, "receiveStockTransfer", input.clone()));
        let taken = join_all(taken).await;
        let received = taken.iter().filter(|payload| payload["userErrors"] == json!([])).count();
        let refused = taken.iter().filter(|payload| payload["userErrors"][0]["code"] == "CONFLICT").count();
        assert_eq!((received, refused), (2, 2), "{taken:?}");
        assert_eq!(house.balance(&rice, &kitchen).await.0, (2 * round).to_string());
    }
    house.prove().await;
}

/// Transfers that cross one another, shipped and received at once, neither deadlock nor lose anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transfers_that_cross_arrive() {
    let house = House::open().await;
    let (rice, store, _, kitchen) = road(&house).await;
    house.receive(&[(&rice, &kitchen, "100", "6")]).await;
    let ways = (0..20).map(|n| if n % 2 == 0 { (&store, &kitchen) } else { (&kitchen, &store) });
    let journeys = ways.map(|(from, to)| {
        let (house, rice) = (&house, &rice);
        async move {
            let transfer = approved(house, (rice, from, to), "5").await;
            let transfer = house.moved("shipStockTransfer", step(&transfer)).await;
            house.moved("receiveStockTransfer", step(&transfer)).await
        }
    });
    let arrived = join_all(journeys).await;
    assert!(arrived.iter().all(|transfer| transfer["status"] == "RECEIVED"));
    let numbers: std::collections::BTreeSet<_> =
        arrived.iter().map(|transfer| transfer["number"].to_string()).collect();
    assert_eq!(numbers.len(), 20);
    assert_eq!(house.balance(&rice, &store).await.0, "100");
    assert_eq!(house.balance(&rice, &kitchen).await.0, "100");
    house.prove().await;
}

#[tokio::test]
async fn transfers_are_listed_by_a_tree_of_conditions() {
    let house = House::open().await;
    let (rice, store, _, kitchen) = road(&house).await;
    for _ in 0..3 {
        approved(&house, (&rice, &store, &kitchen), "1").await;
        house.kit.clock().advance(std::time::Duration::from_secs(1));
    }
    let back = json!({ "fromLocationId": kitchen, "toLocationId": store, "lines": [{ "productId": rice, "quantity": "1" }] });
    house.moved("createStockTransfer", back).await;
    let query =
        "query($where: StockTransferWhere) { stockTransfers(where: $where, first: 100, sort: CREATED_AT_ASC) {
        nodes { number from { code } via { code } to { code } lines { requested { value } } } } }";
    let filter =
        json!({ "productIds": [rice], "or": [{ "statuses": ["DRAFT"] }, { "numbers": ["TR-2026-002"] }] });
    house.kit.db().statements().start();
    let listed = house.data(query, json!({ "where": filter })).await;
    // Transfers, their lines, and the locations of all of them.
    assert_eq!(house.kit.db().statements().stop().len(), 3);
    let numbers: Vec<_> = listed["stockTransfers"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["number"].clone())
        .collect();
    assert_eq!(numbers, ["TR-2026-002", "TR-2026-004"]);
}
