//! Stock that changes its place, with its value and its age.

use serde_json::{Value, json};

use crate::house::{House, pairs};

fn transfer(product: &str, from: &str, to: &str, quantity: &str) -> Value {
    let line =
        json!({ "productId": product, "fromLocationId": from, "toLocationId": to, "quantity": quantity });
    json!({ "lines": [line] })
}

#[tokio::test]
async fn value_and_age_move_with_the_stock() {
    let house = House::open().await;
    let beef = house.product();
    let (cold, kitchen) = (house.fifo_store("COLD").await, house.fifo_store("KITCHEN").await);
    house.receive(&[(&beef, &cold, "10", "400")]).await;
    house.kit.clock().advance(std::time::Duration::from_secs(60));
    house.receive(&[(&beef, &cold, "10", "500")]).await;
    house.kit.clock().advance(std::time::Duration::from_secs(60));
    let posting = house.posted("transferStock", transfer(&beef, &cold, &kitchen, "15")).await;
    let legs: Vec<_> = posting["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| {
            (
                leg["location"]["code"].clone(),
                leg["quantity"]["value"].clone(),
                leg["totalValue"]["amount"].clone(),
            )
        })
        .collect();
    assert_eq!(
        legs,
        [(json!("COLD"), json!("-15"), json!("-6500.00")), (json!("KITCHEN"), json!("15"), json!("6500.00")),]
    );
    let query = "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes {
        costLayers { receivedAt quantityLeft { value } unitCost { amount } } } } }";
    let shown = house.data(query, json!({ "where": { "locationIds": [kitchen] } })).await;
    assert_eq!(
        shown["inventoryItems"]["nodes"][0]["costLayers"],
        json!([
            { "receivedAt": "2026-07-01T08:00:00Z", "quantityLeft": { "value": "10" }, "unitCost": { "amount": "400.00" } },
            { "receivedAt": "2026-07-01T08:01:00Z", "quantityLeft": { "value": "5" }, "unitCost": { "amount": "500.00" } },
        ])
    );
    house.prove().await;
}

#[tokio::test]
async fn what_goes_to_a_direct_location_is_used_up() {
    let house = House::open().await;
    let wine = house.product();
    let store = house.store("MAIN").await;
    let banquet = house.location("BQT", json!({ "type": "DIRECT" })).await;
    house.receive(&[(&wine, &store, "6", "100")]).await;
    let posting = house.posted("transferStock", transfer(&wine, &store, &banquet, "2")).await;
    let reasons: Vec<_> =
        posting["movements"].as_array().unwrap().iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(reasons, [json!("TRANSFER"), json!("TRANSFER"), json!("DIRECT_EXPENSE")]);
    assert_eq!(house.balance(&wine, &banquet).await.0, "0");
    house.prove().await;
}

#[tokio::test]
async fn a_transfer_that_cannot_be_is_refused_with_its_field() {
    let house = House::open().await;
    let rice = house.product();
    let (store, direct) =
        (house.store("MAIN").await, house.location("BQT", json!({ "type": "DIRECT" })).await);
    let abroad = house.location("SG", json!({ "currency": "SGD" })).await;
    house.receive(&[(&rice, &store, "5", "10")]).await;
    let nowhere = primitives::LocationId::generate().to_string();
    for (input, code, field) in [
        (transfer(&rice, &store, &store, "1"), "VALIDATION_ERROR", "lines.0.toLocationId"),
        (transfer(&rice, &store, &abroad, "1"), "VALIDATION_ERROR", "lines.0.toLocationId"),
        (transfer(&rice, &direct, &store, "1"), "VALIDATION_ERROR", "lines.0.fromLocationId"),
        (transfer(&rice, &nowhere, &store, "1"), "NOT_FOUND", "lines.0.fromLocationId"),
        (transfer(&rice, &store, &nowhere, "1"), "NOT_FOUND", "lines.0.toLocationId"),
        (transfer(&rice, &store, &abroad, "0"), "VALIDATION_ERROR", "lines.0.quantity"),
    ] {
        assert_eq!(house.refused("transferStock", input).await, pairs(&[(code, field)]));
    }
    let kitchen = house.store("KITCHEN").await;
    let short = house.mutate("transferStock", transfer(&rice, &store, &kitchen, "5.5")).await;
    assert_eq!(short["userErrors"][0]["code"], "INSUFFICIENT_STOCK");
    assert_eq!(short["userErrors"][0]["meta"], json!({ "available": "5", "requested": "5.5" }));
    assert_eq!(house.balance(&rice, &store).await, ("5".to_owned(), "50.00".to_owned()));
    house.prove().await;
}
