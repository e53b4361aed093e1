//! Vendors through their life, lists of them, and references to them.

use serde_json::json;

use crate::house::{House, lanna};

#[tokio::test]
async fn a_vendor_is_described_let_in_blocked_and_archived() {
    let house = House::open().await;
    let id = house.vendor("fish").await;
    let blocked =
        house.mutate("blockVendor", json!({ "id": id, "expectedVersion": 2, "reason": "late again" })).await;
    assert_eq!(blocked["vendor"]["statusReason"], "late again");
    let again =
        house.mutate("blockVendor", json!({ "id": id, "expectedVersion": 3, "reason": "late again" })).await;
    assert_eq!(House::refusals(&again), [("INVALID_STATE".to_owned(), String::new())]);
    let stale = house.mutate("unblockVendor", json!({ "id": id, "expectedVersion": 2 })).await;
    assert_eq!(House::refusals(&stale), [("CONFLICT".to_owned(), "expectedVersion".to_owned())]);
    assert_eq!(stale["userErrors"][0]["meta"]["currentVersion"], 3);
    let open = house.mutate("unblockVendor", json!({ "id": id, "expectedVersion": 3 })).await;
    assert_eq!(
        (&open["vendor"]["status"], &open["vendor"]["statusReason"]),
        (&json!("ACTIVE"), &json!(null))
    );
    let archived = house.mutate("archiveVendor", json!({ "id": id, "expectedVersion": 4 })).await;
    assert_eq!(archived["vendor"]["status"], "ARCHIVED");
}

#[tokio::test]
async fn a_code_is_unique_in_the_tenant_only() {
    let house = House::open().await;
    house.vendor("FISH").await;
    let input = json!({ "code": " fish ", "name": "Another", "currency": "THB", "leadTimeDays": -1 });
    let refused = house.mutate("createVendor", input.clone()).await;
    let expected = [("DUPLICATE", "code"), ("VALIDATION_ERROR", "leadTimeDays")];
    let found = House::refusals(&refused);
    assert_eq!(found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>(), expected);
    let other = house.kit.caller(lanna(), &["*"]);
    let input = json!({ "code": "fish", "name": "Another", "currency": "THB" });
    let created = house.mutate_as(&other, "createVendor", input).await;
    assert_eq!(created["data"]["createVendor"]["vendor"]["code"], "FISH");
}

#[tokio::test]
async fn a_repeated_request_has_one_effect_and_one_answer() {
    let house = House::open().await;
    let input = json!({ "code": "FISH", "name": "Fish", "currency": "THB", "idempotencyKey": "k1" });
    let first = house.mutate("createVendor", input.clone()).await;
    assert_eq!(house.mutate("createVendor", input.clone()).await, first);
    let mut other = input;
    other["name"] = json!("Other");
    let refused = house.mutate("createVendor", other).await;
    assert_eq!(House::refusals(&refused), [("IDEMPOTENCY_MISMATCH".to_owned(), "idempotencyKey".to_owned())]);
}

