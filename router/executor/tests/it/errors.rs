//! Every error ends up where the client looks for it, once for each thing that went wrong.

use crate::kit::{Fleet, Reply, data, error, errors, products, representations, shop};
use router_executor::{CallOutcome, TransportFault};
use serde_json::{Value, json};

fn three_products() -> Fleet {
    shop().when("product", |_| json!({ "data": { "products": products(3) } }))
}

#[tokio::test]
async fn a_subgraph_that_is_down_is_one_error_and_leaves_the_rest() {
    let fleet = shop()
        .when("product", |_| json!({ "data": { "list": products(3) } }))
        .when("vendor", |_| Reply::Fails(TransportFault::Unreachable))
        .entities("inventory", |_| json!({ "stock": [{ "location": "cellar", "onHand": 4 }] }));
    let response = fleet.ask("{ list: products { deal: offer { price } stock { onHand } } }").await;
    assert_eq!(errors(&response), ["UPSTREAM_UNAVAILABLE list.0.deal"]);
    assert_eq!(response.errors[0].extensions["service"], "vendor");
    assert_eq!(response.errors[0].extensions["reason"], "unreachable");
    let product = json!({ "deal": null, "stock": [{ "onHand": 4 }] });
    assert_eq!(data(&response)["list"], json!([product, product, product]));
    let failed = response.traffic.requests.iter().find(|call| call.service == "vendor").unwrap();
    assert_eq!(failed.outcome, CallOutcome::Failed(TransportFault::Unreachable));
}

#[tokio::test]
async fn a_root_that_is_down_is_one_error_at_its_field() {
    let fleet = shop().when("inventory", |_| json!({ "data": { "pieces": 7 } }));
    let response = fleet.ask("{ pieces one: product(id: 1) { offer { price } } }").await;
    assert_eq!(errors(&response), ["UPSTREAM_UNAVAILABLE one"]);
    assert_eq!(data(&response), &json!({ "pieces": 7, "one": null }));
}

#[tokio::test]
async fn each_kind_of_failure_says_its_reason() {
    for (fault, reason) in [
        (TransportFault::Timeout, "timeout"),
        (TransportFault::Unreachable, "unreachable"),
        (TransportFault::Status(503), "status"),
    ] {
        let fleet = shop().when("inventory", move |_| Reply::Fails(fault));
        let response = fleet.ask("{ pieces }").await;
        assert_eq!(errors(&response), ["UPSTREAM_UNAVAILABLE pieces"]);
        assert_eq!(response.errors[0].extensions["reason"], reason);
    }
}

#[tokio::test]
async fn a_subgraph_that_panics_takes_nobody_along() {
    let fleet = three_products().when("vendor", |_| Reply::Panics);
    let response = fleet.ask("{ products { id offer { price } } }").await;
    assert_eq!(errors(&response), ["UPSTREAM_UNAVAILABLE products.0.offer"]);
    assert_eq!(data(&response)["products"][2]["id"], "2");
}

#[tokio::test]
async fn a_failure_of_what_others_wait_for_is_still_one_error() {
    let fleet = shop()
        .when("product", |request| match representations(request).is_empty() {
            true => Reply::from(json!({ "data": { "product": products(1)[0] } })),
            false => Reply::Fails(TransportFault::Timeout),
        })
        .when("vendor", |_| json!({ "data": { "vendors": [{ "best": products(1)[0] }] } }))
        .entities("inventory", |_| json!({ "alert": null, "urgent": null }));
    let response = fleet.ask("{ vendors { best { alert urgent } } }").await;
    assert_eq!(errors(&response), ["UPSTREAM_UNAVAILABLE vendors.0.best.alert"]);
    assert_eq!(data(&response), &json!({ "vendors": [{ "best": null }] }));
}

#[tokio::test]
async fn errors_keep_message_and_extensions_and_gain_the_service() {
    let fleet = shop().when("product", |_| {
        json!({ "data": { "p": null }, "errors": [{
            "message": "no such product", "path": ["p"], "locations": [{ "line": 1, "column": 3 }],
            "extensions": { "code": "NOT_FOUND", "hint": "look elsewhere" }
        }] })
    });
    let response = fleet.ask("{ p: product(id: 1) { id } }").await;
    assert_eq!(
        serde_json::to_value(&response.errors).unwrap(),
        json!([{
            "message": "no such product", "path": ["p"],
            "extensions": { "code": "NOT_FOUND", "hint": "look elsewhere", "service": "product" }
        }])
    );
}

