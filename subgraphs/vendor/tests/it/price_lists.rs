//! Price lists from draft to force.

use std::time::Duration;

use chassis::outbox;
use futures::future::join;
use serde_json::{Value, json};
use subgraph_vendor::Purchasing;
use subgraph_vendor::price_list::expiry::expire_over;

use crate::house::{House, andaman, lanna};

#[tokio::test]
async fn a_list_says_everything_that_is_wrong_with_it() {
    let house = House::open().await;
    let vendor = house.vendor("FISH").await;
    let product = house.product();
    let stranger = primitives::ProductId::generate().to_string();
    let input = json!({ "vendorId": vendor, "validFrom": "2026-07-02", "validTo": "2026-07-01", "lines": [
        { "productId": product, "unit": "kg", "price": "10" },
        { "productId": stranger, "unit": "kg", "price": "10" },
        { "productId": product, "unit": "smoot", "price": "-1" },
        { "productId": product, "unit": "tray", "price": "1" },
    ]});
    let refused = house.mutate("createPriceList", input).await;
    assert_eq!(refused["priceList"], json!(null));
    let found = House::refusals(&refused);
    let found: Vec<(&str, &str)> = found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("VALIDATION_ERROR", "validTo"),
            ("NOT_FOUND", "lines.1.productId"),
            ("VALIDATION_ERROR", "lines.2.unit"),
            ("VALIDATION_ERROR", "lines.2.price"),
            ("UNIT_CONVERSION_MISSING", "lines.3.unit"),
        ]
    );
    let none = house.data("{ priceLists { totalCount } }", json!({})).await;
    assert_eq!(none["priceLists"]["totalCount"], 0);
}

#[tokio::test]
async fn a_float_as_price_is_refused_with_its_code() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let query = format!(
        "mutation {{ createPriceList(input: {{ vendorId: \"{vendor}\", validFrom: \"2026-07-01\", validTo: \"2026-07-02\", \
         lines: [{{ productId: \"{product}\", unit: \"kg\", price: 1.5 }}] }}) {{ priceList {{ id }} }} }}"
    );
    let refused = house.ask_as(&house.buyer, &query, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{refused}");
}

#[tokio::test]
async fn numbers_have_no_gaps() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
    let mut numbers = Vec::new();
    for good in [true, false, true] {
        let lines = if good { lines.clone() } else { json!([]) };
        let input =
            json!({ "vendorId": vendor, "validFrom": "2026-07-01", "validTo": "2026-07-31", "lines": lines });
        let created = house.mutate("createPriceList", input).await;
        numbers.push(created["priceList"]["number"].clone());
    }
    assert_eq!(json!(numbers), json!(["PL-2026-001", null, "PL-2026-002"]));
}

#[tokio::test]
async fn only_a_draft_is_edited_and_rejection_makes_one_again() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
    let id = house.submitted(&vendor, ("2026-07-01", "2026-07-31"), lines.clone()).await;
    let edit =
        house.mutate("updatePriceList", json!({ "id": id, "expectedVersion": 2, "lines": lines })).await;
    assert_eq!(House::refusals(&edit)[0].0, "INVALID_STATE");
    let short =
        house.mutate("rejectPriceList", json!({ "id": id, "expectedVersion": 2, "reason": "no" })).await;
    assert_eq!(House::refusals(&short), [("VALIDATION_ERROR".to_owned(), "reason".to_owned())]);
    let input = json!({ "id": id, "expectedVersion": 2, "reason": "the prices are those of last year" });
    let back = house.mutate("rejectPriceList", input).await;
    assert_eq!((&back["priceList"]["status"], &back["priceList"]["version"]), (&json!("DRAFT"), &json!(3)));
    let input = json!({ "id": id, "expectedVersion": 3, "validTo": "2026-08-31" });
    let edited = house.mutate("updatePriceList", input).await;
    assert_eq!(edited["userErrors"], json!([]));
    let query = "query($id: ID!) { priceList(id: $id) { validTo lines { totalCount nodes { unit { code } price { amount currency } holds { value unit { code } } } } } }";
    let list = house.data(query, json!({ "id": id })).await;
    assert_eq!(list["priceList"]["validTo"], "2026-08-31");
    let line = &list["priceList"]["lines"]["nodes"][0];
    assert_eq!(line["price"], json!({ "amount": "10.00", "currency": "THB" }));
    assert_eq!(line["holds"], json!({ "value": "1", "unit": { "code": "kg" } }));
}

#[tokio::test]
async fn of_two_overlapping_lists_approved_together_one_is_refused() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
    for round in 0..10 {
        let (from, to) = (format!("20{}-01-01", 40 + round), format!("20{}-06-30", 40 + round));
        let first = house.submitted(&vendor, (&from, &to), lines.clone()).await;
        let second = house.submitted(&vendor, (&to, &format!("20{}-12-31", 40 + round)), lines.clone()).await;
        let approve = |id: String| {
            let house = &house;
            async move { house.mutate("approvePriceList", json!({ "id": id, "expectedVersion": 2 })).await }
        };
        let (one, other) = join(approve(first), approve(second)).await;
        let refused: Vec<(String, String)> = [&one, &other].into_iter().flat_map(House::refusals).collect();
        assert_eq!(refused, [("DUPLICATE".to_owned(), "validFrom".to_owned())], "{one} {other}");
    }
}

