//! What the database itself refuses, and what the prover finds when somebody got past it.

use chassis::Error;
use sea_orm::ConnectionTrait;
use subgraph_inventory::prove;

use crate::house::House;

/// A house with ten of a product in a FIFO store, of which four are promised.
async fn stocked() -> House {
    let house = House::open().await;
    let (wine, store) = (house.product(), house.fifo_store("MAIN").await);
    house.receive(&[(&wine, &store, "10", "100")]).await;
    let line = serde_json::json!({ "productId": wine, "locationId": store, "quantity": "4" });
    house.mutate("reserveStock", serde_json::json!({ "lines": [line] })).await;
    house
}

async fn run(house: &House, sql: &'static str) -> Result<(), Error> {
    house.kit.db().write(|tx| async move { Ok(tx.execute_unprepared(sql).await.map(|_| ())?) }).await
}

#[tokio::test]
async fn no_statement_can_overdraw_a_balance() {
    let house = stocked().await;
    for sql in [
        "UPDATE inventory_item SET on_hand = -1",
        "UPDATE inventory_item SET on_hand = 300000",
        "UPDATE inventory_item SET reserved = 1100000",
        "UPDATE inventory_item SET reserved = -1",
        "UPDATE inventory_item SET on_hand = 0, reserved = 0",
        "UPDATE inventory_item SET cost_method = 'LIFO'",
        "UPDATE cost_layer SET quantity_left = -1",
        "UPDATE cost_layer SET quantity_left = quantity_in + 1",
        "UPDATE reservation SET quantity_left = 0",
        "UPDATE reservation SET status = 'RELEASED'",
    ] {
        assert!(run(&house, sql).await.is_err(), "{sql}");
    }
    house.prove().await;
}

#[tokio::test]
async fn the_ledger_can_only_grow() {
    let house = stocked().await;
    for sql in ["UPDATE stock_movement SET quantity = 1", "DELETE FROM stock_movement"] {
        assert!(run(&house, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn the_prover_names_every_balance_that_does_not_follow_from_the_ledger() {
    for (sql, rules) in [
        ("UPDATE inventory_item SET on_hand = on_hand + 100000", vec!["on hand is the sum of the movements"]),
        (
            "UPDATE inventory_item SET total_value = total_value + 1",
            vec!["value is the sum of the movements"],
        ),
        ("UPDATE inventory_item SET reserved = 0", vec!["reserved is the sum of the active reservations"]),
        ("UPDATE inventory_item SET average_cost = 1", vec!["average cost is value divided by on hand"]),
        ("UPDATE cost_layer SET value_left = value_left - 1", vec!["layers add up to the balance"]),
        ("UPDATE ledger_head SET last_seq = 7", vec!["the counter stands at the last line"]),
        ("UPDATE inventory_item_count SET items = items + 1", vec!["a location's balances are counted"]),
    ] {
        let house = stocked().await;
        run(&house, sql).await.unwrap();
        let report = prove(&house.kit.environment()).await.unwrap();
        let found: Vec<_> = report.violations.iter().map(|violation| violation.rule).collect();
        assert_eq!(found, rules, "{sql}");
        assert!(report.to_string().contains(rules[0]), "{report}");
    }
}
