//! Contracts: their life, their price before all others, and what orders take of them.

use std::time::Duration;

use futures::future::join;
use primitives::{PurchaseOrderId, PurchaseOrderLineId};
use serde_json::{Value, json};
use subgraph_vendor::Purchasing;
use subgraph_vendor::contract::expiry::expire_over;

use crate::house::{House, andaman, lanna};

const USED: &str = "query($id: ID!) { contract(id: $id) { lines { nodes {
    usedQty { value } committedQty { value unit { code } } remainingQty { value unit { code } } } } } }";

fn used(used: &str, remaining: &str) -> Value {
    json!({ "contract": { "lines": { "nodes": [{
        "usedQty": { "value": used },
        "committedQty": { "value": "10", "unit": { "code": "case" } },
        "remainingQty": { "value": remaining, "unit": { "code": "kg" } },
    }] } } })
}

fn order(
    vendor: &str,
    product: &str,
    (line, ordered, cancelled): (PurchaseOrderLineId, &str, &str),
) -> Value {
    json!({ "purchaseOrderId": PurchaseOrderId::from_uuid(line.as_uuid()), "vendorId": vendor, "deliveryDate": "2026-07-03",
        "lines": [{ "lineId": line, "productId": product, "ordered": ordered, "cancelled": cancelled, "unit": "case",
            "factor": "12" }] })
}

#[tokio::test]
async fn a_contract_says_everything_that_is_wrong_with_it() {
    let house = House::open().await;
    let product = house.product();
    let input = json!({ "vendorId": primitives::VendorId::generate(), "validFrom": "2026-07-02", "validTo": "2026-07-01", "lines": [
        { "productId": product, "unit": "kg", "price": "10" },
        { "productId": product, "unit": "smoot", "price": "-1", "committedQty": "0" },
        { "productId": primitives::ProductId::generate(), "unit": "kg", "price": "10" },
    ]});
    let refused = house.mutate("createContract", input).await;
    let found = House::refusals(&refused);
    let found: Vec<(&str, &str)> = found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect();
    let expected = [
        ("NOT_FOUND", "vendorId"),
        ("VALIDATION_ERROR", "validTo"),
        ("VALIDATION_ERROR", "lines.1.unit"),
        ("VALIDATION_ERROR", "lines.1.price"),
        ("DUPLICATE", "lines.1.productId"),
        ("VALIDATION_ERROR", "lines.1.committedQty"),
        ("NOT_FOUND", "lines.2.productId"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn only_a_draft_is_edited_and_an_active_one_ends_for_a_reason() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
    let input = json!({ "vendorId": vendor, "validFrom": "2026-07-01", "validTo": "2026-12-31", "lines": lines,
        "idempotencyKey": "k1" });
    let created = house.mutate("createContract", input.clone()).await;
    assert_eq!(created, house.mutate("createContract", input).await);
    let id = created["contract"]["id"].as_str().unwrap();
    assert_eq!(created["contract"]["number"], "CT-2026-001");
    let edited = house
        .mutate("updateContract", json!({ "id": id, "expectedVersion": 1, "validTo": "2026-09-30" }))
        .await;
    assert_eq!(edited["contract"]["version"], 2);
    let early = house
        .mutate(
            "terminateContract",
            json!({ "id": id, "expectedVersion": 2, "reason": "we changed our minds" }),
        )
        .await;
    assert_eq!(House::refusals(&early)[0].0, "INVALID_STATE");
    let activate = json!({ "id": id, "expectedVersion": 2, "idempotencyKey": "k2" });
    let active = house.mutate("activateContract", activate.clone()).await;
    assert_eq!(active["contract"]["status"], "ACTIVE", "{active}");
    assert_eq!(active, house.mutate("activateContract", activate).await);
    let late =
        house.mutate("updateContract", json!({ "id": id, "expectedVersion": 3, "lines": lines })).await;
    assert_eq!(House::refusals(&late)[0].0, "INVALID_STATE");
    let stale = house
        .mutate("terminateContract", json!({ "id": id, "expectedVersion": 2, "reason": "they closed down" }))
        .await;
    assert_eq!(House::refusals(&stale)[0].0, "CONFLICT");
    let short =
        house.mutate("terminateContract", json!({ "id": id, "expectedVersion": 3, "reason": "no" })).await;
    assert_eq!(House::refusals(&short), [("VALIDATION_ERROR".to_owned(), "reason".to_owned())]);
    let ended = house
        .mutate("terminateContract", json!({ "id": id, "expectedVersion": 3, "reason": "they closed down" }))
        .await;
    assert_eq!(
        (&ended["contract"]["status"], &ended["contract"]["statusReason"]),
        (&json!("TERMINATED"), &json!("they closed down"))
    );
    let told: Vec<String> = house.told("contract.").await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["contract.activated", "contract.terminated"]);
}

#[tokio::test]
async fn of_two_contracts_for_one_product_activated_together_one_is_refused() {
    let house = House::open().await;
    let product = house.product();
    for round in 0..10 {
        let vendor = house.vendor(&format!("V{round}")).await;
        let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
        let mut ids = Vec::new();
        for (from, to) in [("2026-07-01", "2026-09-30"), ("2026-09-30", "2026-12-31")] {
            let input = json!({ "vendorId": vendor, "validFrom": from, "validTo": to, "lines": lines });
            ids.push(house.mutate("createContract", input).await["contract"]["id"].clone());
        }
        let activate =
            |id: &Value| house.mutate("activateContract", json!({ "id": id, "expectedVersion": 1 }));
        let (one, other) = join(activate(&ids[0]), activate(&ids[1])).await;
        let refused: Vec<_> = [&one, &other].into_iter().flat_map(House::refusals).collect();
        assert_eq!(refused, [("DUPLICATE".to_owned(), "validFrom".to_owned())], "{one} {other}");
    }
}

#[tokio::test]
async fn a_contracts_price_comes_first_until_it_is_used_up() {
    let house = House::open().await;
    let from = house.procurement().await;
    let (cheap, agreed, product) =
        (house.vendor("CHEAP").await, house.vendor("AGREED").await, house.product());
    house.active(&cheap, json!([{ "productId": product, "unit": "kg", "price": "9" }])).await;
    let lines = json!([{ "productId": product, "unit": "case", "price": "120", "committedQty": "10" }]);
    let id = house.agreed(&agreed, lines).await;
    let query = "query($keys: [_Any!]!, $quantity: Decimal!) { _entities(representations: $keys) { ... on Product {
        bestOffer(quantity: $quantity) { vendor { code } reason priceList { number } offer { contract { number } priceListNumber } } } } }";
    let keys = json!([{ "__typename": "Product", "id": product }]);
    let best = async |quantity: &str| {
        house.data(query, json!({ "keys": keys, "quantity": quantity })).await["_entities"][0]["bestOffer"]
            .take()
    };
    let first = best("120").await;
    let expected = json!({ "vendor": { "code": "AGREED" }, "reason": "CONTRACT", "priceList": null,
        "offer": { "contract": { "number": "CT-2026-001" }, "priceListNumber": "CT-2026-001" } });
    assert_eq!(first, expected);
    assert_eq!(best("121").await["vendor"]["code"], "CHEAP");
    let line = PurchaseOrderLineId::generate();
    house.hear(&from, "po.sent", (line.as_uuid(), order(&agreed, &product, (line, "4", "0")))).await;
    house.eventually(USED, json!({ "id": id }), used("48", "72")).await;
    assert_eq!(best("73").await["vendor"]["code"], "CHEAP");
    assert_eq!(best("72").await["vendor"]["code"], "AGREED");
}

