//! Whom a single house prefers.

use chassis::testkit::TestPeer;
use primitives::PropertyId;
use serde_json::{Value, json};

use crate::house::{House, andaman};

const PREFER: &str = "mutation($input: PreferVendorInput!) { preferVendor(input: $input) { product { id } vendor { code } userErrors { code field } } }";
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
        json!({ "product": { "id": product }, "vendor": { "code": "OTHER" }, "userErrors": [] })
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
    prefer(&house, json!({ "propertyId": property, "productId": product })).await;
    assert_eq!(best(json!(property)).await, expected("ONE"));
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
