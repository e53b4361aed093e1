//! Many hands on the same shelf.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::House;

fn count(payloads: &[Value], code: &str) -> usize {
    payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == code).count()
}

fn succeeded(payloads: &[Value]) -> usize {
    payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_reservations_of_one_on_a_stock_of_one_hundred_exactly_one_hundred_succeed() {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&wine, &store, "100", "10")]).await;
    let input = json!({ "lines": [{ "productId": wine, "locationId": store, "quantity": "1" }] });
    let payloads = join_all((0..200).map(|_| house.mutate("reserveStock", input.clone()))).await;
    assert_eq!((succeeded(&payloads), count(&payloads, "INSUFFICIENT_STOCK")), (100, 100));
    let item = house.item(&wine, &store).await;
    assert_eq!((&item["reserved"]["value"], &item["available"]["value"]), (&json!("100"), &json!("0")));
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reserving_issuing_and_adjusting_at_once_never_overdraws() {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&wine, &store, "60", "10")]).await;
    let line = json!({ "productId": wine, "locationId": store, "quantity": "1" });
    let waste = json!({ "productId": wine, "locationId": store, "quantity": "-1", "reason": "WASTE" });
    let attempts = (0..120).map(|n| match n % 3 {
        0 => house.mutate("reserveStock", json!({ "lines": [line] })),
        1 => house.mutate("issueStock", json!({ "lines": [line] })),
        _ => house.mutate("adjustStock", json!({ "lines": [waste] })),
    });
    let payloads = join_all(attempts).await;
    assert_eq!((succeeded(&payloads), count(&payloads, "INSUFFICIENT_STOCK")), (60, 60));
    assert_eq!(house.item(&wine, &store).await["available"]["value"], "0");
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transfers_that_cross_do_not_deadlock() {
    let house = House::open().await;
    let products: Vec<String> = (0..5).map(|_| house.product()).collect();
    let (one, other) = (house.store("ONE").await, house.fifo_store("OTHER").await);
    for product in &products {
        house.receive(&[(product, &one, "100", "10"), (product, &other, "100", "12")]).await;
    }
    let lines = |from: &str, to: &str, turned: bool| {
        let mut lines: Vec<Value> = products
            .iter()
            .map(|id| json!({ "productId": id, "fromLocationId": from, "toLocationId": to, "quantity": "1" }))
            .collect();
        if turned {
            lines.reverse();
        }
        json!({ "lines": lines })
    };
    let attempts = (0..40).map(|n| {
        let input = if n % 2 == 0 { lines(&one, &other, false) } else { lines(&other, &one, true) };
        house.mutate("transferStock", input)
    });
    let payloads = join_all(attempts).await;
    assert_eq!(succeeded(&payloads), 40);
    for product in &products {
        assert_eq!(house.balance(product, &one).await.0, "100");
        assert_eq!(house.balance(product, &other).await.0, "100");
    }
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn receipts_at_once_add_up_whatever_their_order() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let receipts = (1..=50).map(|n| {
        let line =
            json!({ "productId": rice, "locationId": store, "quantity": "1.5", "unitCost": n.to_string() });
        house.mutate("receiveStock", json!({ "lines": [line] }))
    });
    assert_eq!(succeeded(&join_all(receipts).await), 50);
    // 1.5 × (1 + … + 50), where each odd price is rounded to x.50 exactly.
    assert_eq!(house.balance(&rice, &store).await, ("75".to_owned(), "1912.50".to_owned()));
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn issues_racing_receipts_never_consume_a_layer_twice() {
    let house = House::open().await;
    let (beef, cold) = (house.product(), house.fifo_store("COLD").await);
    house.receive(&[(&beef, &cold, "20", "400")]).await;
    let attempts = (0..80).map(|n| {
        let line = json!({ "productId": beef, "locationId": cold, "quantity": "1" });
        let mut receipt = line.clone();
        receipt["unitCost"] = json!((400 + n).to_string());
        if n % 2 == 0 {
            house.mutate("receiveStock", json!({ "lines": [receipt] }))
        } else {
            house.mutate("issueStock", json!({ "lines": [line] }))
        }
    });
    let payloads = join_all(attempts).await;
    let received =
        payloads.iter().filter(|payload| payload["posting"]["movements"][0]["type"] == "IN").count();
    let issued =
        payloads.iter().filter(|payload| payload["posting"]["movements"][0]["type"] == "OUT").count();
    assert_eq!(received, 40);
    assert_eq!(issued + count(&payloads, "INSUFFICIENT_STOCK"), 40);
    assert_eq!(house.balance(&beef, &cold).await.0, (60 - issued).to_string());
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_at_once_posts_once() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1", "unitCost": "10" });
    let input = json!({ "lines": [line], "idempotencyKey": "double-click" });
    let payloads = join_all((0..10).map(|_| house.mutate("receiveStock", input.clone()))).await;
    assert_eq!(succeeded(&payloads), 10);
    assert!(payloads.iter().all(|payload| payload["posting"]["id"] == payloads[0]["posting"]["id"]));
    assert_eq!(house.balance(&rice, &store).await.0, "1");
    house.prove().await;
}
