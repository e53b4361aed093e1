//! What tenants want to know about their products, what products have to be, and products that go again.

use chassis::testkit::NestedList;
use serde_json::{Value, json};

use crate::house::{House, lanna, spoken};

async fn define(house: &House, input: Value) -> Value {
    let query = "mutation($input: DefineAttributeInput!) { defineAttribute(input: $input) {
        attributeDefinition { id key type options required version } userErrors { code field } } }";
    house.data(query, json!({ "input": input })).await["defineAttribute"].take()
}

async fn specify(house: &House, input: Value) -> Value {
    let query = "mutation($input: WriteSpecificationInput!) { writeSpecification(input: $input) {
        specification { revision text } userErrors { code field meta } } }";
    house.data(query, json!({ "input": input })).await["writeSpecification"].take()
}

fn refused(payload: &Value) -> Vec<String> {
    payload["userErrors"].as_array().unwrap().iter().map(spoken).collect()
}

#[tokio::test]
async fn a_product_is_described_by_the_tenants_own_attributes() {
    let house = House::open().await;
    let category = house.category("Fish", None).await;
    define(&house, json!({ "key": "origin", "name": "Origin", "type": "CHOICE", "options": ["wild", "farmed"], "required": true })).await;
    define(&house, json!({ "key": "Fat", "name": "Fat", "type": "NUMBER" })).await;
    let twice = define(&house, json!({ "key": "fat", "name": "Fat", "type": "TEXT" })).await;
    assert_eq!(refused(&twice), ["DUPLICATE key"]);
    let input = |attributes: Value| json!({ "code": "SALMON", "name": "Salmon", "categoryId": category, "baseUnit": "kg", "attributes": attributes });
    let wrong = json!([{ "key": "origin", "value": "tame" }, { "key": "fat", "value": "much" }, { "key": "colour", "value": "red" }]);
    let found = house.refusals("createProduct", input(wrong)).await;
    assert_eq!(
        found,
        [
            "VALIDATION_ERROR attributes.origin",
            "VALIDATION_ERROR attributes.fat",
            "VALIDATION_ERROR attributes.colour"
        ]
    );
    // A draft may lack what is required; a product in use may not.
    let product = house.must("createProduct", input(json!([{ "key": "fat", "value": "12.50" }]))).await;
    let id = product["id"].clone();
    assert_eq!(
        house.refusals("activateProduct", json!({ "id": id })).await,
        ["VALIDATION_ERROR attributes.origin"]
    );
    let both = json!([{ "key": "fat", "value": "13" }, { "key": "origin", "value": "wild" }]);
    house.must("updateProduct", json!({ "id": id, "expectedVersion": 1, "attributes": both })).await;
    house.must("activateProduct", json!({ "id": id })).await;
    let emptied = json!({ "id": id, "expectedVersion": 3, "attributes": [] });
    assert_eq!(house.refusals("updateProduct", emptied).await, ["VALIDATION_ERROR attributes.origin"]);
    // What is not mentioned stays.
    house.must("updateProduct", json!({ "id": id, "expectedVersion": 3, "name": "Salmon side" })).await;
    let query =
        "query($id: ID!) { product(id: $id) { attributes { key value definition { name type required } } } }";
    let seen = house.data(query, json!({ "id": id })).await;
    let expected = json!([
        { "key": "fat", "value": "13", "definition": { "name": "Fat", "type": "NUMBER", "required": false } },
        { "key": "origin", "value": "wild", "definition": { "name": "Origin", "type": "CHOICE", "required": true } },
    ]);
    assert_eq!(seen["product"]["attributes"], expected);
}