#[tokio::test]
async fn an_indexed_entity_error_goes_to_every_object_that_is_the_entity() {
    let fleet = shop()
        .when("product", |_| {
            let [a, b] = ["a", "b"].map(|id| json!({ "__typename": "Product", "id": id }));
            json!({ "data": { "products": [a, b, a] } })
        })
        .when("vendor", |_| {
            let faults = [error("closed", json!(["_entities", 0, "o", "v"]))];
            json!({ "data": { "_entities": [{ "o": null }, { "o": null }] }, "errors": faults })
        });
    let response = fleet.ask("{ products { o: offer { v: vendor { name } } } }").await;
    // `v` is not null, so the subgraph made `offer` null: no second error is due for that.
    assert_eq!(errors(&response), ["CLOSED products.0.o.v", "CLOSED products.2.o.v"]);
}

#[tokio::test]
async fn an_entity_error_without_an_index_belongs_to_the_batch_and_comes_once() {
    let fleet = three_products().when("inventory", |request| {
        let faults: Vec<Value> = representations(request)
            .iter()
            .map(|_| error("forbidden", json!(["_entities", "left"])))
            .collect();
        json!({ "data": { "_entities": [{}, {}, {}] }, "errors": faults })
    });
    let response = fleet.ask("{ products { left: stock { onHand } } }").await;
    assert_eq!(errors(&response), ["FORBIDDEN products.left"]);
    assert_eq!(data(&response)["products"][1], json!({ "left": null }));
}

#[tokio::test]
async fn an_entity_error_without_an_index_is_exact_when_there_is_one_object() {
    let fleet = shop()
        .when("product", |_| json!({ "data": { "products": products(1) } }))
        .when("inventory", |_| {
            json!({ "data": { "_entities": [{}] }, "errors": [error("forbidden", json!(["_entities", "stock"]))] })
        });
    let response = fleet.ask("{ products { stock { onHand } } }").await;
    assert_eq!(errors(&response), ["FORBIDDEN products.0.stock"]);
}

#[tokio::test]
async fn an_error_of_all_entities_is_one_error() {
    for path in [json!(["_entities"]), Value::Null] {
        let fleet = three_products().when(
            "vendor",
            move |_| json!({ "data": null, "errors": [error("unauthenticated", path.clone())] }),
        );
        let response = fleet.ask("{ products { id rating } }").await;
        assert_eq!(errors(&response), ["UNAUTHENTICATED products.0.rating"]);
        // `rating` is not null, nor are the products: the whole answer goes, with no error beside the cause.
        assert_eq!(data(&response), &Value::Null);
    }
}

#[tokio::test]
async fn an_error_without_a_path_beside_data_stays_without_one() {
    let fleet = shop()
        .when("inventory", |_| json!({ "data": { "pieces": 1 }, "errors": [error("slow", Value::Null)] }));
    let response = fleet.ask("{ pieces }").await;
    assert_eq!(errors(&response), ["SLOW "]);
    assert_eq!(data(&response), &json!({ "pieces": 1 }));
}

#[tokio::test]
async fn an_error_in_a_field_that_only_the_plan_needs_explains_what_waited_for_it() {
    let fleet = shop()
        .when("product", |_| {
            json!({ "data": { "product": { "__typename": "Product", "id": "1", "name": null } },
                    "errors": [error("broken", json!(["product", "name"]))] })
        })
        .entities("inventory", |_| json!({ "urgent": null }));
    let response = fleet.ask("{ product { id urgent } }").await;
    assert_eq!(errors(&response).len(), 1, "{:?}", response.errors);
    assert!(errors(&response)[0].starts_with("BROKEN product"));
    assert_eq!(data(&response), &json!({ "product": null }));
}

#[tokio::test]
async fn an_index_counts_within_its_own_part_of_a_split_batch() {
    let fleet = three_products().limited(|limits| limits.representations_per_request = 2).when(
        "vendor",
        |request| {
            let last = representations(request).len() - 1;
            let entities = vec![json!({ "offer": null }); last + 1];
            json!({ "data": { "_entities": entities }, "errors": [error("closed", json!(["_entities", last, "offer"]))] })
        },
    );
    let response = fleet.ask("{ products { offer { price } } }").await;
    let mut places = errors(&response);
    places.sort_unstable();
    assert_eq!(places, ["CLOSED products.1.offer", "CLOSED products.2.offer"]);
}

#[tokio::test]
async fn private_aliases_of_the_plan_never_show() {
    // The client calls the name `id`, so the plan has to fetch the key under a name of its own.
    let fleet = shop()
        .when("product", |request| {
            let before = request.query.split_once(": id").expect("an alias for the key").0;
            let key = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            json!({
                "data": { "product": { "__typename": "Product", "id": "salt", key: null } },
                "errors": [error("lost", json!(["product", key]))],
            })
        })
        .entities("vendor", |_| json!({ "rating": 1 }));
    let response = fleet.ask("{ product { id: name rating } }").await;
    // The key is lost, so `rating` is, so is its product: one cause, one error.
    assert_eq!(errors(&response), ["LOST product"]);
    assert_eq!(data(&response), &json!({ "product": null }));
    assert!(fleet.asked("vendor").is_empty());
}
