//! Balances put right with consent, and movements taken back.

use chassis::Caller;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, pairs, refusals};

fn step(adjustment: &Value) -> Value {
    json!({ "id": adjustment["id"], "expectedVersion": adjustment["version"] })
}

fn because(adjustment: &Value) -> Value {
    json!({ "id": adjustment["id"], "expectedVersion": adjustment["version"], "reason": "nobody can have meant that" })
}

/// The payload of a mutation by somebody.
async fn by(house: &House, caller: &Caller, mutation: &str, input: Value) -> Value {
    house.mutate_as(caller, mutation, input).await["data"][mutation].take()
}

/// Somebody who may correct balances and nothing else.
fn clerk(house: &House) -> Caller {
    house.kit.caller(andaman(), &["inventory:adjust", "inventory:view", "prices:view"])
}

/// Somebody who may decide.
fn chief(house: &House) -> Caller {
    house.kit.caller(andaman(), &["inventory:approve", "inventory:view", "prices:view"])
}

/// A hundred at twenty.
async fn stocked(house: &House) -> (String, String) {
    let (oil, store) = (house.product(), house.fifo_store("MAIN").await);
    house.receive(&[(&oil, &store, "100", "20")]).await;
    (oil, store)
}

fn waste(oil: &str, store: &str, quantity: &str) -> Value {
    json!({ "productId": oil, "locationId": store, "quantity": quantity, "reason": "WASTE" })
}

#[tokio::test]
async fn a_small_loss_is_posted_at_once_and_a_large_one_waits_for_consent() {
    let house = House::open().await;
    let (oil, store) = stocked(&house).await;
    let clerk = clerk(&house);
    let begin = async |quantity: &str| {
        let input = json!({ "lines": [waste(&oil, &store, quantity)] });
        by(&house, &clerk, "createStockAdjustment", input).await["stockAdjustment"].take()
    };
    let small = by(&house, &clerk, "submitStockAdjustment", step(&begin("-50").await)).await;
    assert_eq!(
        (&small["stockAdjustment"]["status"], &small["stockAdjustment"]["number"]),
        (&json!("POSTED"), &json!("SA-2026-001"))
    );
    let large =
        by(&house, &clerk, "submitStockAdjustment", step(&begin("-50").await)).await["stockAdjustment"]
            .take();
    // Another fifty at twenty are a thousand: just within.
    assert_eq!((&large["status"], &large["value"]["amount"]), (&json!("POSTED"), &json!("1000.00")));
    house.receive(&[(&oil, &store, "51", "20")]).await;
    let beyond =
        by(&house, &clerk, "submitStockAdjustment", step(&begin("-50.01").await)).await["stockAdjustment"]
            .take();
    assert_eq!(
        (&beyond["status"], house.balance(&oil, &store).await.0),
        (&json!("PENDING"), "51".to_owned())
    );
    // Not in one posting either.
    let direct = by(&house, &clerk, "adjustStock", json!({ "lines": [waste(&oil, &store, "-50.01")] })).await;
    assert_eq!(refusals(&direct), pairs(&[("LIMIT_EXCEEDED", "lines")]));
    assert_eq!(
        direct["userErrors"][0]["meta"],
        json!({ "reason": "WASTE", "limit": "1000", "value": "1000.2" })
    );
    let own = house.kit.caller(andaman(), &["*"]);
    let sent_back =
        by(&house, &chief(&house), "rejectStockAdjustment", because(&beyond)).await["stockAdjustment"].take();
    assert_eq!(sent_back["status"], "DRAFT");
    let again = by(&house, &own, "submitStockAdjustment", step(&sent_back)).await["stockAdjustment"].take();
    assert_eq!((&again["status"], &again["number"]), (&json!("PENDING"), &beyond["number"]));
    let refused = by(&house, &own, "approveStockAdjustment", step(&again)).await;
    assert_eq!(refusals(&refused), pairs(&[("SOD_VIOLATION", "id")]));
    let posted = by(&house, &chief(&house), "approveStockAdjustment", step(&again)).await;
    assert_eq!(posted["stockAdjustment"]["status"], "POSTED");
    assert_eq!(house.balance(&oil, &store).await.0, "0.99");
    house.prove().await;
}

