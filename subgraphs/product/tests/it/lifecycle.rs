//! Describing products and moving them through their life.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_product_is_described_and_put_into_use() {
    let house = House::open().await;
    let poultry = house.category("Poultry", None).await;
    let product = house
        .must(
            "createProduct",
            json!({
                "code": "poul-001", "name": "Chicken thigh", "localName": "สะโพกไก่", "categoryId": poultry,
                "baseUnit": "kg", "purchaseUnits": ["box"], "recipeUnits": ["g"], "barcodes": ["4006381333931"],
                "conversions": [{ "from": "box", "to": "kg", "fromQty": "1", "toQty": "10" }],
                "shelfLifeDays": 5, "lotTracked": true, "expiryTracked": true,
            }),
        )
        .await;
    assert_eq!(
        (&product["code"], &product["status"], &product["version"]),
        (&json!("POUL-001"), &json!("DRAFT"), &json!(1))
    );
    let active = house.must("activateProduct", json!({ "id": product["id"], "expectedVersion": 1 })).await;
    assert_eq!((&active["status"], &active["version"]), (&json!("ACTIVE"), &json!(2)));
    let read = house
        .data(
            "query($id: ID!) { product(id: $id) { name localName category { name } baseUnit { code name } purchaseUnits { code }
             recipeUnits { code } barcodes conversions { from { code } to { code } fromQty toQty } shelfLifeDays lotTracked
             expiryTracked isPurchasable isStocked isUsedInRecipe isSold createdAt createdBy { id } factorToBase(unit: \"box\") } }",
            json!({ "id": product["id"] }),
        )
        .await;
    assert_eq!(
        read["product"],
        json!({
            "name": "Chicken thigh", "localName": "สะโพกไก่", "category": { "name": "Poultry" },
            "baseUnit": { "code": "kg", "name": "kilogram" }, "purchaseUnits": [{ "code": "box" }],
            "recipeUnits": [{ "code": "g" }], "barcodes": ["4006381333931"],
            "conversions": [{ "from": { "code": "box" }, "to": { "code": "kg" }, "fromQty": "1", "toQty": "10" }],
            "shelfLifeDays": 5, "lotTracked": true, "expiryTracked": true, "isPurchasable": true, "isStocked": true,
            "isUsedInRecipe": true, "isSold": false, "createdAt": "2026-07-01T08:00:00Z",
            "createdBy": { "id": house.chef.user.to_string() }, "factorToBase": "10",
        })
    );
    assert_eq!(house.events().await, ["product.created", "product.status_changed"]);
}

#[tokio::test]
async fn every_fault_is_named_at_once_and_nothing_is_written() {
    let house = House::open().await;
    let poultry = house.category("Poultry", None).await;
    house.active("A-1", "Taken", &poultry).await;
    let refusals = house
        .refusals(
            "createProduct",
            json!({
                "code": "a-1", "name": "", "categoryId": primitives::CategoryId::generate(), "baseUnit": "kilo",
                "purchaseUnits": ["box", "nope"], "barcodes": ["4006381333932"],
                "conversions": [{ "from": "box", "to": "box", "fromQty": "1", "toQty": "0" }], "density": "-1",
                "shelfLifeDays": 0,
            }),
        )
        .await;
    assert_eq!(
        refusals,
        [
            "DUPLICATE code",
            "VALIDATION_ERROR name",
            "NOT_FOUND categoryId",
            "VALIDATION_ERROR baseUnit",
            "VALIDATION_ERROR purchaseUnits.1",
            "VALIDATION_ERROR barcodes.0",
            "VALIDATION_ERROR conversions.0.toQty",
            "VALIDATION_ERROR conversions.0.to",
            "VALIDATION_ERROR density",
            "VALIDATION_ERROR shelfLifeDays",
        ]
    );
    let count = house.data("{ products { totalCount } }", json!(null)).await;
    assert_eq!(count["products"]["totalCount"], 1);
}

#[tokio::test]
async fn an_incomplete_draft_is_not_put_into_use() {
    let house = House::open().await;
    let input = json!({ "code": "X", "name": "X", "baseUnit": "kg", "purchaseUnits": ["case"] });
    let draft = house.must("createProduct", input).await;
    assert_eq!(
        house.refusals("activateProduct", json!({ "id": draft["id"] })).await,
        ["VALIDATION_ERROR categoryId", "UNIT_CONVERSION_MISSING purchaseUnits.0"]
    );
}

#[tokio::test]
async fn a_life_goes_only_along_its_arrows() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let id = house.active("A-1", "Basil", &food).await;
    let payload = house.mutate("activateProduct", json!({ "id": id })).await;
    assert_eq!(payload["userErrors"][0]["code"], "INVALID_STATE");
    assert_eq!(payload["userErrors"][0]["meta"], json!({ "from": "ACTIVE", "to": "ACTIVE" }));
    house.must("deactivateProduct", json!({ "id": id })).await;
    house.must("activateProduct", json!({ "id": id })).await;
    let gone = house.must("discontinueProduct", json!({ "id": id })).await;
    assert_eq!(gone["status"], "DISCONTINUED");
    assert_eq!(house.refusals("activateProduct", json!({ "id": id })).await, ["INVALID_STATE "]);
    let update = json!({ "id": id, "expectedVersion": gone["version"], "name": "Thai basil" });
    assert_eq!(house.refusals("updateProduct", update).await, ["INVALID_STATE "]);
}

