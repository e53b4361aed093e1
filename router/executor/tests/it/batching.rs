//! Entities are asked for in batches, each once, and come back to every object that is the same entity.

use crate::kit::{Fleet, Reply, data, errors, no_errors, products, representations, shop};
use serde_json::{Value, json};

fn offering(fleet: Fleet) -> Fleet {
    fleet.entities("vendor", |product| json!({ "offer": { "price": product["id"] } }))
}

#[tokio::test]
async fn twelve_products_cost_one_entity_fetch() {
    let fleet = offering(shop()).when("product", |_| json!({ "data": { "products": products(12) } }));
    let response = fleet.ask("{ products { offer { price } } }").await;
    let offers = no_errors(&response)["products"].as_array().unwrap();
    assert_eq!(offers.len(), 12);
    assert_eq!(offers[11], json!({ "offer": { "price": "11" } }));
    assert_eq!((response.traffic.requests_to("product"), response.traffic.requests_to("vendor")), (1, 1));
    assert_eq!(response.traffic.requests[1].representations, 12);
}

#[tokio::test]
async fn one_entity_in_many_places_is_asked_for_once() {
    let fleet = offering(shop()).when("product", |_| {
        let [a, b] = ["a", "b"].map(|id| json!({ "__typename": "Product", "id": id }));
        json!({ "data": { "products": [a, b, a, a] } })
    });
    let response = fleet.ask("{ products { id offer { price } } }").await;
    let prices: Vec<&Value> = no_errors(&response)["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["offer"]["price"])
        .collect();
    assert_eq!(prices, ["a", "b", "a", "a"]);
    assert_eq!(
        representations(&fleet.asked("vendor")[0]),
        [json!({ "__typename": "Product", "id": "a" }), json!({ "__typename": "Product", "id": "b" })]
    );
}

#[tokio::test]
async fn large_sets_are_split_and_every_part_finds_its_way_back() {
    let fleet = offering(shop()).when("product", |_| json!({ "data": { "products": products(2_500) } }));
    let response = fleet.ask("{ products { id offer { price } } }").await;
    for product in no_errors(&response)["products"].as_array().unwrap() {
        assert_eq!(product["id"], product["offer"]["price"]);
    }
    let mut sizes: Vec<usize> =
        fleet.asked("vendor").iter().map(|request| representations(request).len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [500, 1_000, 1_000]);
}

#[tokio::test]
async fn a_fetch_beyond_the_bound_is_refused_and_asks_nobody() {
    let fleet = offering(shop())
        .limited(|limits| limits.representations_per_fetch = 3)
        .when("product", |_| json!({ "data": { "products": products(4) } }));
    let response = fleet.ask("{ products { id offer { price } } }").await;
    assert_eq!(errors(&response), ["LIMIT_EXCEEDED products.0.offer"]);
    assert_eq!(data(&response)["products"][3], json!({ "id": "3", "offer": null }));
    assert_eq!(response.traffic.requests_to("vendor"), 0);
}

#[tokio::test]
async fn objects_without_their_key_are_not_asked_about() {
    let fleet = offering(shop()).when("product", |_| {
        let keyless = json!({ "__typename": "Product", "id": null });
        json!({ "data": { "products": [{ "__typename": "Product" }, keyless, products(1)[0]] } })
    });
    let response = fleet.ask("{ products { offer { price } } }").await;
    assert_eq!(
        no_errors(&response)["products"],
        json!([{ "offer": null }, { "offer": null }, { "offer": { "price": "0" } }])
    );
    assert_eq!(representations(&fleet.asked("vendor")[0]).len(), 1);
}

#[tokio::test]
async fn nobody_is_asked_when_there_is_nothing_to_ask_about() {
    let fleet = offering(shop()).when("product", |_| json!({ "data": { "products": [] } }));
    let response = fleet.ask("{ products { offer { price } } }").await;
    assert_eq!(no_errors(&response), &json!({ "products": [] }));
    assert!(fleet.asked("vendor").is_empty());
}

#[tokio::test]
async fn nested_lists_with_holes_keep_their_form() {
    let fleet = offering(shop()).when("product", |_| {
        let [a, b] = ["a", "b"].map(|id| json!({ "__typename": "Product", "id": id }));
        json!({ "data": { "shelves": [[a, null], null, [], [b]] } })
    });
    let response = fleet.ask("{ shelves { offer { price } } }").await;
    let offer = |price: &str| json!({ "offer": { "price": price } });
    assert_eq!(no_errors(&response)["shelves"], json!([[offer("a"), null], null, [], [offer("b")]]));
    assert_eq!(response.traffic.requests_to("vendor"), 1);
}

#[tokio::test]
async fn a_missing_entity_is_null_in_its_place_only() {
    let fleet = shop().when("product", |_| json!({ "data": { "products": products(3) } })).entities(
        "vendor",
        |product| match product["id"].as_str() {
            Some("1") => Value::Null,
            _ => json!({ "offer": { "price": "5" } }),
        },
    );
    let response = fleet.ask("{ products { offer { price } } }").await;
    let offered = json!({ "offer": { "price": "5" } });
    assert_eq!(no_errors(&response)["products"], json!([offered, { "offer": null }, offered]));
}

#[tokio::test]
async fn required_fields_travel_with_the_key_also_when_they_are_null() {
    let fleet = shop()
        .when("product", |_| {
            let mut products = products(3);
            products[0]["name"] = json!("salt");
            products[1]["name"] = Value::Null;
            json!({ "data": { "products": products } })
        })
        .entities("inventory", |product| json!({ "alert": format!("{} is low", product["name"]) }));
    let response = fleet.ask("{ products { alert } }").await;
    assert_eq!(
        no_errors(&response)["products"],
        json!([{ "alert": "\"salt\" is low" }, { "alert": "null is low" }, { "alert": "null is low" }])
    );
    let sent = &representations(&fleet.asked("inventory")[0])[1];
    assert_eq!(sent, &json!({ "__typename": "Product", "id": "1", "name": null }));
}

#[tokio::test]
async fn an_interface_object_learns_the_concrete_type() {
    let fleet = Fleet::of(&[
        (
            "media",
            "type Query { library: [Media!]! }
             interface Media @key(fields: \"id\") { id: ID! title: String! }
             type Book implements Media @key(fields: \"id\") { id: ID! title: String! }
             type Film implements Media @key(fields: \"id\") { id: ID! title: String! minutes: Int }",
        ),
        (
            "review",
            "type Query { top: [Media!]! }
             type Media @key(fields: \"id\") @interfaceObject { id: ID! stars: Int! }",
        ),
    ])
    .when("review", |request| {
        let top = ["1", "2"].map(|id| json!({ "__typename": "Media", "id": id, "stars": 5 }));
        let entities: Vec<Value> = representations(request)
            .iter()
            .map(|media| json!({ "__typename": "Media", "id": media["id"], "stars": 4 }))
            .collect();
        json!({ "data": { "top": top, "_entities": entities } })
    })
    .when("media", |request| {
        let film = json!({ "__typename": "Film", "id": "2", "title": "Tampopo", "minutes": 114 });
        let book = json!({ "__typename": "Book", "id": "1", "title": "Larousse" });
        let both = json!([book, film]);
        assert!(representations(request).iter().all(|media| media["__typename"] == "Media"));
        json!({ "data": { "library": both, "_entities": both } })
    });
    let down = fleet.ask("{ top { __typename stars ... on Film { minutes } } }").await;
    assert_eq!(
        no_errors(&down)["top"],
        json!([{ "__typename": "Book", "stars": 5 }, { "__typename": "Film", "stars": 5, "minutes": 114 }])
    );
    let up = fleet.ask("{ library { __typename stars } }").await;
    assert_eq!(
        no_errors(&up)["library"],
        json!([{ "__typename": "Book", "stars": 4 }, { "__typename": "Film", "stars": 4 }])
    );
}

#[tokio::test]
async fn compound_keys_and_nested_keys_are_sent_whole() {
    let fleet = Fleet::of(&[
        (
            "a",
            "type Query { lines: [Line] }
             type Line @key(fields: \"number order { id shop { code } }\") { number: Int! order: Order! }
             type Order @shareable { id: ID! shop: Shop! }
             type Shop @shareable { code: ID! }",
        ),
        (
            "b",
            "type Line @key(fields: \"number order { id shop { code } }\") { number: Int! order: Order! price: String }
             type Order @shareable { id: ID! shop: Shop! }
             type Shop @shareable { code: ID! }",
        ),
    ])
    .when("a", |_| {
        let line = |shop| json!({ "__typename": "Line", "number": 1, "order": { "id": "o", "shop": shop } });
        json!({ "data": { "lines": [line(json!({ "code": "s" })), line(json!({ "code": null }))] } })
    })
    .when("b", |_| Reply::from(json!({ "data": { "_entities": [{ "price": "9" }] } })));
    let response = fleet.ask("{ lines { price } }").await;
    assert_eq!(no_errors(&response)["lines"], json!([{ "price": "9" }, { "price": null }]));
    let sent = representations(&fleet.asked("b")[0]);
    let whole = json!({ "__typename": "Line", "number": 1, "order": { "id": "o", "shop": { "code": "s" } } });
    assert_eq!(sent, [whole]);
}
