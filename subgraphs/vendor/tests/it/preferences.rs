//! Whom a single house prefers.

use chassis::testkit::TestPeer;
use primitives::PropertyId;
use serde_json::{Value, json};

use crate::house::{House, andaman};

const PREFER: &str = "mutation($input: PreferVendorInput!) { preferVendor(input: $input) { product { id } vendor { code } preference { version } userErrors { code field } } }";
const COMPARE: &str = "query($ids: [ID!]!, $property: ID) { comparePrices(productIds: $ids, propertyId: $property) { prices { rank isPreferred vendor { code } } } }";
const BEST: &str =
    "query($keys: [_Any!]!, $property: ID) { _entities(representations: $keys) { ... on Product {
    bestOffer(quantity: \"1\", propertyId: $property) { vendor { code } reason } } } }";

/// A house group with one house, which the users service knows.
async fn with_property() -> (House, String) {
    let house = House::open().await;
    let property = PropertyId::generate().to_string();
    let known = property.clone();
    let users = TestPeer::answering(move |request| {
        let asked = request.variables["keys"][0]["id"].as_str().unwrap_or_default();
        json!({ "_entities": [if asked == known { json!({ "id": asked }) } else { Value::Null }] })
    });
    house.kit.peers().connect("users", users);
    (house, property)
}

async fn prefer(house: &House, input: Value) -> Value {
    house.data(PREFER, json!({ "input": input })).await["preferVendor"].take()
}

#[tokio::test]
async fn a_houses_own_preference_stands_in_place_of_the_tenants() {
    let (house, property) = with_property().await;
    let (one, other, product) = (house.vendor("ONE").await, house.vendor("OTHER").await, house.product());
    for vendor in [&one, &other] {
        house.active(vendor, json!([{ "productId": product, "unit": "kg", "price": "10" }])).await;
    }
    house
        .mutate("setVendorProduct", json!({ "vendorId": one, "productId": product, "isPreferred": true }))
        .await;
    let input =
        json!({ "propertyId": property, "productId": product, "vendorId": other, "idempotencyKey": "k1" });
    let preferred = prefer(&house, input.clone()).await;
    assert_eq!(
        preferred,
        json!({ "product": { "id": product }, "vendor": { "code": "OTHER" }, "preference": { "version": 1 }, "userErrors": [] })
    );
    assert_eq!(prefer(&house, input).await, preferred);
    let best = async |property: Value| {
        let keys = json!([{ "__typename": "Product", "id": product }]);
        house.data(BEST, json!({ "keys": keys, "property": property })).await["_entities"][0]["bestOffer"]
            .take()
    };
    let expected = |code: &str| json!({ "vendor": { "code": code }, "reason": "PREFERRED" });
    assert_eq!((best(json!(property)).await, best(Value::Null).await), (expected("OTHER"), expected("ONE")));
    assert_eq!(best(json!(PropertyId::generate())).await, expected("ONE"));
    let compared = house.data(COMPARE, json!({ "ids": [product], "property": property })).await;
    let first = &compared["comparePrices"][0]["prices"][0];
    assert_eq!(*first, json!({ "rank": 1, "isPreferred": true, "vendor": { "code": "OTHER" } }));
    // Without a vendor the house prefers whom the tenant prefers again.
    let none = json!({ "propertyId": property, "productId": product, "expectedVersion": 1 });
    assert_eq!(
        prefer(&house, none).await,
        json!({ "product": { "id": product }, "vendor": null, "preference": null, "userErrors": [] })
    );
    assert_eq!(best(json!(property)).await, expected("ONE"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_preference_is_replaced_as_it_was_seen_by_one_of_many_in_every_round() {
    let (house, property) = with_property().await;
    let (one, other, product) = (house.vendor("ONE").await, house.vendor("OTHER").await, house.product());
    let conflict = [("CONFLICT".to_owned(), "expectedVersion".to_owned())];
    let mut seen = Value::Null;
    for round in 1..=20 {
        let everybody = [&one, &other, &one, &other, &one, &other].map(|vendor| {
            prefer(&house, json!({ "propertyId": property, "productId": product, "vendorId": vendor, "expectedVersion": seen }))
        });
        let answers = futures::future::join_all(everybody).await;
        let (set, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer["userErrors"] == json!([]));
        assert_eq!(set.len(), 1, "round {round}: {refused:?}");
        assert_eq!(set[0]["preference"]["version"], round);
        assert!(refused.iter().all(|answer| House::refusals(answer) == conflict), "{refused:?}");
        seen = json!(round);
    }
    let gone = |seen: Value| json!({ "propertyId": property, "productId": product, "expectedVersion": seen, "idempotencyKey": seen.to_string() });
    assert_eq!(House::refusals(&prefer(&house, gone(json!(19))).await), conflict);
    let removed = prefer(&house, gone(json!(20))).await;
    assert_eq!(removed["userErrors"], json!([]));
    assert_eq!(prefer(&house, gone(json!(20))).await, removed, "the same once more");
    let again = prefer(&house, gone(json!(21))).await;
    assert_eq!(House::refusals(&again), [("NOT_FOUND".to_owned(), "productId".to_owned())]);
}

#[tokio::test]
async fn preferences_are_listed_for_their_tenant() {
    let (house, property) = with_property().await;
    let (one, other) = (house.vendor("ONE").await, house.vendor("OTHER").await);
    let (rice, fish) = (house.product(), house.product());
    for (product, vendor) in [(&rice, &one), (&fish, &other)] {
        prefer(&house, json!({ "propertyId": property, "productId": product, "vendorId": vendor })).await;
        house.kit.clock().advance(std::time::Duration::from_secs(60));
    }
    let query = "query($where: VendorPreferenceFilter, $sort: VendorPreferenceSort! = PROPERTY_ASC, $first: Int, $after: String) {
        vendorPreferences(where: $where, sort: $sort, first: $first, after: $after) { totalCount nodes {
        property { id } product { id } vendor { code } version } pageInfo { endCursor hasNextPage } } }";
    let node = |product: &String, code: &str| json!({ "property": { "id": property }, "product": { "id": product }, "vendor": { "code": code }, "version": 1 });
    let latest = house.data(query, json!({ "sort": "UPDATED_AT_DESC" })).await["vendorPreferences"].take();
    assert_eq!(latest["nodes"], json!([node(&fish, "OTHER"), node(&rice, "ONE")]));
    let first = house.data(query, json!({ "first": 1 })).await["vendorPreferences"].take();
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
    let rest = json!({ "first": 1, "after": first["pageInfo"]["endCursor"] });
    let rest = house.data(query, rest).await["vendorPreferences"].take();
    assert_ne!(rest["nodes"], first["nodes"]);
    for (filter, nodes) in [
        (json!({ "vendorIds": [one] }), json!([node(&rice, "ONE")])),
        (
            json!({ "propertyIds": [property], "not": { "productIds": [rice] } }),
            json!([node(&fish, "OTHER")]),
        ),
        (json!({ "propertyIds": [one] }), json!([])),
    ] {
        let listed = house.data(query, json!({ "where": filter })).await;
        assert_eq!(listed["vendorPreferences"]["nodes"], nodes, "{filter}");
    }
    let foreigner = house.kit.caller(crate::house::lanna(), &["vendors:view"]);
    let none = house.ask_as(&foreigner, query, json!({})).await;
    assert_eq!(none["data"]["vendorPreferences"]["totalCount"], 0, "{none}");
    let guest = house.kit.caller(andaman(), &[]);
    let refused = house.ask_as(&guest, query, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["permission"], "vendors:view");
}

#[tokio::test]
async fn everything_wrong_with_a_preference_comes_out_at_once() {
    let (house, property) = with_property().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let nobody = primitives::VendorId::generate();
    let input = json!({ "propertyId": PropertyId::generate(), "productId": nobody, "vendorId": nobody });
    let found = House::refusals(&prefer(&house, input).await);
    let expected =
        ["propertyId", "productId", "vendorId"].map(|path| ("NOT_FOUND".to_owned(), path.to_owned()));
    assert_eq!(found, expected);
    house
        .mutate("setVendorProduct", json!({ "vendorId": vendor, "productId": product, "isBlocked": true }))
        .await;
    let input = json!({ "propertyId": property, "productId": product, "vendorId": vendor });
    assert_eq!(
        House::refusals(&prefer(&house, input.clone()).await),
        [("VALIDATION_ERROR".to_owned(), "vendorId".to_owned())]
    );
    let guest = house.kit.caller(andaman(), &["vendors:view"]);
    let refused = house.ask_as(&guest, PREFER, json!({ "input": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["permission"], "vendors:update");
}