#[tokio::test]
async fn an_update_changes_what_it_mentions_and_clears_what_it_nulls() {
    let house = House::open().await;
    let input =
        json!({ "code": "A", "name": "Basil", "localName": "กะเพรา", "baseUnit": "kg", "shelfLifeDays": 4 });
    let product = house.must("createProduct", input).await;
    let update =
        json!({ "id": product["id"], "expectedVersion": 1, "name": "Holy basil", "localName": null });
    let updated = house.must("updateProduct", update).await;
    assert_eq!((&updated["name"], &updated["version"]), (&json!("Holy basil"), &json!(2)));
    let read = house.data("{ productByCode(code: \"a\") { localName shelfLifeDays } }", json!(null)).await;
    assert_eq!(read["productByCode"], json!({ "localName": null, "shelfLifeDays": 4 }));
    assert_eq!(house.events().await, ["product.created", "product.updated"]);
}

#[tokio::test]
async fn a_stale_update_learns_the_current_version() {
    let house = House::open().await;
    let product =
        house.must("createProduct", json!({ "code": "A", "name": "Basil", "baseUnit": "kg" })).await;
    house
        .must("updateProduct", json!({ "id": product["id"], "expectedVersion": 1, "name": "Thai basil" }))
        .await;
    let stale = json!({ "id": product["id"], "expectedVersion": 1, "name": "Lemon basil" });
    let payload = house.mutate("updateProduct", stale).await;
    assert_eq!(payload["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(payload["userErrors"][0]["meta"], json!({ "currentVersion": 2 }));
    let read = house.data("{ productByCode(code: \"A\") { name } }", json!(null)).await;
    assert_eq!(read["productByCode"]["name"], "Thai basil");
}

#[tokio::test]
async fn the_base_unit_stays_once_the_product_was_in_use() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let id = house.active("A-1", "Basil", &food).await;
    let update = json!({ "id": id, "expectedVersion": 2, "baseUnit": "g" });
    assert_eq!(house.refusals("updateProduct", update).await, ["INVALID_STATE baseUnit"]);
    house.must("deactivateProduct", json!({ "id": id })).await;
    let update = json!({ "id": id, "expectedVersion": 3, "baseUnit": "g" });
    assert_eq!(house.refusals("updateProduct", update).await, ["INVALID_STATE baseUnit"]);
}

#[tokio::test]
async fn one_barcode_belongs_to_one_product_however_it_is_printed() {
    let house = House::open().await;
    let input = json!({ "code": "A", "name": "A", "baseUnit": "ea", "barcodes": ["036000291452"] });
    house.must("createProduct", input).await;
    let twin =
        json!({ "code": "B", "name": "B", "baseUnit": "ea", "barcodes": ["4006381333931", "0036000291452"] });
    assert_eq!(house.refusals("createProduct", twin).await, ["DUPLICATE barcodes.1"]);
}

#[tokio::test]
async fn the_same_request_twice_has_one_effect_and_one_answer() {
    let house = House::open().await;
    let input = json!({ "code": "A", "name": "Basil", "baseUnit": "kg", "idempotencyKey": "k-1" });
    let first = house.must("createProduct", input.clone()).await;
    let again = house.must("createProduct", input).await;
    assert_eq!(first, again);
    assert_eq!(house.events().await, ["product.created"]);
    let other = json!({ "code": "B", "name": "Basil", "baseUnit": "kg", "idempotencyKey": "k-1" });
    assert_eq!(house.refusals("createProduct", other).await, ["IDEMPOTENCY_MISMATCH idempotencyKey"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_writers_of_a_code_wins() {
    let house = House::open().await;
    let input = |number: usize| json!({ "code": "A-1", "name": format!("Basil {number}"), "baseUnit": "kg" });
    let payloads =
        futures::future::join_all((0..8).map(|number| house.mutate("createProduct", input(number)))).await;
    let winners = payloads.iter().filter(|payload| payload["product"].is_object()).count();
    assert_eq!(winners, 1, "{payloads:?}");
    for loser in payloads.iter().filter(|payload| payload["product"].is_null()) {
        assert_eq!(loser["userErrors"][0]["code"], "DUPLICATE");
        assert_eq!(loser["userErrors"][0]["field"], json!(["code"]));
    }
}

#[tokio::test]
async fn a_float_is_no_decimal() {
    let house = House::open().await;
    let query = "mutation { createProduct(input: { code: \"A\", name: \"A\", baseUnit: \"kg\", density: 0.9 }) { product { id } } }";
    let answer = house.ask(query, json!(null)).await;
    assert_eq!(chassis::testkit::first_code(&answer), "VALIDATION_ERROR");
    for density in ["0.123456", "1e5", "NaN", "٠.٥"] {
        let query =
            "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
        let input = json!({ "input": { "code": "A", "name": "A", "baseUnit": "kg", "density": density } });
        assert_eq!(
            chassis::testkit::first_code(&house.ask(query, input).await),
            "VALIDATION_ERROR",
            "{density}"
        );
    }
    assert_eq!(house.data("{ products { totalCount } }", json!(null)).await["products"]["totalCount"], 0);
}
