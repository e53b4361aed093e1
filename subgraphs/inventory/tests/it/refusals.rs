//! Bad input: its code, its path, and that it changes nothing.

use chassis::testkit::first_code;
use primitives::ProductId;
use serde_json::{Value, json};

use crate::house::{House, lanna, pairs};

#[tokio::test]
async fn everything_wrong_with_a_document_is_told_at_once() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let eggs = house.product_of(crate::house::andaman(), "ea");
    house.receive(&[(&rice, &store, "2", "10")]).await;
    let line = |product: &str, quantity: &str, unit: Option<&str>| json!({ "productId": product, "locationId": store, "quantity": quantity, "unit": unit });
    let unknown = ProductId::generate().to_string();
    let lines = json!([
        line(&rice, "3", None),
        line(&unknown, "1", None),
        line(&eggs, "1.5", None),
        line(&eggs, "0", None),
        line(&rice, "-1", Some("furlong")),
        line(&rice, "1", Some("bottle")),
        line(&rice, "1000000000", None),
    ]);
    let refused = house.refused("issueStock", json!({ "lines": lines })).await;
    assert_eq!(
        refused,
        pairs(&[
            ("INSUFFICIENT_STOCK", "lines.0.quantity"),
            ("NOT_FOUND", "lines.1.productId"),
            ("VALIDATION_ERROR", "lines.2.quantity"),
            ("VALIDATION_ERROR", "lines.3.quantity"),
            ("VALIDATION_ERROR", "lines.4.quantity"),
            ("VALIDATION_ERROR", "lines.4.unit"),
            ("UNIT_CONVERSION_MISSING", "lines.5.unit"),
            ("VALIDATION_ERROR", "lines.6.quantity"),
        ])
    );
    assert_eq!(house.balance(&rice, &store).await, ("2".to_owned(), "20.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn counted_things_are_refused_in_the_words_of_the_trade() {
    let house = House::open().await;
    let (eggs, store) = (house.product_of(crate::house::andaman(), "ea"), house.store("MAIN").await);
    let line = json!({ "productId": eggs, "locationId": store, "quantity": "0" });
    let payload = house.mutate("receiveStock", json!({ "lines": [line] })).await;
    assert_eq!(payload["userErrors"][0]["message"], "Quantity must be at least 1");
}

#[tokio::test]
async fn lines_of_one_document_are_counted_together() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "10")]).await;
    let line = json!({ "productId": rice, "locationId": store, "quantity": "6" });
    let payload = house.mutate("issueStock", json!({ "lines": [line, line] })).await;
    assert_eq!(payload["userErrors"].as_array().unwrap().len(), 1, "{payload}");
    assert_eq!(payload["userErrors"][0]["field"], json!(["lines", "1", "quantity"]));
    assert_eq!(payload["userErrors"][0]["meta"], json!({ "available": "4", "requested": "6" }));
    assert_eq!(house.balance(&rice, &store).await.0, "10");
}

