//! How vendors keep what they promise, as orders and deliveries tell it.

use primitives::{GoodsReceivedNoteId, PurchaseOrderId, PurchaseOrderLineId};
use serde_json::{Value, json};

use crate::house::{House, andaman};

const CARD: &str = "query($id: ID!) { vendor(id: $id) { rating onTimePct fillRatePct priceVariancePct } }";

fn card(rating: &str, on_time: &str, fill_rate: &str, variance: &str) -> Value {
    let card = json!({ "rating": rating, "onTimePct": on_time, "fillRatePct": fill_rate, "priceVariancePct": variance });
    json!({ "vendor": card })
}

/// An order of cases of twelve.
fn order(
    vendor: &str,
    product: &str,
    (id, line, ordered): (PurchaseOrderId, PurchaseOrderLineId, &str),
) -> Value {
    json!({ "purchaseOrderId": id, "vendorId": vendor, "deliveryDate": "2026-07-03", "lines": [{ "lineId": line,
        "productId": product, "ordered": ordered, "cancelled": "0", "unit": "case", "factor": "12" }] })
}

/// A delivery of kilos.
fn note(
    vendor: &str,
    product: &str,
    (id, order): (GoodsReceivedNoteId, PurchaseOrderId),
    (day, quantity, cost): (&str, &str, &str),
) -> Value {
    json!({ "goodsReceivedNoteId": id, "purchaseOrderId": order, "vendorId": vendor, "receivedOn": day, "lines": [{
        "productId": product, "quantity": quantity, "unit": "kg", "unitCosts": [{ "amount": cost, "currency": "THB" }] }] })
}

#[tokio::test]
async fn deliveries_late_short_and_dear_show_on_the_vendor() {
    let house = House::open().await;
    let from = house.procurement().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "10" }])).await;
    let nothing = json!({ "vendor": { "rating": null, "onTimePct": null, "fillRatePct": null, "priceVariancePct": null } });
    assert_eq!(house.data(CARD, json!({ "id": vendor })).await, nothing);
    let (po, line) = (PurchaseOrderId::generate(), PurchaseOrderLineId::generate());
    house.hear(&from, "po.sent", (po.as_uuid(), order(&vendor, &product, (po, line, "10")))).await;
    wait_for_order(&house, line).await;
    let first = GoodsReceivedNoteId::generate();
    house
        .hear(
            &from,
            "grn.committed",
            (first.as_uuid(), note(&vendor, &product, (first, po), ("2026-07-03", "60", "11"))),
        )
        .await;
    let id = json!({ "id": vendor });
    // (2 × 100 + 2 × 50 + 0) ÷ 100: half of it came, in time, a tenth too dear.
    house.eventually(CARD, id.clone(), card("3", "100", "50", "10")).await;
    let second = GoodsReceivedNoteId::generate();
    let late = note(&vendor, &product, (second, po), ("2026-07-04", "72", "10"));
    house.hear(&from, "grn.committed", (second.as_uuid(), late.clone())).await;
    // More than was ordered fills no more than all of it.
    house.eventually(CARD, id.clone(), card("3.5", "50", "100", "4.55")).await;
    // Said again by another event, it is the same delivery.
    house.hear(&from, "grn.committed", (second.as_uuid(), late)).await;
    let failed = json!({ "goodsReceivedNoteId": first, "purchaseOrderId": po, "vendorId": vendor, "receivedOn": "2026-07-03" });
    house.hear(&from, "grn.posting_failed", (first.as_uuid(), failed)).await;
    house.eventually(CARD, id.clone(), card("2.2", "0", "60", "0")).await;
    house.prove().await;
    let cook = house.kit.caller(andaman(), &["vendors:view"]);
    let masked = house.ask_as(&cook, CARD, id).await;
    assert_eq!(
        (&masked["data"]["vendor"]["onTimePct"], &masked["data"]["vendor"]["priceVariancePct"]),
        (&json!("0"), &json!(null))
    );
}

#[tokio::test]
async fn what_is_due_and_did_not_come_counts_and_what_was_cancelled_does_not() {
    let house = House::open().await;
    let from = house.procurement().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    for ordered in ["10", "30"] {
        let (po, line) = (PurchaseOrderId::generate(), PurchaseOrderLineId::generate());
        house.hear(&from, "po.sent", (po.as_uuid(), order(&vendor, &product, (po, line, ordered)))).await;
        wait_for_order(&house, line).await;
        if ordered == "30" {
            house
                .hear(&from, "po.cancelled", (po.as_uuid(), order(&vendor, &product, (po, line, ordered))))
                .await;
        }
    }
    house.kit.clock().advance(std::time::Duration::from_secs(3 * 24 * 3_600));
    let query = "query($id: ID!) { vendor(id: $id) { fillRatePct } }";
    let mut seen = Value::Null;
    for _ in 0..100 {
        let reader = house.kit.caller(andaman(), &["vendors:view"]);
        seen = house.ask_as(&reader, query, json!({ "id": vendor })).await["data"]["vendor"]["fillRatePct"]
            .take();
        if seen == json!("0") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(seen, json!("0"));
    house.prove().await;
}

#[tokio::test]
async fn the_computed_rating_decides_between_equals_unless_somebody_entered_one() {
    let house = House::open().await;
    let from = house.procurement().await;
    let (one, other, product) = (house.vendor("ONE").await, house.vendor("OTHER").await, house.product());
    for vendor in [&one, &other] {
        house.active(vendor, json!([{ "productId": product, "unit": "kg", "price": "10" }])).await;
        let (po, line, grn) =
            (PurchaseOrderId::generate(), PurchaseOrderLineId::generate(), GoodsReceivedNoteId::generate());
        house.hear(&from, "po.sent", (po.as_uuid(), order(vendor, &product, (po, line, "1")))).await;
        wait_for_order(&house, line).await;
        let day = if *vendor == other { "2026-07-03" } else { "2026-07-09" };
        house
            .hear(
                &from,
                "grn.committed",
                (grn.as_uuid(), note(vendor, &product, (grn, po), (day, "12", "10"))),
            )
            .await;
    }
    let best = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product { bestOffer(quantity: \"1\") { vendor { code } reason } } } }";
    let keys = json!({ "keys": [{ "__typename": "Product", "id": product }] });
    let expected = |code: &str| json!({ "_entities": [{ "bestOffer": { "vendor": { "code": code }, "reason": "BETTER_RATING" } }] });
    house.eventually(best, keys.clone(), expected("OTHER")).await;
    house.mutate("updateVendor", json!({ "id": other, "expectedVersion": 2, "rating": "1" })).await;
    assert_eq!(house.data(best, keys).await, expected("ONE"));
    // However many vendors are listed: one statement for deliveries, one for orders.
    let statements = house.kit.db().statements();
    statements.start();
    house.data("{ vendors { nodes { onTimePct fillRatePct priceVariancePct } } }", json!({})).await;
    assert_eq!(["delivery", "expected_line"].map(|table| statements.count_on(table)), [1, 1]);
    statements.stop();
}

/// Waits until the service has noted a line of an order.
async fn wait_for_order(house: &House, line: PurchaseOrderLineId) {
    use sea_orm::{ConnectionTrait, Statement};
    let db = house.kit.db();
    let sql = "SELECT COUNT(*) FROM expected_line WHERE order_line_id = $1";
    for _ in 0..200 {
        let statement = Statement::from_sql_and_values(db.backend(), sql, [line.as_uuid().into()]);
        let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
        if row.try_get_by_index::<i64>(0).unwrap() == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the order was not noted");
}
