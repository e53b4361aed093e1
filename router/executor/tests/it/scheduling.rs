//! Fetches start when their own inputs are there, mutations keep their order, and nothing outlives a dropped request.

use crate::kit::{Reply, client, no_errors, products, representations, shop};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn after(millis: u64, value: Value) -> Reply {
    Reply::After(Duration::from_millis(millis), Box::new(Reply::from(value)))
}

#[tokio::test(start_paused = true)]
async fn independent_fetches_run_side_by_side_and_nobody_waits_for_strangers() {
    let fleet = shop()
        .when("product", |_| after(10, json!({ "data": { "products": products(1) } })))
        .when("inventory", |_| after(200, json!({ "data": { "pieces": 1 } })))
        .when("vendor", |_| after(20, json!({ "data": { "_entities": [{ "rating": 1 }] } })));
    let started = tokio::time::Instant::now();
    let response = fleet.ask("{ pieces products { rating } }").await;
    no_errors(&response);
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_millis(210), "{took:?}");
    let vendor = response.traffic.requests.iter().find(|call| call.service == "vendor").unwrap();
    assert!(
        vendor.started < Duration::from_millis(20),
        "it must not wait for inventory: {:?}",
        vendor.started
    );
    assert!(vendor.took >= Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_than_allowed_are_under_way() {
    let fleet = shop()
        .limited(|limits| {
            limits.requests_in_flight = 2;
            limits.representations_per_request = 1;
        })
        .when("product", |_| json!({ "data": { "products": products(6) } }))
        .when("vendor", |_| after(100, json!({ "data": { "_entities": [{ "rating": 1 }] } })));
    let started = tokio::time::Instant::now();
    no_errors(&fleet.ask("{ products { rating } }").await);
    assert_eq!(fleet.asked("vendor").len(), 6);
    assert!(started.elapsed() >= Duration::from_millis(300), "six requests, two at a time");
}

#[tokio::test(start_paused = true)]
async fn mutations_run_one_after_the_other_and_each_once() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let noting = |who: &'static str, answer: Value| {
        let log = log.clone();
        move |request: &router_protocol::SubgraphRequest| {
            log.lock().unwrap().push(who);
            let entities: Vec<Value> =
                representations(request).iter().map(|_| json!({ "rating": 2 })).collect();
            let mut answer = answer.clone();
            if !entities.is_empty() {
                answer = json!({ "data": { "_entities": entities } });
            }
            after(50, answer)
        }
    };
    let fleet = shop()
        .when("product", {
            let answer = noting("product", Value::Null);
            move |request| match answer(request) {
                Reply::After(delay, _) => {
                    let key = if request.query.contains("c:") { "c" } else { "a" };
                    Reply::After(delay, Box::new(Reply::from(json!({ "data": { key: products(1)[0] } }))))
                }
                other => other,
            }
        })
        .when("vendor", noting("vendor", json!({ "data": { "b": { "name": "v" } } })));
    let response = fleet
        .ask("mutation { a: rename(id: 1) { rating } b: order(id: 1) { name } c: rename(id: 1) { id } }")
        .await;
    assert_eq!(
        no_errors(&response),
        &json!({ "a": { "rating": 2 }, "b": { "name": "v" }, "c": { "id": "0" } })
    );
    assert_eq!(*log.lock().unwrap(), ["product", "vendor", "vendor", "product"]);
}

#[tokio::test]
async fn a_failed_mutation_is_not_repeated_and_the_next_one_still_runs() {
    let fleet = shop().when("vendor", |_| json!({ "data": { "order": { "name": "v" } } }));
    let response = fleet.ask("mutation { rename(id: 1) { id } order(id: 1) { name } }").await;
    assert_eq!(response.data, Some(json!({ "rename": null, "order": { "name": "v" } })));
    assert_eq!((fleet.asked("product").len(), fleet.asked("vendor").len()), (1, 1));
}

#[tokio::test]
async fn dropping_a_request_ends_what_is_under_way() {
    let gave_up = Arc::new(Mutex::new(false));
    let flag = gave_up.clone();
    let fleet = shop().when("inventory", move |_| Reply::Never(flag.clone()));
    let prepared = fleet.prepare("{ pieces }");
    let running = fleet.executor().execute(&prepared, client(json!({})));
    assert!(tokio::time::timeout(Duration::from_millis(50), running).await.is_err());
    assert_eq!(fleet.asked("inventory").len(), 1);
    for _ in 0..100 {
        if *gave_up.lock().unwrap() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the call to the subgraph outlived the request");
}