#[tokio::test]
async fn a_document_has_one_to_five_hundred_lines_and_a_past() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    assert_eq!(
        house.refused("receiveStock", json!({ "lines": [] })).await,
        pairs(&[("VALIDATION_ERROR", "lines")])
    );
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1", "unitCost": "1" });
    let too_many = json!({ "lines": vec![line.clone(); 501] });
    assert_eq!(house.refused("receiveStock", too_many).await, pairs(&[("LIMIT_EXCEEDED", "lines")]));
    for at in ["2026-07-01T08:06:00Z", "2025-06-29T08:00:00Z"] {
        let input = json!({ "lines": [line], "occurredAt": at });
        assert_eq!(house.refused("receiveStock", input).await, pairs(&[("VALIDATION_ERROR", "occurredAt")]));
    }
    house.posted("receiveStock", json!({ "lines": vec![line; 500] })).await;
    assert_eq!(house.balance(&rice, &store).await, ("500".to_owned(), "500.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn a_reason_that_takes_away_does_not_add() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "10", "10")]).await;
    let line = |quantity: &str, reason: &str| json!({ "productId": rice, "locationId": store, "quantity": quantity, "reason": reason });
    let lines = json!([line("1", "WASTE"), line("-1", "FOUND"), line("0", "COUNT")]);
    let refused = house.refused("adjustStock", json!({ "lines": lines })).await;
    assert_eq!(
        refused,
        pairs(&[
            ("VALIDATION_ERROR", "lines.0.quantity"),
            ("VALIDATION_ERROR", "lines.1.quantity"),
            ("VALIDATION_ERROR", "lines.2.quantity"),
        ])
    );
}

#[tokio::test]
async fn a_direct_location_has_nothing_to_give() {
    let house = House::open().await;
    let (rice, direct) = (house.product(), house.location("BQT", json!({ "type": "DIRECT" })).await);
    let line = json!({ "productId": rice, "locationId": direct, "quantity": "1" });
    for mutation in ["issueStock", "reserveStock"] {
        let refused = house.refused(mutation, json!({ "lines": [line] })).await;
        assert_eq!(refused, pairs(&[("VALIDATION_ERROR", "lines.0.locationId")]), "{mutation}");
    }
}

#[tokio::test]
async fn extremes_are_exact_or_refused() {
    let house = House::open().await;
    let (saffron, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&saffron, &store, "0.00001", "999999999.99999")]).await;
    assert_eq!(house.balance(&saffron, &store).await, ("0.00001".to_owned(), "10000.00".to_owned()));
    let line = |quantity: &str, cost: &str| json!({ "productId": saffron, "locationId": store, "quantity": quantity, "unitCost": cost });
    let lines =
        json!([line("999999999.99999", "999999999.99999"), line("1", "-0.01"), line("1", "1000000000")]);
    assert_eq!(
        house.refused("receiveStock", json!({ "lines": lines })).await,
        pairs(&[
            ("VALIDATION_ERROR", "lines.0.quantity"),
            ("VALIDATION_ERROR", "lines.1.unitCost"),
            ("VALIDATION_ERROR", "lines.2.unitCost"),
        ])
    );
    for quantity in [json!(1.5), json!(1), json!("1e5"), json!("NaN"), json!("0.000001"), json!("١")] {
        let mut bad = line("1", "1");
        bad["quantity"] = quantity.clone();
        let response = house.mutate_as(&house.keeper, "receiveStock", json!({ "lines": [bad] })).await;
        assert_eq!(first_code(&response), "VALIDATION_ERROR", "{quantity}");
        assert_eq!(response["data"], Value::Null, "{quantity}");
    }
    assert_eq!(house.balance(&saffron, &store).await.0, "0.00001");
    house.prove().await;
}

#[tokio::test]
async fn another_tenants_product_and_location_are_not_found() {
    let house = House::open().await;
    let (mine, store) = (house.product(), house.store("MAIN").await);
    let theirs = house.product_of(lanna(), "kg");
    let neighbour = house.kit.caller(lanna(), &["*"]);
    let their_store = house.location_as(&neighbour, "MAIN", json!({})).await;
    let line = |product: &str, location: &str| json!({ "productId": product, "locationId": location, "quantity": "1", "unitCost": "1" });
    let lines = json!([line(&theirs, &store), line(&mine, &their_store)]);
    assert_eq!(
        house.refused("receiveStock", json!({ "lines": lines })).await,
        pairs(&[("NOT_FOUND", "lines.0.productId"), ("NOT_FOUND", "lines.1.locationId")])
    );
}

#[tokio::test]
async fn an_outage_of_the_product_service_is_no_refusal() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.kit.peers().connect(
        "product",
        chassis::testkit::TestPeer::responding(|_| json!({ "errors": [{ "message": "on fire" }] })),
    );
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1", "unitCost": "1" });
    let response = house.mutate_as(&house.keeper, "receiveStock", json!({ "lines": [line] })).await;
    assert_eq!(first_code(&response), "UPSTREAM_UNAVAILABLE");
    assert_eq!(house.item(&rice, &store).await, Value::Null);
}