#[tokio::test]
async fn lists_that_share_days_but_no_tier_are_both_in_force() {
    let house = House::open().await;
    let (vendor, first, second) = (house.vendor("FISH").await, house.product(), house.product());
    house.active(&vendor, json!([{ "productId": first, "unit": "kg", "price": "10" }])).await;
    house.active(&vendor, json!([{ "productId": second, "unit": "kg", "price": "10" }])).await;
    house
        .active(&vendor, json!([{ "productId": first, "unit": "kg", "price": "9", "minQuantity": "10" }]))
        .await;
}

#[tokio::test]
async fn a_list_that_supersedes_another_takes_its_place_in_the_same_moment() {
    let house = House::open().await;
    let (vendor, other, product) = (house.vendor("FISH").await, house.vendor("MEAT").await, house.product());
    let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
    let old = house.active(&vendor, lines.clone()).await;
    let foreign = house.active(&other, lines.clone()).await;
    let new = house.submitted(&vendor, ("2026-07-15", "2026-08-31"), lines).await;
    let unknown = primitives::PriceListId::generate().to_string();
    let bad = json!({ "id": new, "expectedVersion": 2, "supersedes": [foreign, unknown, old] });
    let refused = house.mutate("approvePriceList", bad).await;
    let found = House::refusals(&refused);
    let expected = [("VALIDATION_ERROR", "supersedes.0"), ("NOT_FOUND", "supersedes.1")];
    assert_eq!(found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!(status(&house, &old).await["status"], "ACTIVE");
    let good = json!({ "id": new, "expectedVersion": 2, "supersedes": [old] });
    assert_eq!(house.mutate("approvePriceList", good.clone()).await["priceList"]["status"], "ACTIVE");
    let old = status(&house, &old).await;
    assert_eq!(
        (&old["status"], &old["statusReason"]),
        (&json!("SUPERSEDED"), &json!("superseded by PL-2026-003"))
    );
}

#[tokio::test]
async fn a_list_expires_once_its_last_day_is_over() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let id = house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "10" }])).await;
    let app = Purchasing::new(&house.kit.environment());
    assert_eq!(expire_over(&app).await.unwrap(), 0);
    let last_day = "2026-07-31T16:59:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - app.clock.now();
    app.clock.advance(last_day.to_std().unwrap());
    assert_eq!(expire_over(&app).await.unwrap(), 0);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(expire_over(&app).await.unwrap(), 1);
    assert_eq!(expire_over(&app).await.unwrap(), 0);
    assert_eq!(status(&house, &id).await["status"], "EXPIRED");
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 100).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), last.actor_id), ("pricelist.expired", None));
}

#[tokio::test]
async fn another_tenant_finds_no_list_and_cannot_write_one() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let id = house.active(&vendor, json!([{ "productId": product, "unit": "kg", "price": "10" }])).await;
    let other = house.kit.caller(lanna(), &["*"]);
    let query = "query($id: ID!, $keys: [_Any!]!) { priceList(id: $id) { id } priceLists { totalCount }
        _entities(representations: $keys) { ... on PriceList { number } } }";
    let variables = json!({ "id": id, "keys": [{ "__typename": "PriceList", "id": id }] });
    let hidden = house.ask_as(&other, query, variables).await;
    let nothing = json!({ "priceList": null, "priceLists": { "totalCount": 0 }, "_entities": [null] });
    assert_eq!(hidden["data"], nothing, "{hidden}");
    let input = json!({ "id": id, "expectedVersion": 3, "reason": "no longer what was agreed" });
    let refused = house.mutate_as(&other, "inactivatePriceList", input).await;
    assert_eq!(refused["data"]["inactivatePriceList"]["userErrors"][0]["code"], "NOT_FOUND", "{refused}");
    let input = json!({ "vendorId": vendor, "validFrom": "2026-07-01", "validTo": "2026-07-31",
        "lines": [{ "productId": product, "unit": "kg", "price": "10" }] });
    let refused = house.mutate_as(&other, "createPriceList", input).await;
    let found = House::refusals(&refused["data"]["createPriceList"]);
    assert_eq!(found, [("NOT_FOUND".to_owned(), "vendorId".to_owned())]);
}

async fn status(house: &House, id: &str) -> Value {
    let query = "query($id: ID!) { priceList(id: $id) { status statusReason } }";
    // Signed in anew: the clock may have moved on beyond the first token's life.
    let reader = house.kit.caller(andaman(), &["pricelists:view"]);
    house.ask_as(&reader, query, json!({ "id": id })).await["data"]["priceList"].take()
}
