//! Lists of products: filters, search, order, pages, and what they cost.

use serde_json::{Value, json};

use crate::house::House;

/// Food › Meat › Beef and Drinks, with six products.
async fn stocked() -> (House, String) {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let meat = house.category("Meat", Some(&food)).await;
    let beef = house.category("Beef", Some(&meat)).await;
    let drinks = house.category("Drinks", None).await;
    house.active("BEEF-1", "Beef tenderloin", &beef).await;
    house.active("BEEF-2", "beef cheek", &beef).await;
    house.active("MEAT-1", "Lamb rack 100% halal", &meat).await;
    house.active("FOOD-1", "Crème fraîche", &food).await;
    house.active("DRNK-1", "Cola_light", &drinks).await;
    let draft = json!({ "code": "NEW-1", "name": "Tofu", "baseUnit": "kg", "isSold": true, "barcodes": ["96385074"] });
    house.must("createProduct", draft).await;
    (house, food)
}

async fn codes(house: &House, sort: &str, variables: Value) -> Vec<String> {
    let query = format!(
        "query($where: ProductFilter, $search: String) {{ products(where: $where, search: $search, sort: {sort}) {{ nodes {{ code }} totalCount }} }}"
    );
    let found = house.data(&query, variables).await;
    let nodes = found["products"]["nodes"].as_array().unwrap();
    assert_eq!(found["products"]["totalCount"], nodes.len(), "the count agrees with the page");
    nodes.iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect()
}

async fn filtered(house: &House, filter: Value) -> Vec<String> {
    codes(house, "CODE_ASC", json!({ "where": filter })).await
}

#[tokio::test]
async fn names_sort_whatever_their_case() {
    let (house, _) = stocked().await;
    assert_eq!(
        codes(&house, "NAME_ASC", json!(null)).await,
        ["BEEF-2", "BEEF-1", "DRNK-1", "FOOD-1", "MEAT-1", "NEW-1"]
    );
    assert_eq!(codes(&house, "CODE_DESC", json!(null)).await[0], "NEW-1");
}

#[tokio::test]
async fn a_category_stands_for_everything_below_it() {
    let (house, food) = stocked().await;
    let inside = filtered(&house, json!({ "categoryId": { "eq": food } })).await;
    assert_eq!(inside, ["BEEF-1", "BEEF-2", "FOOD-1", "MEAT-1"]);
    let outside = filtered(&house, json!({ "not": { "categoryId": { "eq": food } } })).await;
    assert_eq!(outside, ["DRNK-1", "NEW-1"]);
}

#[tokio::test]
async fn conditions_combine() {
    let (house, _) = stocked().await;
    let active_beef = json!({ "status": { "eq": "ACTIVE" }, "name": { "contains": "BEEF" } });
    assert_eq!(filtered(&house, active_beef).await, ["BEEF-1", "BEEF-2"]);
    let either = json!({ "or": [{ "code": { "startsWith": "beef" } }, { "status": { "ne": "ACTIVE" } }] });
    assert_eq!(filtered(&house, either).await, ["BEEF-1", "BEEF-2", "NEW-1"]);
    let both = json!({ "and": [{ "code": { "startsWith": "BEEF" } }, { "name": { "ne": "BEEF CHEEK" } }] });
    assert_eq!(filtered(&house, both).await, ["BEEF-1"]);
    assert_eq!(filtered(&house, json!({ "code": { "in": ["meat-1", "nope"] } })).await, ["MEAT-1"]);
    assert_eq!(filtered(&house, json!({ "isSold": true })).await, ["NEW-1"]);
    assert_eq!(filtered(&house, json!({ "barcode": "96385074" })).await, ["NEW-1"]);
    assert_eq!(filtered(&house, json!({ "baseUnit": ["g", "l"] })).await, Vec::<String>::new());
}

#[tokio::test]
async fn empty_conditions_mean_what_logic_says() {
    let (house, _) = stocked().await;
    assert_eq!(filtered(&house, json!({})).await.len(), 6);
    assert_eq!(filtered(&house, json!({ "and": [] })).await.len(), 6);
    assert_eq!(filtered(&house, json!({ "or": [{}] })).await.len(), 6);
    assert_eq!(filtered(&house, json!({ "or": [] })).await.len(), 0);
    assert_eq!(filtered(&house, json!({ "not": {} })).await.len(), 0);
    assert_eq!(filtered(&house, json!({ "id": { "in": [] } })).await.len(), 0);
}