#[tokio::test]
async fn what_an_order_takes_is_counted_once_and_given_back() {
    let house = House::open().await;
    let from = house.procurement().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let lines = json!([{ "productId": product, "unit": "case", "price": "120", "committedQty": "10" }]);
    let id = house.agreed(&vendor, lines).await;
    let (first, second) = (PurchaseOrderLineId::generate(), PurchaseOrderLineId::generate());
    let sent = order(&vendor, &product, (first, "9", "0"));
    // Said by two events, it is one order.
    house.hear(&from, "po.sent", (first.as_uuid(), sent.clone())).await;
    house.hear(&from, "po.sent", (first.as_uuid(), sent)).await;
    house.eventually(USED, json!({ "id": id }), used("108", "12")).await;
    house.hear(&from, "po.sent", (second.as_uuid(), order(&vendor, &product, (second, "2", "0")))).await;
    // More than is committed is a fact; nothing is left then.
    house.eventually(USED, json!({ "id": id }), used("132", "0")).await;
    house.hear(&from, "po.closed", (first.as_uuid(), order(&vendor, &product, (first, "9", "5")))).await;
    house.eventually(USED, json!({ "id": id }), used("72", "48")).await;
    house.hear(&from, "po.cancelled", (second.as_uuid(), order(&vendor, &product, (second, "2", "0")))).await;
    house.eventually(USED, json!({ "id": id }), used("48", "72")).await;
    let told = house.told("contract.consumed").await;
    let amounts: Vec<&str> =
        told.iter().map(|(_, payload)| payload["lines"][0]["used"].as_str().unwrap()).collect();
    assert_eq!(amounts, ["108", "132", "72", "48"]);
    assert_eq!((&told[0].1["contractId"], &told[0].1["lines"][0]["committed"]), (&json!(id), &json!("120")));
}

