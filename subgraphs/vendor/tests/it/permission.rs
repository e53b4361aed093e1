//! Who may do what: each mutation and query against a caller who lacks its permission.

use serde_json::json;

use crate::house::{House, andaman};

#[tokio::test]
async fn every_mutation_needs_its_permission() {
    let house = House::open().await;
    let id = primitives::VendorId::generate().to_string();
    let moved = json!({ "id": id, "expectedVersion": 1 });
    let all = [
        ("createVendor", "vendors:create", json!({ "code": "A", "name": "A", "currency": "THB" })),
        ("updateVendor", "vendors:update", moved.clone()),
        ("activateVendor", "vendors:update", moved.clone()),
        ("blockVendor", "vendors:update", moved.clone()),
        ("unblockVendor", "vendors:update", moved.clone()),
        ("archiveVendor", "vendors:update", moved.clone()),
        ("setVendorProduct", "vendors:update", json!({ "vendorId": id, "productId": id })),
        (
            "createPriceList",
            "pricelists:create",
            json!({ "vendorId": id, "validFrom": "2026-07-01", "validTo": "2026-07-01", "lines": [] }),
        ),
        ("updatePriceList", "pricelists:create", moved.clone()),
        ("submitPriceList", "pricelists:create", moved.clone()),
        ("approvePriceList", "pricelists:approve", moved.clone()),
        ("rejectPriceList", "pricelists:approve", moved.clone()),
        ("inactivatePriceList", "pricelists:approve", moved),
    ];
    let guest = house.kit.caller(andaman(), &["vendors:view", "pricelists:view", "prices:view"]);
    for (mutation, permission, input) in all {
        let refused = house.mutate_as(&guest, mutation, input.clone()).await;
        let error = &refused["errors"][0];
        assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{mutation}: {refused}");
        assert_eq!(error["extensions"]["permission"], permission, "{mutation}");
        assert_eq!(error["path"], json!([mutation]));
        let holder = house.kit.caller(andaman(), &[permission]);
        let tried = house.mutate_as(&holder, mutation, input).await;
        assert_ne!(tried["errors"][0]["extensions"]["code"], "FORBIDDEN", "{mutation}: {tried}");
    }
}

#[tokio::test]
async fn every_question_needs_its_permission() {
    let house = House::open().await;
    let nobody = house.kit.caller(andaman(), &["products:view"]);
    let id = primitives::VendorId::generate();
    for query in [
        "{ vendors { nodes { id } } }".to_owned(),
        format!("{{ vendor(id: \"{id}\") {{ id }} }}"),
        "{ vendorByCode(code: \"A\") { id } }".to_owned(),
        "{ vendorProducts { nodes { id } } }".to_owned(),
        "{ priceLists { nodes { id } } }".to_owned(),
        format!("{{ priceList(id: \"{id}\") {{ id }} }}"),
    ] {
        let refused = house.ask_as(&nobody, &query, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{query}: {refused}");
    }
}

#[tokio::test]
async fn without_the_permission_to_see_prices_money_is_null() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.vendor("FISH").await);
    house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "11" }])).await;
    let cook = house.kit.caller(andaman(), &["vendors:view"]);
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product {
        bestOffer(quantity: \"1\") { vendor { code } unitPrice { amount } total { amount } }
        offers { packPrice { amount } comparablePrice { amount } } } } }";
    let keys = json!([{ "__typename": "Product", "id": product }]);
    let seen = house.ask_as(&cook, query, json!({ "keys": keys })).await;
    let offer = &seen["data"]["_entities"][0]["bestOffer"];
    assert_eq!(*offer, json!({ "vendor": { "code": "FISH" }, "unitPrice": null, "total": null }), "{seen}");
    let listed = &seen["data"]["_entities"][0]["offers"];
    assert_eq!(*listed, json!([{ "packPrice": null, "comparablePrice": null }]), "{seen}");
}

#[tokio::test]
async fn each_role_may_do_what_is_written_down() {
    let house = House::open().await;
    chassis::testkit::check_roles(env!("CARGO_MANIFEST_DIR"), &house.kit, &house.subgraph, andaman()).await;
}
