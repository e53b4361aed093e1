//! Many hands on the same shelf, again and again: twenty rounds of each, and the books are proved after every one.

use chassis::testkit::TestDatabase;
use futures::future::join_all;
use primitives::{CreditNoteId, GoodsReceivedNoteId};
use serde_json::{Value, json};

use crate::deliveries::{delivery, procurement, take_over};
use crate::house::House;

const ROUNDS: usize = 20;

fn count(payloads: &[Value], code: &str) -> usize {
    payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == code).count()
}

fn succeeded(payloads: &[Value]) -> usize {
    payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count()
}

fn line(product: &str, location: &str, quantity: &str) -> Value {
    json!({ "productId": product, "locationId": location, "quantity": quantity })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_reservers_of_one_twenty_get_one_in_every_round() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    for _ in 0..ROUNDS {
        let wine = house.product();
        house.receive(&[(&wine, &store, "20", "10")]).await;
        let input = json!({ "lines": [line(&wine, &store, "1")] });
        let payloads = join_all((0..40).map(|_| house.mutate("reserveStock", input.clone()))).await;
        assert_eq!((succeeded(&payloads), count(&payloads, "INSUFFICIENT_STOCK")), (20, 20));
        assert_eq!(house.item(&wine, &store).await["available"]["value"], "0");
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reserving_issuing_adjusting_and_releasing_never_overdraw_in_any_round() {
    let house = House::open().await;
    let store = house.fifo_store("MAIN").await;
    for _ in 0..ROUNDS {
        let wine = house.product();
        house.receive(&[(&wine, &store, "6", "10"), (&wine, &store, "6", "12")]).await;
        let held = house.mutate("reserveStock", json!({ "lines": [line(&wine, &store, "3")] })).await;
        let held = held["reservations"][0]["id"].clone();
        let one = line(&wine, &store, "1");
        let mut waste = line(&wine, &store, "-1");
        waste["reason"] = json!("WASTE");
        let mut under = one.clone();
        under["reservationId"] = held.clone();
        let attempts = (0..24).map(|n| match n % 4 {
            0 => house.mutate("reserveStock", json!({ "lines": [one] })),
            1 => house.mutate("issueStock", json!({ "lines": [one] })),
            2 => house.mutate("adjustStock", json!({ "lines": [waste] })),
            _ => house.mutate("issueStock", json!({ "lines": [under] })),
        });
        let release = house.mutate("releaseReservation", json!({ "reservationId": held }));
        let (payloads, _) = tokio::join!(join_all(attempts), release);
        for payload in &payloads {
            let code = payload["userErrors"][0]["code"].as_str();
            assert!(matches!(code, None | Some("INSUFFICIENT_STOCK" | "INVALID_STATE")), "{payload}");
        }
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transfers_that_cross_end_without_a_deadlock_in_every_round() {
    let house = House::open().await;
    let (one, other) = (house.store("ONE").await, house.fifo_store("OTHER").await);
    for _ in 0..ROUNDS {
        let products: Vec<String> = (0..4).map(|_| house.product()).collect();
        for product in &products {
            house.receive(&[(product, &one, "20", "10"), (product, &other, "20", "12")]).await;
        }
        let lines = |from: &str, to: &str, is_turned: bool| {
            let moved = |id: &String| json!({ "productId": id, "fromLocationId": from, "toLocationId": to, "quantity": "1" });
            let mut lines: Vec<Value> = products.iter().map(moved).collect();
            if is_turned {
                lines.reverse();
            }
            json!({ "lines": lines })
        };
        let attempts = (0..12).map(|n| {
            let input = if n % 2 == 0 { lines(&one, &other, false) } else { lines(&other, &one, true) };
            house.mutate("transferStock", input)
        });
        assert_eq!(succeeded(&join_all(attempts).await), 12);
        for product in &products {
            assert_eq!(house.balance(product, &one).await.0, "20");
        }
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn receipts_at_once_add_up_in_every_round() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    for _ in 0..ROUNDS {
        let rice = house.product();
        let receipts = (1..=12).map(|cost| {
            let mut receipt = line(&rice, &store, "1.5");
            receipt["unitCost"] = json!(cost.to_string());
            house.mutate("receiveStock", json!({ "lines": [receipt] }))
        });
        assert_eq!(succeeded(&join_all(receipts).await), 12);
        // 1.5 × (1 + … + 12), whatever came first.
        assert_eq!(house.balance(&rice, &store).await, ("18".to_owned(), "117.00".to_owned()));
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn issues_receipts_and_returns_never_take_a_layer_twice_in_any_round() {
    let house = House::open().await;
    let cold = house.fifo_store("COLD").await;
    for _ in 0..ROUNDS {
        let beef = house.product();
        house.receive(&[(&beef, &cold, "4", "400"), (&beef, &cold, "4", "410")]).await;
        let one = line(&beef, &cold, "1");
        let mut receipt = one.clone();
        receipt["unitCost"] = json!("420");
        let attempts = (0..24).map(|n| match n % 3 {
            0 => house.mutate("receiveStock", json!({ "lines": [receipt] })),
            1 => house.mutate("issueStock", json!({ "lines": [one] })),
            _ => house.mutate("issueStock", json!({ "reason": "RETURN_TO_VENDOR", "lines": [one] })),
        });
        let payloads = join_all(attempts).await;
        let out =
            payloads.iter().filter(|payload| payload["posting"]["movements"][0]["type"] == "OUT").count();
        assert_eq!(out + 8 + count(&payloads, "INSUFFICIENT_STOCK"), 24);
        assert_eq!(house.balance(&beef, &cold).await.0, (16 - out).to_string());
        house.prove().await;
    }
}

/// Money for a delivery comes, goods of it go back, and the kitchen takes some, all at once: every layer is what is left of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credits_returns_and_issues_of_one_delivery_add_up_in_every_round() {
    let house = House::open().await;
    let from: TestDatabase = procurement(&house).await;
    let cold = house.fifo_store("COLD").await;
    for _ in 0..ROUNDS {
        let beef = house.product();
        let delivered = GoodsReceivedNoteId::generate();
        let mut told = delivery(delivered, (&beef, &cold), ("12", "THB"));
        told["lines"][0]["unitCosts"][0]["amount"] = json!("10");
        assert_eq!(take_over(&house, &from, (delivered, &told)).await.0, "delivery.posted");
        house.receive(&[(&beef, &cold, "2", "20")]).await;
        let credit = |kind: &str, quantity: &str, amount: &str| {
            json!({ "type": kind, "goodsReceivedNoteId": delivered, "number": "CN-2026-001", "locationId": cold, "lines": [
                { "lineId": "1", "noteLineId": "1", "productId": beef, "quantity": quantity, "unit": "kg", "lot": null,
                  "amounts": [{ "amount": amount, "currency": "THB" }] }] })
        };
        let answered = crate::returns::said(&house).await;
        for n in 0..6 {
            let told =
                if n % 2 == 0 { credit("AMOUNT", "0", "12") } else { credit("QUANTITY_RETURN", "1", "10") };
            crate::returns::publish(&house, &from, "creditnote.posted", (CreditNoteId::generate(), &told))
                .await;
        }
        let one = line(&beef, &cold, "1");
        let issues = (0..6).map(|_| house.mutate("issueStock", json!({ "lines": [one] })));
        assert!(join_all(issues).await.iter().all(|payload| payload["userErrors"] == json!([])));
        for _ in 0..200 {
            if crate::returns::said(&house).await == answered + 6 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert_eq!(crate::returns::said(&house).await, answered + 6);
        // Fourteen came, three went back, six were used.
        assert_eq!(house.balance(&beef, &cold).await.0, "5");
        house.prove().await;
    }
}

/// A delivery comes while a frozen count begins: it is on the sheet, or comes back because the place is locked.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_delivery_that_meets_a_frozen_count_is_on_its_sheet_or_comes_back() {
    let house = House::open().await;
    let from: TestDatabase = procurement(&house).await;
    let store = house.store("MAIN").await;
    let (mut before, mut locked) = (0, 0);
    for round in 0..ROUNDS {
        let rice = house.product();
        house.receive(&[(&rice, &store, "10", "4")]).await;
        let planned =
            house.counted("planStockCount", json!({ "locationId": store, "productIds": [rice] })).await;
        let begin = json!({ "id": planned["id"], "expectedVersion": planned["version"] });
        let id = GoodsReceivedNoteId::generate();
        let told = delivery(id, (&rice, &store), ("5", "THB"));
        let starting = async {
            // Sometimes the delivery has a head start.
            tokio::time::sleep(std::time::Duration::from_millis(10 * (round as u64 % 4))).await;
            house.counted("startStockCount", begin).await
        };
        let (answer, count) = tokio::join!(take_over(&house, &from, (id, &told)), starting);
        let expected = match answer.0.as_str() {
            "delivery.posted" => "15",
            "delivery.refused" => "10",
            other => panic!("{other}"),
        };
        *(if expected == "15" { &mut before } else { &mut locked }) += 1;
        let query =
            "query($id: ID!) { stockCount(id: $id) { lines(first: 5) { nodes { expected { value } } } } }";
        let sheet = house.data(query, json!({ "id": count["id"] })).await;
        assert_eq!(sheet["stockCount"]["lines"]["nodes"][0]["expected"]["value"], expected, "{answer:?}");
        assert_eq!(house.balance(&rice, &store).await.0, expected);
        let stop = json!({ "id": count["id"], "expectedVersion": count["version"], "reason": "only to see who wins" });
        house.counted("cancelStockCount", stop).await;
        house.prove().await;
    }
    assert_eq!(before + locked, ROUNDS);
}