#[tokio::test]
async fn a_definition_in_use_keeps_its_options_and_is_not_removed() {
    let house = House::open().await;
    let origin =
        define(&house, json!({ "key": "origin", "name": "Origin", "type": "CHOICE", "options": ["wild"] }))
            .await;
    let id = origin["attributeDefinition"]["id"].clone();
    let query = "mutation($input: RedefineAttributeInput!) { redefineAttribute(input: $input) { attributeDefinition { version options } userErrors { code field } } }";
    let lost = json!({ "input": { "id": id, "expectedVersion": 1, "options": ["farmed"] } });
    assert_eq!(refused(&house.data(query, lost).await["redefineAttribute"]), ["VALIDATION_ERROR options"]);
    let more = json!({ "input": { "id": id, "expectedVersion": 1, "options": ["wild", "farmed"] } });
    assert_eq!(
        house.data(query, more.clone()).await["redefineAttribute"]["attributeDefinition"]["version"],
        2
    );
    assert_eq!(refused(&house.data(query, more).await["redefineAttribute"]), ["CONFLICT expectedVersion"]);
    let attributes = json!([{ "key": "origin", "value": "farmed" }]);
    let product = house
        .must(
            "createProduct",
            json!({ "code": "A", "name": "A", "baseUnit": "kg", "attributes": attributes }),
        )
        .await;
    let remove = "mutation($input: RemoveAttributeInput!) { removeAttribute(input: $input) { userErrors { code field } } }";
    let input = json!({ "input": { "id": id, "expectedVersion": 2 } });
    assert_eq!(refused(&house.data(remove, input.clone()).await["removeAttribute"]), ["INVALID_STATE "]);
    house.must("deleteProduct", json!({ "id": product["id"] })).await;
    assert!(refused(&house.data(remove, input.clone()).await["removeAttribute"]).is_empty());
    assert_eq!(refused(&house.data(remove, input).await["removeAttribute"]), ["NOT_FOUND id"]);
}

#[tokio::test]
async fn a_page_of_products_costs_one_statement_for_attributes_and_one_for_specifications() {
    let house = House::open().await;
    define(&house, json!({ "key": "fat", "name": "Fat", "type": "NUMBER" })).await;
    for number in 0..20 {
        let attributes = json!([{ "key": "fat", "value": number.to_string() }]);
        let input =
            json!({ "code": format!("P{number}"), "name": "P", "baseUnit": "kg", "attributes": attributes });
        let product = house.must("createProduct", input).await;
        specify(&house, json!({ "productId": product["id"], "expectedRevision": 0, "text": "fresh" })).await;
    }
    let statements = house.kit.db().statements();
    statements.start();
    let query = "{ products(first: 20) { nodes { attributes { value } specification { revision } } } }";
    let found = house.data(query, json!({})).await;
    let nodes = found["products"]["nodes"].as_array().unwrap();
    assert!(
        nodes.iter().all(|node| node["attributes"].as_array().unwrap().len() == 1
            && node["specification"]["revision"] == 1)
    );
    assert_eq!(
        ["product", "product_attribute", "specification"].map(|table| statements.count_on(table)),
        [1, 1, 1]
    );
    statements.stop();
}

#[tokio::test]
async fn the_wordings_of_several_products_cost_what_those_of_one_cost() {
    let house = House::open().await;
    let mut products = Vec::new();
    for code in ["A", "B", "C"] {
        let product =
            house.must("createProduct", json!({ "code": code, "name": code, "baseUnit": "kg" })).await;
        for (revision, text) in ["skin on", "skinless", "boneless"].iter().enumerate() {
            specify(
                &house,
                json!({ "productId": product["id"], "expectedRevision": revision, "text": text }),
            )
            .await;
        }
        products.push(product["id"].as_str().unwrap().to_owned());
    }
    let list = NestedList {
        parent: "Product",
        field: "specifications",
        filter: "",
        node: "revision text writtenAt",
    };
    house.kit.insist_lists_are_read_together((&house.subgraph, &house.chef), list, &products).await;
}