#[tokio::test]
async fn a_limit_is_set_per_reason() {
    let house = House::open().await;
    let (oil, store) = stocked(&house).await;
    let set = json!({ "reason": "WASTE", "amount": "19.99", "expectedVersion": 0 });
    let limit = by(&house, &chief(&house), "setAdjustmentLimit", set.clone()).await;
    assert_eq!(limit["limit"], json!({ "reason": "WASTE", "amount": "19.99", "version": 1 }));
    let stale = by(&house, &chief(&house), "setAdjustmentLimit", set).await;
    assert_eq!(refusals(&stale), pairs(&[("CONFLICT", "expectedVersion")]));
    let wrong = json!({ "reason": "LOSS", "amount": "-1", "expectedVersion": 0 });
    assert_eq!(
        refusals(&by(&house, &chief(&house), "setAdjustmentLimit", wrong).await),
        pairs(&[("VALIDATION_ERROR", "amount")])
    );
    let clerk = clerk(&house);
    let direct = by(&house, &clerk, "adjustStock", json!({ "lines": [waste(&oil, &store, "-1")] })).await;
    assert_eq!(refusals(&direct), pairs(&[("LIMIT_EXCEEDED", "lines")]));
    let mut loss = waste(&oil, &store, "-1");
    loss["reason"] = json!("LOSS");
    assert_eq!(by(&house, &clerk, "adjustStock", json!({ "lines": [loss] })).await["userErrors"], json!([]));
    let limits = house.data("{ adjustmentLimits { reason amount version } }", json!({})).await;
    let limits = limits["adjustmentLimits"].as_array().unwrap();
    assert_eq!(
        (limits.len(), &limits[0]["amount"], &limits[3]["amount"]),
        (7, &json!("19.99"), &json!("1000"))
    );
}

#[tokio::test]
async fn what_was_posted_is_taken_back_once_at_what_it_left_with() {
    let house = House::open().await;
    let (oil, store) = stocked(&house).await;
    house.receive(&[(&oil, &store, "10", "30")]).await;
    let input =
        json!({ "lines": [waste(&oil, &store, "-3"), waste(&oil, &store, "-2")], "idempotencyKey": "spill" });
    let draft = house.mutate("createStockAdjustment", input.clone()).await["stockAdjustment"].take();
    assert_eq!(house.mutate("createStockAdjustment", input).await["stockAdjustment"], draft);
    let posted = house.mutate("submitStockAdjustment", step(&draft)).await["stockAdjustment"].take();
    assert_eq!(house.balance(&oil, &store).await, ("105".to_owned(), "2200.00".to_owned()));
    let reversed = house.mutate("reverseStockAdjustment", because(&posted)).await["stockAdjustment"].take();
    assert_eq!(reversed["status"], "REVERSED");
    assert!(reversed["reversalId"].is_string());
    assert_eq!(house.balance(&oil, &store).await, ("110".to_owned(), "2300.00".to_owned()));
    assert_eq!(
        refusals(&house.mutate("reverseStockAdjustment", because(&reversed)).await)[0].0,
        "INVALID_STATE"
    );
    assert_eq!(
        refusals(&house.mutate("cancelStockAdjustment", because(&reversed)).await)[0].0,
        "INVALID_STATE"
    );
    house.prove().await;
}

