//! Price lists from draft to force.

use futures::future::join;
use serde_json::json;

use crate::house::House;

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
    let query = "query($id: ID!) { priceList(id: $id) { validTo lines { totalCount nodes { unit price { amount currency } holds { value unit { code } } } } } }";
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
        let refused: Vec<(String, String)> =
            [&one, &other].into_iter().flat_map(|payload| House::refusals(payload)).collect();
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