#[tokio::test]
async fn a_search_takes_words_literally_and_in_any_case() {
    let (house, _) = stocked().await;
    let search = async |text: &str| codes(&house, "CODE_ASC", json!({ "search": text })).await;
    assert_eq!(search("beef TENDER").await, ["BEEF-1"]);
    assert_eq!(search("CRÈME").await, ["FOOD-1"]);
    assert_eq!(search("100%").await, ["MEAT-1"]);
    assert_eq!(search("a_l").await, ["DRNK-1"]);
    assert_eq!(search("96385074").await, ["NEW-1"]);
    assert_eq!(search("\\").await, Vec::<String>::new());
}

#[tokio::test]
async fn pages_go_forth_and_back_without_gap_or_repeat() {
    let (house, _) = stocked().await;
    let page = async |arguments: String| {
        let query = format!(
            "{{ products(sort: CODE_ASC, {arguments}) {{ edges {{ cursor node {{ code }} }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        house.data(&query, json!(null)).await["products"].take()
    };
    let mut seen = Vec::new();
    let mut arguments = "first: 4".to_owned();
    loop {
        let page = page(arguments).await;
        seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["code"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        arguments = format!("first: 4, after: {}", page["pageInfo"]["endCursor"]);
    }
    assert_eq!(json!(seen), json!(["BEEF-1", "BEEF-2", "DRNK-1", "FOOD-1", "MEAT-1", "NEW-1"]));
    let last = page("last: 2".to_owned()).await;
    assert_eq!(last["edges"][0]["node"]["code"], "MEAT-1");
    let before = page(format!("last: 2, before: {}", last["pageInfo"]["startCursor"])).await;
    assert_eq!(before["edges"][1]["node"]["code"], "FOOD-1");
    assert_eq!(before["pageInfo"]["hasPreviousPage"], true);
}

#[tokio::test]
async fn bad_lists_are_refused_by_argument() {
    let (house, _) = stocked().await;
    let first = house.data("{ products(first: 1) { pageInfo { endCursor } } }", json!(null)).await;
    let cursor = &first["products"]["pageInfo"]["endCursor"];
    let too_many = json!({ "or": vec![json!({ "isSold": true }); 101] });
    for (arguments, variables, field, code) in [
        ("first: 1, last: 1".to_owned(), json!(null), "last", "VALIDATION_ERROR"),
        ("first: 101".to_owned(), json!(null), "first", "VALIDATION_ERROR"),
        ("first: 0".to_owned(), json!(null), "first", "VALIDATION_ERROR"),
        (format!("first: 1, after: {cursor}, search: \"beef\""), json!(null), "after", "VALIDATION_ERROR"),
        (format!("first: 1, after: {cursor}, sort: CODE_ASC"), json!(null), "after", "VALIDATION_ERROR"),
        (String::new(), json!({ "where": { "baseUnit": ["kilo"] } }), "where.baseUnit.0", "VALIDATION_ERROR"),
        (
            String::new(),
            json!({ "where": { "not": { "barcode": "12" } } }),
            "where.not.barcode",
            "VALIDATION_ERROR",
        ),
        (String::new(), json!({ "where": too_many }), "where", "LIMIT_EXCEEDED"),
    ] {
        let query = format!(
            "query($where: ProductFilter) {{ products(where: $where {arguments}) {{ nodes {{ id }} }} }}"
        );
        let answer = house.ask(&query, variables).await;
        let extensions = &chassis::testkit::first_error(&answer)["extensions"];
        assert_eq!(extensions["code"], code, "{arguments}");
        assert!(
            extensions
                .to_string()
                .contains(&format!("\"field\":{}", json!(field.split('.').collect::<Vec<_>>()))),
            "{arguments}: {extensions}"
        );
    }
}

#[tokio::test]
async fn a_list_costs_one_statement_per_table() {
    let (house, _) = stocked().await;
    let statements = house.kit.db().statements();
    statements.start();
    house.data("{ products(first: 20) { nodes { name category { name } baseUnit { code } purchaseUnits { code } } } }", json!(null)).await;
    assert_eq!(statements.count_on("product"), 1);
    assert_eq!(statements.count_on("category"), 1);
    assert_eq!(statements.stop().len(), 2);
    statements.start();
    house.data("{ products(first: 20) { nodes { barcodes conversions { fromQty } factorToBase(unit: \"g\") } } }", json!(null)).await;
    assert_eq!(statements.count_on("product_barcode"), 1);
    assert_eq!(statements.count_on("unit_conversion"), 1);
    assert_eq!(statements.stop().len(), 3);
    statements.start();
    house.data("{ products(first: 2) { totalCount nodes { category { path } } } }", json!(null)).await;
    // The page, its count, and one level of the tree at a time.
    assert_eq!(statements.stop().len(), 5);
}
