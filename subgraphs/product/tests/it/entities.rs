//! What other services point at: references by key, batched and scoped to the caller's tenant.

use chassis::testkit::data;
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna};

const ENTITIES: &str = "query($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Product { id code name category { name } } ... on Category { name parent { name } } ... on Unit { code name } } }";

async fn catalogue(house: &House, size: usize) -> Vec<String> {
    let food = house.category("Food", None).await;
    let mut ids = Vec::new();
    for number in 0..size {
        ids.push(house.active(&format!("P-{number:03}"), &format!("Product {number}"), &food).await);
    }
    ids
}

fn by_id(ids: &[String]) -> Value {
    let keys: Vec<Value> = ids.iter().map(|id| json!({ "__typename": "Product", "id": id })).collect();
    json!({ "representations": keys })
}

#[tokio::test]
async fn fifty_references_cost_one_statement() {
    let house = House::open().await;
    let ids = catalogue(&house, 50).await;
    let statements = house.kit.db().statements();
    statements.start();
    let found = house.data(ENTITIES, by_id(&ids)).await;
    assert_eq!(found["_entities"].as_array().unwrap().len(), 50);
    assert_eq!(found["_entities"][49]["name"], "Product 49");
    assert_eq!((statements.count_on("product"), statements.count_on("category")), (1, 1));
    statements.start();
    let keys: Vec<Value> =
        (0..50).map(|number| json!({ "__typename": "Product", "code": format!("P-{number:03}") })).collect();
    let found = house.data(ENTITIES, json!({ "representations": keys })).await;
    assert_eq!(found["_entities"][7]["id"], ids[7].as_str());
    assert_eq!(statements.count_on("product"), 1);
    statements.stop();
}

#[tokio::test]
async fn a_missing_reference_is_null_in_its_place() {
    let house = House::open().await;
    let ids = catalogue(&house, 2).await;
    let nobody = primitives::ProductId::generate().to_string();
    let asked = [ids[0].clone(), nobody, "no id at all".to_owned(), ids[1].clone(), ids[0].clone()];
    let found = house.data(ENTITIES, by_id(&asked)).await;
    let codes: Vec<&Value> =
        found["_entities"].as_array().unwrap().iter().map(|entity| &entity["code"]).collect();
    assert_eq!(json!(codes), json!(["P-000", null, null, "P-001", "P-000"]));
}

#[tokio::test]
async fn units_and_categories_answer_to_their_keys() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let meat = house.category("Meat", Some(&food)).await;
    let keys = json!([
        { "__typename": "Unit", "code": "kg" },
        { "__typename": "Category", "id": meat },
        { "__typename": "Unit", "code": "furlong" },
    ]);
    let found = house.data(ENTITIES, json!({ "representations": keys })).await;
    let expected = json!([
        { "code": "kg", "name": "kilogram" },
        { "name": "Meat", "parent": { "name": "Food" } },
        null,
    ]);
    assert_eq!(found["_entities"], expected);
}

#[tokio::test]
async fn another_tenants_references_are_null() {
    let house = House::open().await;
    let ids = catalogue(&house, 2).await;
    let stranger = house.kit.caller(lanna(), &["*"]);
    let found = data(house.ask_as(&stranger, ENTITIES, by_id(&ids)).await);
    assert_eq!(found["_entities"], json!([null, null]));
    let by_code = json!({ "representations": [{ "__typename": "Product", "code": "P-000" }] });
    assert_eq!(data(house.ask_as(&stranger, ENTITIES, by_code).await)["_entities"], json!([null]));
}

#[tokio::test]
async fn two_tenants_never_see_each_other() {
    let house = House::open().await;
    let ids = catalogue(&house, 1).await;
    let stranger = house.kit.caller(lanna(), &["*"]);
    let query = "query($id: ID!) { product(id: $id) { id } productByCode(code: \"P-000\") { id } products { totalCount }
        categories { totalCount } convert(productId: $id, quantity: \"1\", from: \"kg\", to: \"g\") { value } }";
    let seen = data(house.ask_as(&stranger, query, json!({ "id": ids[0] })).await);
    let nothing = json!({
        "product": null, "productByCode": null, "products": { "totalCount": 0 }, "categories": { "totalCount": 0 },
        "convert": null,
    });
    assert_eq!(seen, nothing);
    for mutation in ["activateProduct", "deactivateProduct", "discontinueProduct"] {
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(input: {{ id: $id }}) {{ product {{ id }} userErrors {{ code field }} }} }}"
        );
        let payload = data(house.ask_as(&stranger, &query, json!({ "id": ids[0] })).await);
        assert_eq!(
            payload[mutation],
            json!({ "product": null, "userErrors": [{ "code": "NOT_FOUND", "field": ["id"] }] })
        );
    }
    // The same code is free in another tenant.
    let query = "mutation { createProduct(input: { code: \"P-000\", name: \"Mine\", baseUnit: \"kg\" }) { product { name } } }";
    let created = data(house.ask_as(&stranger, query, json!(null)).await);
    assert_eq!(created["createProduct"]["product"]["name"], "Mine");
    let mine = house.kit.caller(andaman(), &["products:view"]);
    let seen = data(house.ask_as(&mine, "{ productByCode(code: \"P-000\") { name } }", json!(null)).await);
    assert_eq!(seen["productByCode"]["name"], "Product 0");
}

#[tokio::test]
async fn another_tenants_category_does_not_exist() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let stranger = house.kit.caller(lanna(), &["*"]);
    let query = "mutation($id: ID!) { createProduct(input: { code: \"X\", name: \"X\", baseUnit: \"kg\", categoryId: $id }) { userErrors { code field } }
        createCategory(input: { name: \"Y\", parentId: $id }) { userErrors { code field } }
        moveCategory(input: { id: $id, expectedVersion: 1 }) { userErrors { code field } } }";
    let payload = data(house.ask_as(&stranger, query, json!({ "id": food })).await);
    let not_found = |field: &str| json!({ "userErrors": [{ "code": "NOT_FOUND", "field": [field] }] });
    assert_eq!(payload["createProduct"], not_found("categoryId"));
    assert_eq!(payload["createCategory"], not_found("parentId"));
    assert_eq!(payload["moveCategory"], not_found("id"));
}
