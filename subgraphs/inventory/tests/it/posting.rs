//! What comes in, goes out and is put right, and what it is worth.

use rstest::rstest;
use serde_json::json;

use crate::house::House;

/// The worked check: in 100 at 10, in 50 at 14, out 80, out 30.
#[rstest]
#[case::fifo("FIFO", ["-800.00", "-340.00"], "560.00", "14.00")]
#[case::moving_average("MOVING_AVERAGE", ["-906.67", "-340.00"], "453.33", "11.33325")]
#[tokio::test]
async fn the_worked_check_comes_out(
    #[case] method: &str,
    #[case] out: [&str; 2],
    #[case] left: &str,
    #[case] average: &str,
) {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.location("MAIN", json!({ "costMethod": method })).await);
    house.receive(&[(&rice, &store, "100", "10")]).await;
    house.receive(&[(&rice, &store, "50", "14")]).await;
    for (quantity, value) in ["80", "30"].into_iter().zip(out) {
        let posting = house.issue(&rice, &store, quantity).await;
        assert_eq!(posting["movements"][0]["totalValue"]["amount"], value, "{posting}");
    }
    let item = house.item(&rice, &store).await;
    assert_eq!(item["onHand"], json!({ "value": "40", "unit": { "code": "kg" } }));
    assert_eq!(item["totalValue"], json!({ "amount": left, "currency": "THB" }));
    assert_eq!(item["averageCost"]["amount"], average);
    house.prove().await;
}