#[tokio::test]
async fn another_vendors_product_or_another_tenants_order_takes_nothing() {
    let house = House::open().await;
    let from = house.procurement().await;
    let (vendor, product, other) = (house.vendor("FISH").await, house.product(), house.product());
    let lines = json!([{ "productId": product, "unit": "case", "price": "120", "committedQty": "10" }]);
    let id = house.agreed(&vendor, lines).await;
    let line = PurchaseOrderLineId::generate();
    house.hear(&from, "po.sent", (line.as_uuid(), order(&vendor, &other, (line, "4", "0")))).await;
    let foreign = primitives::VendorId::generate().to_string();
    let line = PurchaseOrderLineId::generate();
    house.hear(&from, "po.sent", (line.as_uuid(), order(&foreign, &product, (line, "4", "0")))).await;
    let last = PurchaseOrderLineId::generate();
    house.hear(&from, "po.sent", (last.as_uuid(), order(&vendor, &product, (last, "1", "0")))).await;
    house.eventually(USED, json!({ "id": id }), used("12", "108")).await;
}

#[tokio::test]
async fn a_contract_expires_once_its_last_day_is_over() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    house.agreed(&vendor, json!([{ "productId": product, "unit": "kg", "price": "10" }])).await;
    let app = Purchasing::new(&house.kit.environment());
    let last = "2026-12-31T16:59:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - app.clock.now();
    app.clock.advance(last.to_std().unwrap());
    assert_eq!(expire_over(&app).await.unwrap(), 0);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(expire_over(&app).await.unwrap(), 1);
    assert_eq!(expire_over(&app).await.unwrap(), 0);
    assert_eq!(house.told("contract.expired").await.len(), 1);
}

#[tokio::test]
async fn contracts_are_listed_by_what_they_cover_and_for_their_tenant_only() {
    let house = House::open().await;
    let (first, second) = (house.vendor("A").await, house.vendor("B").await);
    let (rice, oil) = (house.product(), house.product());
    let id = house.agreed(&first, json!([{ "productId": rice, "unit": "kg", "price": "10" }])).await;
    house.agreed(&second, json!([{ "productId": oil, "unit": "kg", "price": "10" }])).await;
    let query = "query($where: ContractFilter, $after: String) { contracts(where: $where, sort: NUMBER_DESC, first: 1, after: $after) {
        totalCount nodes { number vendor { code } } pageInfo { hasNextPage endCursor } } }";
    let page = house.data(query, json!({})).await["contracts"].take();
    assert_eq!((&page["nodes"][0]["number"], &page["totalCount"]), (&json!("CT-2026-002"), &json!(2)));
    let next = house.data(query, json!({ "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(next["contracts"]["nodes"], json!([{ "number": "CT-2026-001", "vendor": { "code": "A" } }]));
    for (filter, count) in [
        (json!({ "productId": oil, "status": ["ACTIVE"] }), 1),
        (json!({ "vendorIds": [first], "validOn": "2027-01-01" }), 0),
        (
            json!({ "or": [{ "vendorIds": [first] }, { "vendorIds": [second] }], "not": { "status": ["DRAFT"] } }),
            2,
        ),
    ] {
        let found = house.data(query, json!({ "where": filter })).await;
        assert_eq!(found["contracts"]["totalCount"], count, "{filter}");
    }
    let other = house.kit.caller(lanna(), &["*"]);
    let query = "query($id: ID!, $keys: [_Any!]!) { contract(id: $id) { id } contracts { totalCount }
        _entities(representations: $keys) { ... on Contract { number } } }";
    let variables = json!({ "id": id, "keys": [{ "__typename": "Contract", "id": id }] });
    let hidden = house.ask_as(&other, query, variables.clone()).await;
    assert_eq!(
        hidden["data"],
        json!({ "contract": null, "contracts": { "totalCount": 0 }, "_entities": [null] })
    );
    let input = json!({ "id": id, "expectedVersion": 2, "reason": "we want it for ourselves" });
    let refused = house.mutate_as(&other, "terminateContract", input).await;
    assert_eq!(refused["data"]["terminateContract"]["userErrors"][0]["code"], "NOT_FOUND");
    let cook = house.kit.caller(andaman(), &["vendors:view", "contracts:view"]);
    let masked = "query($id: ID!) { contract(id: $id) { lines { nodes { price { amount } } } } }";
    let seen = house.ask_as(&cook, masked, json!({ "id": id })).await;
    assert_eq!(seen["data"]["contract"]["lines"]["nodes"], json!([{ "price": null }]), "{seen}");
}
