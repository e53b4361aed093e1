//! Months of the books: what may still be posted, what was written down, and looking back.

use chassis::testkit::TestDatabase;
use futures::future::join_all;
use primitives::GoodsReceivedNoteId;
use serde_json::{Value, json};

use crate::deliveries::{delivery, procurement, take_over};
use crate::house::{House, andaman, lanna, pairs, refusals};

/// A month some months from the clock's own, as it is written.
pub(crate) fn month(house: &House, months_ago: u32) -> String {
    let today = chassis::house::day(house.kit.clock().now()).get();
    (today - chrono::Months::new(months_ago)).format("%Y-%m").to_string()
}

/// The last day of a month.
fn last_day(month: &str) -> String {
    let first: chrono::NaiveDate = format!("{month}-01").parse().unwrap();
    (first + chrono::Months::new(1)).pred_opt().unwrap().to_string()
}

pub(crate) fn step(month: &str, version: i32) -> Value {
    json!({ "month": month, "expectedVersion": version })
}

fn because(month: &str, version: i32) -> Value {
    json!({ "month": month, "expectedVersion": version, "reason": "a delivery was forgotten" })
}

/// Receives so many at ten on the tenth of a month; answers the payload.
pub(crate) async fn receive_in(
    house: &House,
    (product, store): (&str, &str),
    (month, quantity): (&str, &str),
) -> Value {
    let line = json!({ "productId": product, "locationId": store, "quantity": quantity, "unitCost": "10" });
    let input = json!({ "occurredAt": format!("{month}-10T08:00:00Z"), "lines": [line] });
    house.mutate("receiveStock", input).await
}

async fn close(house: &House, month: &str, version: i32) {
    let closed = house.mutate("closeStockPeriod", step(month, version)).await;
    assert_eq!((&closed["userErrors"], &closed["stockPeriod"]["status"]), (&json!([]), &json!("CLOSED")));
}

#[tokio::test]
async fn nothing_is_posted_into_a_closed_month_until_it_is_opened_again() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let (before, last) = (month(&house, 2), month(&house, 1));
    receive_in(&house, (&rice, &store), (&before, "5")).await;
    close(&house, &before, 0).await;
    let late = receive_in(&house, (&rice, &store), (&before, "1")).await;
    assert_eq!(refusals(&late), pairs(&[("PERIOD_CLOSED", "occurredAt")]));
    assert_eq!(late["userErrors"][0]["meta"], json!({ "closedBefore": format!("{last}-01") }));
    // Everything before the first closed month is closed with it, and the next month is open.
    let earlier = receive_in(&house, (&rice, &store), (&month(&house, 4), "1")).await;
    assert_eq!(refusals(&earlier)[0].0, "PERIOD_CLOSED");
    assert_eq!(receive_in(&house, (&rice, &store), (&last, "2")).await["userErrors"], json!([]));
    // A promise moves nothing, whenever it is made.
    let line = json!({ "productId": rice, "locationId": store, "quantity": "1" });
    assert_eq!(house.mutate("reserveStock", json!({ "lines": [line] })).await["userErrors"], json!([]));
    house.mutate("reopenStockPeriod", because(&before, 1)).await;
    assert_eq!(receive_in(&house, (&rice, &store), (&before, "1")).await["userErrors"], json!([]));
    close(&house, &before, 2).await;
    house.prove().await;
}

#[tokio::test]
async fn every_step_of_a_month_is_judged() {
    let house = House::open().await;
    let (two, one, now) = (month(&house, 2), month(&house, 1), month(&house, 0));
    let refused = |payload: Value| refusals(&payload);
    assert_eq!(
        refused(house.mutate("closeStockPeriod", step(&now, 0)).await),
        pairs(&[("VALIDATION_ERROR", "month")])
    );
    assert_eq!(
        refused(house.mutate("closeStockPeriod", step("July", 0)).await),
        pairs(&[("VALIDATION_ERROR", "month")])
    );
    assert_eq!(refused(house.mutate("reopenStockPeriod", because(&two, 0)).await)[0].0, "INVALID_STATE");
    close(&house, &two, 0).await;
    assert_eq!(refused(house.mutate("closeStockPeriod", step(&two, 1)).await)[0].0, "INVALID_STATE");
    assert_eq!(
        refused(house.mutate("lockStockPeriod", step(&two, 0)).await),
        pairs(&[("CONFLICT", "expectedVersion")])
    );
    close(&house, &one, 0).await;
    // The later month stands in the way.
    assert_eq!(
        refused(house.mutate("reopenStockPeriod", because(&two, 1)).await),
        pairs(&[("VALIDATION_ERROR", "month")])
    );
    let locked = house.mutate("lockStockPeriod", step(&two, 1)).await;
    assert_eq!(locked["stockPeriod"]["status"], "LOCKED");
    assert_eq!(refused(house.mutate("reopenStockPeriod", because(&two, 2)).await)[0].0, "INVALID_STATE");
    let mut again = because(&one, 1);
    again["idempotencyKey"] = json!("reopen");
    let opened = house.mutate("reopenStockPeriod", again.clone()).await;
    assert_eq!(opened["stockPeriod"]["status"], "OPEN");
    assert_eq!(house.mutate("reopenStockPeriod", again).await, opened);
    let query = "query($where: StockPeriodWhere) { stockPeriods(where: $where, sort: MONTH_ASC) { nodes { month status closedBy { id } } totalCount } }";
    let all = house.data(query, json!({})).await;
    assert_eq!(all["stockPeriods"]["totalCount"], 2);
    let open = house
        .data(query, json!({ "where": { "statuses": ["OPEN"], "not": { "before": format!("{one}-01") } } }))
        .await;
    assert_eq!(open["stockPeriods"]["nodes"][0]["month"], json!(one));
    let neighbour = house.kit.caller(lanna(), &["inventory:view"]);
    assert_eq!(house.ask_as(&neighbour, query, json!({})).await["data"]["stockPeriods"]["totalCount"], 0);
}