#[tokio::test]
async fn every_wording_of_a_specification_stays() {
    let house = House::open().await;
    let product =
        house.must("createProduct", json!({ "code": "A", "name": "A", "baseUnit": "kg" })).await["id"]
            .clone();
    let first =
        json!({ "productId": product, "expectedRevision": 0, "text": "skin on", "idempotencyKey": "k1" });
    let written = specify(&house, first.clone()).await;
    assert_eq!(written["specification"], json!({ "revision": 1, "text": "skin on" }));
    assert_eq!(specify(&house, first).await, written);
    let stale =
        specify(&house, json!({ "productId": product, "expectedRevision": 0, "text": "skinless" })).await;
    assert_eq!(
        (refused(&stale), &stale["userErrors"][0]["meta"]),
        (vec!["CONFLICT expectedVersion".to_owned()], &json!({ "currentVersion": 1 }))
    );
    let same =
        specify(&house, json!({ "productId": product, "expectedRevision": 1, "text": "skin on " })).await;
    assert_eq!(refused(&same), ["DUPLICATE text"]);
    specify(&house, json!({ "productId": product, "expectedRevision": 1, "text": "skinless" })).await;
    let nowhere = specify(
        &house,
        json!({ "productId": primitives::ProductId::generate(), "expectedRevision": 0, "text": "x" }),
    )
    .await;
    assert_eq!(refused(&nowhere), ["NOT_FOUND productId"]);
    let query = "query($id: ID!) { product(id: $id) { specification { text } specifications { totalCount nodes { revision text writtenBy { id } } } } }";
    let seen = house.data(query, json!({ "id": product })).await["product"].take();
    assert_eq!(seen["specification"]["text"], "skinless");
    let by = json!({ "id": house.chef.user });
    let expected = json!([{ "revision": 2, "text": "skinless", "writtenBy": by }, { "revision": 1, "text": "skin on", "writtenBy": by }]);
    assert_eq!(seen["specifications"], json!({ "totalCount": 2, "nodes": expected }));
    let query =
        "query($id: ID!) { product(id: $id) { specifications(sort: REVISION_ASC) { nodes { revision } } } }";
    let seen = house.data(query, json!({ "id": product })).await["product"].take();
    assert_eq!(seen["specifications"]["nodes"], json!([{ "revision": 1 }, { "revision": 2 }]));
}

#[tokio::test]
async fn only_a_product_that_was_never_in_use_is_removed() {
    let house = House::open().await;
    let category = house.category("Fish", None).await;
    let used = house.active("USED", "Used", &category).await;
    assert_eq!(house.refusals("deleteProduct", json!({ "id": used })).await, ["INVALID_STATE "]);
    house.must("deactivateProduct", json!({ "id": used })).await;
    assert_eq!(house.refusals("deleteProduct", json!({ "id": used })).await, ["INVALID_STATE "]);
    let input = json!({ "code": "NEW", "name": "New", "baseUnit": "kg", "barcodes": ["4006381333931"] });
    let new = house.must("createProduct", input.clone()).await["id"].clone();
    specify(&house, json!({ "productId": new, "expectedRevision": 0, "text": "fresh" })).await;
    assert_eq!(
        house.refusals("deleteProduct", json!({ "id": new, "expectedVersion": 2 })).await,
        ["CONFLICT expectedVersion"]
    );
    let delete = json!({ "id": new, "expectedVersion": 1, "idempotencyKey": "k1" });
    house.must("deleteProduct", delete.clone()).await;
    house.must("deleteProduct", delete).await;
    let seen = house.data("query($id: ID!) { product(id: $id) { id } }", json!({ "id": new })).await;
    assert_eq!(seen["product"], Value::Null);
    // Its code and barcode are free again.
    house.must("createProduct", input).await;
    assert_eq!(house.events().await.iter().filter(|kind| *kind == "product.deleted").count(), 1);
}

#[tokio::test]
async fn definitions_belong_to_their_tenant() {
    let house = House::open().await;
    let fat =
        define(&house, json!({ "key": "fat", "name": "Fat", "type": "NUMBER", "required": true })).await;
    let other = house.kit.caller(lanna(), &["*"]);
    let seen = house.ask_as(&other, "{ attributeDefinitions { totalCount } }", json!({})).await;
    assert_eq!(seen["data"]["attributeDefinitions"]["totalCount"], 0);
    let create = "mutation($input: CreateProductInput!) { createProduct(input: $input) { userErrors { code field } } }";
    let input =
        json!({ "code": "A", "name": "A", "baseUnit": "kg", "attributes": [{ "key": "fat", "value": "1" }] });
    let refused_there = house.ask_as(&other, create, json!({ "input": input })).await;
    assert_eq!(refused(&refused_there["data"]["createProduct"]), ["VALIDATION_ERROR attributes.fat"]);
    let remove = "mutation($input: RemoveAttributeInput!) { removeAttribute(input: $input) { userErrors { code field } } }";
    let input = json!({ "id": fat["attributeDefinition"]["id"], "expectedVersion": 1 });
    let hidden = house.ask_as(&other, remove, json!({ "input": input })).await;
    assert_eq!(refused(&hidden["data"]["removeAttribute"]), ["NOT_FOUND id"]);
}