#[tokio::test]
async fn lists_are_searched_sorted_and_paged() {
    let house = House::open().await;
    for code in ["C", "A", "B"] {
        house.vendor(code).await;
    }
    let query =
        "query($after: String) { vendors(first: 2, after: $after, sort: CODE_DESC, search: \"vendor\") {
        nodes { code } totalCount pageInfo { hasNextPage endCursor } } }";
    let page = house.data(query, json!({})).await;
    assert_eq!(page["vendors"]["nodes"], json!([{ "code": "C" }, { "code": "B" }]));
    assert_eq!(page["vendors"]["totalCount"], 3);
    let next = house.data(query, json!({ "after": page["vendors"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(next["vendors"]["nodes"], json!([{ "code": "A" }]));
    assert_eq!(next["vendors"]["pageInfo"]["hasNextPage"], false);
    let blocked = house.data("{ vendors(where: { status: [BLOCKED] }) { nodes { code } } }", json!({})).await;
    assert_eq!(blocked["vendors"]["nodes"], json!([]));
    let anything = "{ vendors(where: { or: [{}, { codes: [\"A\"] }] }) { totalCount } }";
    assert_eq!(house.data(anything, json!({})).await["vendors"]["totalCount"], 3);
    let combined =
        "{ vendors(where: { or: [{ codes: [\"a\"] }, { status: [BLOCKED] }], not: { codes: [\"B\"] } }) {
        nodes { code } } priceLists(where: { or: [] }) { nodes { id } } }";
    let found = house.data(combined, json!({})).await;
    assert_eq!(found, json!({ "vendors": { "nodes": [{ "code": "A" }] }, "priceLists": { "nodes": [] } }));
}

#[tokio::test]
async fn fifty_references_cost_one_statement_and_other_tenants_see_none() {
    let house = House::open().await;
    let mut keys = Vec::new();
    for number in 0..50 {
        let id = house.vendor(&format!("V{number}")).await;
        keys.push(json!({ "__typename": "Vendor", "id": id }));
    }
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Vendor { code } } }";
    let statements = house.kit.db().statements();
    statements.start();
    let found = house.data(query, json!({ "keys": keys })).await;
    assert_eq!(found["_entities"][49]["code"], "V49");
    assert_eq!(statements.count_on("vendor"), 1);
    statements.stop();
    let other = house.kit.caller(lanna(), &["*"]);
    let hidden = house.ask_as(&other, query, json!({ "keys": keys })).await;
    assert!(hidden["data"]["_entities"].as_array().unwrap().iter().all(serde_json::Value::is_null));
    let id = &keys[0]["id"];
    let single =
        house.ask_as(&other, "query($id: ID!) { vendor(id: $id) { code } }", json!({ "id": id })).await;
    assert_eq!(single["data"]["vendor"], json!(null));
    let input = json!({ "id": id, "expectedVersion": 2, "reason": "mine now" });
    let foreign = house.mutate_as(&other, "blockVendor", input).await;
    assert_eq!(foreign["data"]["blockVendor"]["userErrors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn one_vendor_is_preferred_for_a_product_at_a_time() {
    let house = House::open().await;
    let (first, second, product) = (house.vendor("A").await, house.vendor("B").await, house.product());
    for vendor in [&first, &second] {
        let input = json!({ "vendorId": vendor, "productId": product, "isPreferred": true });
        let set = house.mutate("setVendorProduct", input).await;
        assert_eq!(set["vendorProduct"]["isPreferred"], true, "{set}");
    }
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product { preferredVendor { code } } } }";
    let found = house.data(query, json!({ "keys": [{ "__typename": "Product", "id": product }] })).await;
    assert_eq!(found["_entities"][0]["preferredVendor"]["code"], "B");
    let mut both = json!({ "vendorId": first, "productId": product, "isPreferred": true, "isBlocked": true });
    assert_eq!(
        House::refusals(&house.mutate("setVendorProduct", both.clone()).await)[0].0,
        "CONFLICT",
        "not seen"
    );
    // Its preference went to the other one meanwhile.
    both["expectedVersion"] = json!(2);
    assert_eq!(House::refusals(&house.mutate("setVendorProduct", both).await)[0].1, "isBlocked");
    let unknown = primitives::ProductId::generate().to_string();
    let nobody = house.mutate("setVendorProduct", json!({ "vendorId": first, "productId": unknown })).await;
    assert_eq!(House::refusals(&nobody), [("NOT_FOUND".to_owned(), "productId".to_owned())]);
}