#[tokio::test]
async fn a_month_is_not_closed_over_a_count_that_began_in_it() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let planned = house.counted("planStockCount", json!({ "locationId": store, "mode": "LIVE" })).await;
    let begin = json!({ "id": planned["id"], "expectedVersion": planned["version"] });
    let count = house.counted("startStockCount", begin).await;
    let began = month(&house, 0);
    house.kit.clock().advance(std::time::Duration::from_secs(32 * 24 * 60 * 60));
    let keeper = house.kit.caller(andaman(), &["*"]);
    let refused = house.mutate_as(&keeper, "closeStockPeriod", step(&began, 0)).await;
    let refused = &refused["data"]["closeStockPeriod"]["userErrors"][0];
    assert_eq!((&refused["code"], &refused["meta"]["countsUnderWay"]), (&json!("INVALID_STATE"), &json!(1)));
    let stop =
        json!({ "id": count["id"], "expectedVersion": count["version"], "reason": "nobody has time for it" });
    house.mutate_as(&keeper, "cancelStockCount", stop).await;
    let closed = house.mutate_as(&keeper, "closeStockPeriod", step(&began, 0)).await;
    assert_eq!(closed["data"]["closeStockPeriod"]["stockPeriod"]["status"], "CLOSED");
}

const VALUATION: &str = "query($asOf: Date!, $where: ValuationWhere) { valuation(asOf: $asOf, where: $where) { asOf basedOn { month }
    totals { amount currency } locations { location { code } totalValue { amount } }
    items { nodes { onHand { value } totalValue { amount } item { location { code } } } } } }";

#[tokio::test]
async fn looking_back_starts_from_the_last_snapshot() {
    let house = House::open().await;
    let (rice, wine) = (house.product(), house.product());
    let (store, city) =
        (house.store("MAIN").await, house.location("CITY", json!({ "currency": "SGD" })).await);
    let (three, two, one) = (month(&house, 3), month(&house, 2), month(&house, 1));
    receive_in(&house, (&rice, &store), (&three, "5")).await;
    receive_in(&house, (&wine, &city), (&two, "2")).await;
    let open = house.data(VALUATION, json!({ "asOf": last_day(&three) })).await["valuation"].take();
    assert_eq!(
        (&open["basedOn"], &open["totals"]),
        (&Value::Null, &json!([{ "amount": "50.00", "currency": "THB" }]))
    );
    close(&house, &three, 0).await;
    close(&house, &two, 0).await;
    receive_in(&house, (&rice, &store), (&one, "1")).await;
    house.issue(&rice, &store, "4").await;
    for (day, based, thb, held) in [
        (last_day(&three), Some(&three), "50.00", "5"),
        (format!("{two}-05"), Some(&three), "50.00", "5"),
        (last_day(&two), Some(&two), "50.00", "5"),
        (format!("{one}-09"), Some(&two), "50.00", "5"),
        (format!("{one}-10"), Some(&two), "60.00", "6"),
        (chassis::house::day(house.kit.clock().now()).get().to_string(), Some(&two), "20.00", "2"),
    ] {
        let then = house.data(VALUATION, json!({ "asOf": day, "where": { "productIds": [rice] } })).await["valuation"].take();
        assert_eq!(then["basedOn"]["month"], json!(based), "{day}");
        assert_eq!(then["totals"], json!([{ "amount": thb, "currency": "THB" }]), "{day}");
        let items = then["items"]["nodes"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["onHand"]["value"]), (1, &json!(held)), "{day}");
        assert_eq!(items[0]["totalValue"]["amount"], json!(thb), "{day}");
    }
    let all = house.data(VALUATION, json!({ "asOf": last_day(&two) })).await["valuation"].take();
    let expected = json!([{ "location": { "code": "CITY" }, "totalValue": { "amount": "20.00" } },
        { "location": { "code": "MAIN" }, "totalValue": { "amount": "50.00" } }]);
    assert_eq!(all["locations"], expected);
    assert_eq!(all["totals"].as_array().unwrap().len(), 2);
    house.kit.db().statements().start();
    house.data(VALUATION, json!({ "asOf": last_day(&two) })).await;
    // The base; snapshot and movements of totals, of locations and of the page; the page; locations twice at most.
    assert!(house.kit.db().statements().stop().len() <= 10);
    let partner = house.kit.caller(andaman(), &["inventory:view"]);
    let hidden = house.ask_as(&partner, VALUATION, json!({ "asOf": last_day(&two) })).await;
    assert!(hidden.get("errors").is_none() && !hidden.to_string().contains("amount"), "{hidden}");
    house.prove().await;
}