#[tokio::test]
async fn a_movement_is_taken_back_once_with_its_lots() {
    let house = House::open().await;
    let (fish, cold) = (house.dated_product(), house.fifo_store("COLD").await);
    let day = |days: i64| {
        (chassis::house::day(house.kit.clock().now()).get() + chrono::TimeDelta::days(days)).to_string()
    };
    house.receive_lot((&fish, &cold), ("A", &day(5)), "1").await;
    house.receive_lot((&fish, &cold), ("B", &day(9)), "2").await;
    let issued = house.issue(&fish, &cold, "3").await;
    let back = json!({ "movementId": issued["movements"][0]["id"], "reason": "the guest sent it back", "idempotencyKey": "back" });
    let taken = house.mutate("reverseMovement", back.clone()).await;
    assert_eq!(house.mutate("reverseMovement", back.clone()).await, taken);
    let values: Vec<_> = taken["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["totalValue"]["amount"].clone())
        .collect();
    assert_eq!(values.len(), 2);
    assert_eq!(house.balance(&fish, &cold).await, ("3".to_owned(), "30.00".to_owned()));
    assert_eq!(house.lots(&fish, &cold).await.len(), 2);
    let mut again = back;
    again["idempotencyKey"] = json!("again");
    assert_eq!(
        refusals(&house.mutate("reverseMovement", again).await)[0],
        ("DUPLICATE".to_owned(), "movementId".to_owned())
    );
    // What came in leaves at what it costs now, as far as it is still there.
    let rice = house.product();
    let received = house.receive(&[(&rice, &cold, "5", "4")]).await;
    house.issue(&rice, &cold, "3").await;
    let gone = json!({ "movementId": received["movements"][0]["id"], "reason": "it was never delivered" });
    let refused = house.mutate("reverseMovement", gone).await;
    assert_eq!(refusals(&refused), pairs(&[("INSUFFICIENT_STOCK", "movementId")]));
    let other = house.store("SIDE").await;
    let moved = json!({ "productId": rice, "fromLocationId": cold, "toLocationId": other, "quantity": "1" });
    let transfer = house.posted("transferStock", json!({ "lines": [moved] })).await;
    let leg = json!({ "movementId": transfer["movements"][0]["id"], "reason": "it should have stayed" });
    assert_eq!(
        refusals(&house.mutate("reverseMovement", leg.clone()).await),
        pairs(&[("INVALID_STATE", "movementId")])
    );
    let stranger = house.kit.caller(lanna(), &["*"]);
    assert_eq!(
        refusals(&by(&house, &stranger, "reverseMovement", leg).await),
        pairs(&[("NOT_FOUND", "movementId")])
    );
    house.prove().await;
}

#[tokio::test]
async fn adjustments_are_listed_by_a_tree_of_conditions_with_few_statements() {
    let house = House::open().await;
    let (oil, store) = stocked(&house).await;
    let draft = house.mutate("createStockAdjustment", json!({ "lines": [waste(&oil, &store, "-1")] })).await;
    house.mutate("submitStockAdjustment", step(&draft["stockAdjustment"])).await;
    house.kit.clock().advance(std::time::Duration::from_secs(1));
    house.mutate("createStockAdjustment", json!({ "lines": [waste(&oil, &store, "-2")] })).await;
    let query = "query($where: StockAdjustmentWhere) { stockAdjustments(where: $where, sort: CREATED_AT_ASC) { totalCount nodes { status
        lines { quantity { value } location { code } reason } } } }";
    for (filter, statuses) in [
        (json!({}), vec!["POSTED", "DRAFT"]),
        (json!({ "not": { "numbers": ["SA-2026-001"] } }), vec!["DRAFT"]),
        (
            json!({ "or": [{ "statuses": ["POSTED"] }, { "statuses": ["REVERSED"] }], "productIds": [oil], "locationIds": [store] }),
            vec!["POSTED"],
        ),
    ] {
        let listed = house.data(query, json!({ "where": filter })).await;
        let nodes = listed["stockAdjustments"]["nodes"].as_array().unwrap();
        assert_eq!(
            nodes.iter().map(|node| node["status"].as_str().unwrap()).collect::<Vec<_>>(),
            statuses,
            "{filter}"
        );
    }
    house.kit.db().statements().start();
    house.data(query, json!({})).await;
    // The page, its count, all lines, all locations.
    assert_eq!(house.kit.db().statements().stop().len(), 4);
    let stranger = house.kit.caller(lanna(), &["inventory:view"]);
    let nothing = house.ask_as(&stranger, query, json!({})).await;
    assert_eq!(nothing["data"]["stockAdjustments"]["totalCount"], 0);
}

/// Two chiefs consent at once, and the same movement is taken back at once: each happens once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_two_decide_at_once_happens_once() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    for _ in 0..20 {
        let oil = house.product();
        house.receive(&[(&oil, &store, "100", "20")]).await;
        let draft =
            house.mutate("createStockAdjustment", json!({ "lines": [waste(&oil, &store, "-60")] })).await;
        let pending =
            house.mutate("submitStockAdjustment", step(&draft["stockAdjustment"])).await["stockAdjustment"]
                .take();
        let chiefs = [chief(&house), chief(&house)];
        let decisions =
            join_all(chiefs.iter().map(|one| by(&house, one, "approveStockAdjustment", step(&pending))))
                .await;
        let posted = decisions.iter().filter(|payload| payload["userErrors"] == json!([])).count();
        assert_eq!((posted, house.balance(&oil, &store).await.0), (1, "40".to_owned()), "{decisions:?}");
        let issued = house.issue(&oil, &store, "10").await;
        let back = json!({ "movementId": issued["movements"][0]["id"], "reason": "the guest sent it back" });
        let taken = join_all((0..4).map(|_| house.mutate("reverseMovement", back.clone()))).await;
        let once = taken.iter().filter(|payload| payload["userErrors"] == json!([])).count();
        assert_eq!((once, house.balance(&oil, &store).await.0), (1, "40".to_owned()), "{taken:?}");
        house.prove().await;
    }
}