#[tokio::test]
async fn a_relation_notes_the_pack_and_is_listed_from_both_sides() {
    let house = House::open().await;
    let (first, second, product) = (house.vendor("A").await, house.vendor("B").await, house.product());
    let input = json!({ "vendorId": first, "productId": product, "unit": "case", "vendorSku": "4711",
        "isPreferred": true, "idempotencyKey": "k1" });
    let set = house.mutate("setVendorProduct", input.clone()).await;
    let pack = json!({ "value": "12", "unit": { "code": "kg" } });
    assert_eq!(
        (&set["vendorProduct"]["pack"], &set["vendorProduct"]["version"]),
        (&pack, &json!(1)),
        "{set}"
    );
    assert_eq!(house.mutate("setVendorProduct", input).await, set);
    let stale = json!({ "vendorId": first, "productId": product, "expectedVersion": 0 });
    let refused = house.mutate("setVendorProduct", stale).await;
    assert_eq!(House::refusals(&refused), [("CONFLICT".to_owned(), "expectedVersion".to_owned())]);
    house.kit.clock().advance(std::time::Duration::from_secs(1));
    let input = json!({ "vendorId": second, "productId": product, "isPreferred": true });
    house.mutate("setVendorProduct", input).await;
    let query = "query($product: ID!) { vendorProducts(where: { productIds: [$product] }) { totalCount
        nodes { vendor { code } vendorSku isPreferred version } }
        vendorByCode(code: \"a\") { products { nodes { product { id } } } priceLists(status: [ACTIVE]) { totalCount } } }";
    let found = house.data(query, json!({ "product": product })).await;
    let expected = json!([
        { "vendor": { "code": "A" }, "vendorSku": "4711", "isPreferred": false, "version": 2 },
        { "vendor": { "code": "B" }, "vendorSku": null, "isPreferred": true, "version": 1 },
    ]);
    assert_eq!(found["vendorProducts"], json!({ "totalCount": 2, "nodes": expected }));
    assert_eq!(found["vendorByCode"]["products"]["nodes"][0]["product"]["id"], json!(product));
    assert_eq!(found["vendorByCode"]["priceLists"]["totalCount"], 0);
    for (sort, codes) in
        [("CREATED_AT_DESC", ["B", "A"]), ("CREATED_AT_ASC", ["A", "B"]), ("UPDATED_AT_DESC", ["B", "A"])]
    {
        let query = format!("{{ vendorProducts(sort: {sort}) {{ nodes {{ vendor {{ code }} }} }} }}");
        let found = house.data(&query, json!({})).await;
        let expected = codes.map(|code| json!({ "vendor": { "code": code } }));
        assert_eq!(found["vendorProducts"]["nodes"], json!(expected), "{sort}");
    }
}

#[tokio::test]
async fn everything_wrong_with_a_relation_comes_out_at_once() {
    let house = House::open().await;
    let unknown = primitives::ProductId::generate().to_string();
    let input = json!({ "vendorId": unknown, "productId": unknown, "unit": "smoot", "vendorSku": "x".repeat(65),
        "isPreferred": true, "isBlocked": true });
    let found = House::refusals(&house.mutate("setVendorProduct", input).await);
    let expected = [
        ("NOT_FOUND", "vendorId"),
        ("NOT_FOUND", "productId"),
        ("VALIDATION_ERROR", "vendorSku"),
        ("VALIDATION_ERROR", "isBlocked"),
        ("VALIDATION_ERROR", "unit"),
    ];
    assert_eq!(found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn two_vendors_made_preferred_together_leave_one() {
    let house = House::open().await;
    let (first, second, product) = (house.vendor("A").await, house.vendor("B").await, house.product());
    let prefer = |vendor: &str| json!({ "vendorId": vendor, "productId": product, "isPreferred": true });
    let (one, other) = futures::future::join(
        house.mutate("setVendorProduct", prefer(&first)),
        house.mutate("setVendorProduct", prefer(&second)),
    )
    .await;
    for payload in [&one, &other] {
        let refused = House::refusals(payload);
        assert!(refused.iter().all(|(code, path)| code == "DUPLICATE" && path == "isPreferred"), "{payload}");
    }
    let query = "{ vendorProducts(where: { isPreferred: true }) { totalCount } }";
    assert_eq!(house.data(query, json!({})).await["vendorProducts"]["totalCount"], 1);
}