/// In Bangkok it is seven in the morning when the day begins in Greenwich.
#[tokio::test]
async fn a_month_ends_at_midnight_in_the_house() {
    let house = House::open().await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    let (before, last) = (month(&house, 2), month(&house, 1));
    let day = last_day(&before);
    let receive = async |time: &str, quantity: &str| {
        let line = json!({ "productId": rice, "locationId": store, "quantity": quantity, "unitCost": "10" });
        let input = json!({ "occurredAt": format!("{day}T{time}Z"), "lines": [line] });
        house.mutate("receiveStock", input).await
    };
    for (time, quantity) in [("16:59:59", "1"), ("17:00:00", "2")] {
        assert_eq!(receive(time, quantity).await["userErrors"], json!([]));
    }
    // Also after the close, when the second one is read on top of the snapshot.
    for closes in [false, true] {
        if closes {
            close(&house, &before, 0).await;
        }
        for (as_of, total) in [(day.clone(), "10.00"), (format!("{last}-01"), "30.00")] {
            let then = house.data(VALUATION, json!({ "asOf": as_of })).await["valuation"].take();
            assert_eq!(then["totals"], json!([{ "amount": total, "currency": "THB" }]), "{as_of}");
        }
    }
    assert_eq!(refusals(&receive("16:59:59", "3").await), pairs(&[("PERIOD_CLOSED", "occurredAt")]));
    assert_eq!(receive("17:00:00", "4").await["userErrors"], json!([]));
    house.prove().await;
}

/// A delivery that procurement dates into a closed month comes back with the reason.
#[tokio::test]
async fn a_delivery_of_a_closed_month_comes_back() {
    let mut house = House::open().await;
    let from: TestDatabase = procurement(&house).await;
    let (rice, store) = (house.product(), house.store("MAIN").await);
    house.receive(&[(&rice, &store, "1", "1")]).await;
    let this = month(&house, 0);
    house.kit.clock().advance(std::time::Duration::from_secs(32 * 24 * 60 * 60));
    house.keeper = house.kit.caller(andaman(), &["*"]);
    close(&house, &this, 0).await;
    let id = GoodsReceivedNoteId::generate();
    let told = delivery(id, (&rice, &store), ("4", "THB"));
    // The clock runs on; only an event that was made before the close is of the closed month.
    assert_eq!(take_over(&house, &from, (id, &told)).await.0, "delivery.posted");
    house.prove().await;
}

/// Postings race the close of their month: each is in the snapshot, or refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_posting_that_meets_the_close_of_its_month_is_in_the_snapshot_or_refused() {
    let house = House::open().await;
    let store = house.store("MAIN").await;
    let last = month(&house, 1);
    let (mut version, mut total) = (0, 0);
    let rice = house.product();
    receive_in(&house, (&rice, &store), (&last, "1")).await;
    total += 1;
    for _ in 0..20 {
        let posting = join_all((0..8).map(|_| receive_in(&house, (&rice, &store), (&last, "1"))));
        let (posted, closed) = tokio::join!(posting, house.mutate("closeStockPeriod", step(&last, version)));
        assert_eq!(closed["stockPeriod"]["status"], "CLOSED", "{closed}");
        for payload in &posted {
            match payload["userErrors"][0]["code"].as_str() {
                None => total += 1,
                Some("PERIOD_CLOSED") => {}
                Some(other) => panic!("{other}"),
            }
        }
        let then = house.data(VALUATION, json!({ "asOf": last_day(&last) })).await["valuation"].take();
        assert_eq!(then["basedOn"]["month"], json!(last));
        assert_eq!(then["items"]["nodes"][0]["onHand"]["value"], json!(total.to_string()));
        house.prove().await;
        let opened = house.mutate("reopenStockPeriod", because(&last, version + 1)).await;
        version = i32::try_from(opened["stockPeriod"]["version"].as_i64().unwrap()).unwrap();
    }
}
