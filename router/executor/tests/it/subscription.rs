//! Events come from one subgraph, in order, and the others complete them.

use crate::kit::{Fleet, OnDrop, Reply, data, errors, no_errors, products, shop};
use bytes::Bytes;
use futures::{StreamExt, stream};
use router_executor::{Response, TransportError, TransportFault};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const QUERY: &str = "subscription { stockChanged { cursor kind product { id rating } } }";

fn event(cursor: usize) -> Result<Bytes, TransportError> {
    let product = products(cursor + 1).pop().unwrap();
    let change = json!({ "cursor": cursor.to_string(), "kind": "IN", "product": product });
    Ok(Bytes::from(json!({ "data": { "stockChanged": change } }).to_string()))
}

fn rated(events: impl Fn() -> Reply + Send + Sync + 'static) -> Fleet {
    shop()
        .when("inventory", move |_| events())
        .entities("vendor", |product| json!({ "rating": product["id"].as_str().unwrap().len() }))
}

fn rating(response: &Response) -> &Value {
    &no_errors(response)["stockChanged"]["product"]["rating"]
}

#[tokio::test]
async fn each_event_is_completed_by_the_other_subgraphs_in_order() {
    let fleet = rated(|| Reply::Events(stream::iter((0..50).map(event)).boxed()));
    let responses: Vec<Response> = fleet.subscribe(QUERY).await.unwrap().collect().await;
    assert_eq!(responses.len(), 50);
    for (cursor, response) in responses.iter().enumerate() {
        assert_eq!(no_errors(response)["stockChanged"]["cursor"], cursor.to_string());
        assert_eq!(rating(response), cursor.to_string().len());
    }
    assert_eq!(fleet.asked("inventory").len(), 1, "one subscription upstream");
    assert_eq!(fleet.asked("vendor").len(), 50);
}

#[tokio::test]
async fn a_slow_client_holds_the_source_back() {
    let pulled = Arc::new(AtomicUsize::new(0));
    let counter = pulled.clone();
    let fleet = rated(move || {
        let counter = counter.clone();
        Reply::Events(
            stream::iter((0..1_000).map(move |cursor| {
                counter.fetch_add(1, Ordering::SeqCst);
                event(cursor)
            }))
            .boxed(),
        )
    });
    let mut responses = fleet.subscribe(QUERY).await.unwrap();
    for _ in 0..3 {
        rating(&responses.next().await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(pulled.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn dropping_the_stream_ends_the_subscription_upstream() {
    let ended = Arc::new(Mutex::new(false));
    let flag = ended.clone();
    let fleet = rated(move || {
        let guard = OnDrop(flag.clone());
        let events = stream::iter((0..2).map(event)).chain(stream::pending());
        Reply::Events(
            events
                .inspect(move |_| {
                    let _ = &guard;
                })
                .boxed(),
        )
    });
    let mut responses = fleet.subscribe(QUERY).await.unwrap();
    rating(&responses.next().await.unwrap());
    assert!(!*ended.lock().unwrap());
    drop(responses);
    assert!(*ended.lock().unwrap());
}

#[tokio::test]
async fn an_error_upstream_is_the_last_response() {
    let fleet = rated(|| {
        let broken = TransportError { fault: TransportFault::Unreachable, message: "it left".to_owned() };
        Reply::Events(stream::iter([event(0), Err(broken), event(1)]).boxed())
    });
    let responses: Vec<Response> = fleet.subscribe(QUERY).await.unwrap().collect().await;
    assert_eq!(responses.len(), 2);
    rating(&responses[0]);
    assert!(responses[1].is_refused());
    assert_eq!(errors(&responses[1]), ["UPSTREAM_UNAVAILABLE "]);
}

#[tokio::test]
async fn a_source_that_is_down_opens_no_stream() {
    let refused = shop().subscribe(QUERY).await.err().expect("nothing to subscribe to");
    assert_eq!(errors(&refused), ["UPSTREAM_UNAVAILABLE "]);
    assert_eq!(refused.errors[0].extensions["service"], "inventory");
}

#[tokio::test]
async fn a_refusal_of_the_source_reaches_the_client_with_its_code() {
    let fleet = rated(|| {
        Reply::from(json!({ "data": null, "errors": [{
            "message": "too old", "path": ["stockChanged"], "extensions": { "code": "CURSOR_EXPIRED" } }] }))
    });
    let responses: Vec<Response> = fleet.subscribe(QUERY).await.unwrap().collect().await;
    assert_eq!(responses.len(), 1);
    assert_eq!(errors(&responses[0]), ["CURSOR_EXPIRED stockChanged"]);
}

#[tokio::test]
async fn a_bad_event_or_a_subgraph_down_spoils_one_response_only() {
    let fleet = rated(|| {
        let nonsense = Ok(Bytes::from_static(b"nonsense"));
        Reply::Events(stream::iter([event(0), nonsense, event(2)]).boxed())
    });
    let responses: Vec<Response> = fleet.subscribe(QUERY).await.unwrap().collect().await;
    rating(&responses[0]);
    assert_eq!(errors(&responses[1]), ["SUBGRAPH_RESPONSE_MALFORMED stockChanged"]);
    assert_eq!(data(&responses[1]), &json!({ "stockChanged": null }));
    rating(&responses[2]);
}