#[tokio::test]
async fn an_issue_that_empties_takes_the_whole_rest() {
    let house = House::open().await;
    let (oil, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&oil, &store, "3", "3.33333")]).await;
    let values: Vec<_> = [
        house.issue(&oil, &store, "1").await,
        house.issue(&oil, &store, "1").await,
        house.issue(&oil, &store, "1").await,
    ]
    .map(|posting| posting["movements"][0]["totalValue"]["amount"].as_str().unwrap().to_owned())
    .to_vec();
    assert_eq!(values, ["-3.33", "-3.34", "-3.33"]);
    assert_eq!(house.balance(&oil, &store).await, ("0".to_owned(), "0.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn the_receipt_after_stock_below_zero_books_the_difference() {
    let house = House::open().await;
    let (gin, bar) = (house.product(), house.location("BAR", json!({ "allowNegative": true })).await);
    house.receive(&[(&gin, &bar, "10", "10")]).await;
    house.issue(&gin, &bar, "15").await;
    assert_eq!(house.balance(&gin, &bar).await, ("-5".to_owned(), "-50.00".to_owned()));
    let posting = house.receive(&[(&gin, &bar, "10", "12")]).await;
    let lines = posting["movements"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{posting}");
    assert_eq!(
        (&lines[0]["reason"], &lines[0]["totalValue"]["amount"]),
        (&json!("PURCHASE"), &json!("120.00"))
    );
    assert_eq!(
        (&lines[1]["reason"], &lines[1]["quantity"]["value"], &lines[1]["totalValue"]["amount"]),
        (&json!("COST_VARIANCE"), &json!("0"), &json!("-10.00"))
    );
    assert_eq!(house.balance(&gin, &bar).await, ("5".to_owned(), "60.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn a_direct_location_uses_up_what_it_receives() {
    let house = House::open().await;
    let (flowers, banquet) = (house.product(), house.location("BQT", json!({ "type": "DIRECT" })).await);
    let posting = house.receive(&[(&flowers, &banquet, "4", "25")]).await;
    let reasons: Vec<_> =
        posting["movements"].as_array().unwrap().iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(reasons, [json!("PURCHASE"), json!("DIRECT_EXPENSE")]);
    assert_eq!(house.balance(&flowers, &banquet).await, ("0".to_owned(), "0.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn quantities_are_kept_in_the_base_unit_and_cost_what_was_entered() {
    let house = House::open().await;
    let (tomato, store) = (house.product(), house.store("MAIN").await);
    let grams = json!({ "productId": tomato, "locationId": store, "quantity": "350", "unit": "g", "unitCost": "0.04" });
    let cases = json!({ "productId": tomato, "locationId": store, "quantity": "2", "unit": "case", "unitCost": "600" });
    let posting = house.posted("receiveStock", json!({ "lines": [grams, cases] })).await;
    let shown: Vec<_> = posting["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["quantity"]["value"].clone(),
                line["totalValue"]["amount"].clone(),
                line["unitCost"]["amount"].clone(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [(json!("0.35"), json!("14.00"), json!("40.00")), (json!("24"), json!("1200.00"), json!("50.00")),]
    );
    house.prove().await;
}

#[tokio::test]
async fn a_document_asks_for_its_products_once_and_later_ones_not_at_all() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let products: Vec<String> = (0..20).map(|_| house.product()).collect();
    let lines: Vec<_> = products.iter().map(|id| (id.as_str(), store.as_str(), "1", "1")).collect();
    house.receive(&lines).await;
    assert_eq!(house.product_service.asked().len(), 1);
    house.receive(&lines).await;
    assert_eq!(house.product_service.asked().len(), 1);
}

#[tokio::test]
async fn an_adjustment_goes_either_way() {
    let house = House::open().await;
    let (flour, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&flour, &store, "10", "20")]).await;
    let line = |quantity: &str, reason: &str| json!({ "productId": flour, "locationId": store, "quantity": quantity, "reason": reason });
    let lines = json!([line("-1", "WASTE"), line("2.5", "COUNT"), line("-0.5", "CORRECTION")]);
    let posting = house.posted("adjustStock", json!({ "lines": lines, "note": "friday count" })).await;
    let values: Vec<_> = posting["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["totalValue"]["amount"].clone())
        .collect();
    assert_eq!(values, [json!("-20.00"), json!("50.00"), json!("-10.00")]);
    assert_eq!(house.balance(&flour, &store).await, ("11".to_owned(), "220.00".to_owned()));
    house.prove().await;
}

#[tokio::test]
async fn a_late_delivery_note_is_consumed_by_its_date() {
    let house = House::open().await;
    let (milk, cold) = (house.product(), house.fifo_store("COLD").await);
    house.receive(&[(&milk, &cold, "10", "20")]).await;
    let line = json!({ "productId": milk, "locationId": cold, "quantity": "10", "unitCost": "10" });
    house.posted("receiveStock", json!({ "lines": [line], "occurredAt": "2026-06-20T06:00:00Z" })).await;
    let posting = house.issue(&milk, &cold, "10").await;
    assert_eq!(posting["movements"][0]["totalValue"]["amount"], "-100.00");
    let layers = "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes {
        costLayers { receivedAt quantityLeft { value } valueLeft { amount } } } } }";
    let shown = house.data(layers, json!({ "where": { "productIds": [milk] } })).await;
    assert_eq!(
        shown["inventoryItems"]["nodes"][0]["costLayers"],
        json!([{ "receivedAt": "2026-07-01T08:00:00Z", "quantityLeft": { "value": "10" }, "valueLeft": { "amount": "200.00" } }])
    );
    house.prove().await;
}

#[tokio::test]
async fn the_same_key_posts_once_and_answers_the_same() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let input = |quantity: &str| {
        let line = json!({ "productId": rice, "locationId": store, "quantity": quantity, "unitCost": "10" });
        json!({ "lines": [line], "idempotencyKey": "delivery-7" })
    };
    let first = house.posted("receiveStock", input("5")).await;
    let again = house.posted("receiveStock", input("5")).await;
    assert_eq!(first, again);
    assert_eq!(house.balance(&rice, &store).await.0, "5");
    let other = house.refused("receiveStock", input("6")).await;
    assert_eq!(other, [("IDEMPOTENCY_MISMATCH".to_owned(), "idempotencyKey".to_owned())]);
    house.prove().await;
}

#[tokio::test]
async fn a_document_line_moves_stock_once() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let line =
        json!({ "productId": rice, "locationId": store, "quantity": "5", "unitCost": "10", "lineId": "L1" });
    let input = json!({ "lines": [line], "reference": { "type": "GRN", "id": "GRN-2026-001" } });
    let posting = house.posted("receiveStock", input.clone()).await;
    assert_eq!(
        posting["movements"][0]["reference"],
        json!({ "type": "GRN", "id": "GRN-2026-001", "line": "L1" })
    );
    let again = house.refused("receiveStock", input).await;
    assert_eq!(again, [("DUPLICATE".to_owned(), "lines.0.lineId".to_owned())]);
    assert_eq!(house.balance(&rice, &store).await.0, "5");
}
