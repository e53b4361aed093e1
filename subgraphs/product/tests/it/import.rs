//! Many products at once, from a sheet.

use serde_json::{Value, json};

use crate::house::{House, andaman, lanna, spoken};

const IMPORT: &str = "mutation($input: BulkImportInput!) { bulkImport(input: $input) { created updated skipped refused
    import { id total done created } rows { row code action product { code name status } userErrors { code field meta } }
    userErrors { code field } } }";

async fn import(house: &House, input: Value) -> Value {
    house.data(IMPORT, json!({ "input": input })).await["bulkImport"].take()
}

/// `row action CODE path …` of each row.
fn rows(payload: &Value) -> Vec<String> {
    let rows = payload["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let faults: Vec<String> = row["userErrors"].as_array().unwrap().iter().map(spoken).collect();
        format!("{} {} {}", row["row"], row["action"].as_str().unwrap(), faults.join(" ")).trim().to_owned()
    })
    .collect()
}

fn counts(payload: &Value) -> [i64; 4] {
    ["created", "updated", "skipped", "refused"].map(|count| payload[count].as_i64().unwrap())
}

#[tokio::test]
async fn a_rehearsal_says_what_would_become_of_each_row_and_writes_nothing() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    house.category("Beef", Some(&food)).await;
    let csv = "code,name,category,baseUnit,purchaseUnits,conversions,barcodes\n\
        be-1,Tenderloin,Food / Beef,kg,case,1 case = 12 kg,4006381333931\n\
        be-2,Rump,Food / Pork,kg,,,\n\
        be-1,Again,,kg,,,\n\
        be-3,Sirloin,,smoot,,1 case = 0 kg,4006381333932\n\
        be-4,Flank,,kg,,,4006381333931\n";
    let payload = import(&house, json!({ "csv": csv, "policy": "CREATE", "dryRun": true })).await;
    let expected = [
        "2 CREATED",
        "3 REFUSED NOT_FOUND category",
        "4 REFUSED DUPLICATE code",
        "5 REFUSED VALIDATION_ERROR baseUnit VALIDATION_ERROR barcodes.0 VALIDATION_ERROR conversions.0.toQty",
        "6 REFUSED DUPLICATE barcodes.0",
    ];
    assert_eq!(rows(&payload), expected, "{payload}");
    assert_eq!((counts(&payload), &payload["import"]), ([1, 0, 0, 4], &Value::Null));
    let seen = house.data("{ products { totalCount } productImports { totalCount } }", json!({})).await;
    assert_eq!(seen, json!({ "products": { "totalCount": 0 }, "productImports": { "totalCount": 0 } }));
}

#[tokio::test]
async fn one_refused_row_keeps_a_sheet_out_unless_the_others_are_to_go_on() {
    let house = House::open().await;
    let csv = "code,name,baseUnit\nA,Apple,kg\nB,,kg\nC,Cherry,kg\n";
    let abort = import(&house, json!({ "csv": csv, "policy": "CREATE" })).await;
    assert_eq!(
        (rows(&abort), &abort["import"]),
        (
            vec![
                "2 CREATED".to_owned(),
                "3 REFUSED VALIDATION_ERROR name".to_owned(),
                "4 CREATED".to_owned()
            ],
            &Value::Null
        )
    );
    assert_eq!(house.data("{ products { totalCount } }", json!({})).await["products"]["totalCount"], 0);
    let go_on = json!({ "csv": csv, "policy": "CREATE", "onError": "CONTINUE", "idempotencyKey": "k1" });
    let first = import(&house, go_on.clone()).await;
    assert_eq!(counts(&first), [2, 0, 0, 1]);
    assert_eq!(first["rows"][0]["product"], json!({ "code": "A", "name": "Apple", "status": "DRAFT" }));
    assert_eq!((&first["import"]["total"], &first["import"]["done"]), (&json!(3), &json!(3)));
    // The same request again has the same answer and no effect.
    assert_eq!(import(&house, go_on).await, first);
    let seen = house.data("{ products { totalCount } productImports { nodes { total done created refused startedBy { id } } } }", json!({})).await;
    assert_eq!(seen["products"]["totalCount"], 2);
    let shown = json!([{ "total": 3, "done": 3, "created": 2, "refused": 1, "startedBy": { "id": house.chef.user } }]);
    assert_eq!(seen["productImports"]["nodes"], shown);
    assert_eq!(house.events().await, ["product.created", "product.created"]);
}

#[tokio::test]
async fn the_policy_says_what_happens_to_codes_that_are_known() {
    let house = House::open().await;
    let category = house.category("Fruit", None).await;
    house.active("A", "Apple", &category).await;
    let csv = "code,name,baseUnit\na,Red apple,kg\nB,Berry,kg\n";
    let create = import(&house, json!({ "csv": csv, "policy": "CREATE", "dryRun": true })).await;
    assert_eq!(rows(&create), ["2 REFUSED DUPLICATE code", "3 CREATED"]);
    let skip = import(&house, json!({ "csv": csv, "policy": "SKIP" })).await;
    assert_eq!(
        (rows(&skip), counts(&skip)),
        (vec!["2 SKIPPED".to_owned(), "3 CREATED".to_owned()], [1, 0, 1, 0])
    );
    let upsert = import(&house, json!({ "csv": csv, "policy": "UPSERT" })).await;
    assert_eq!(rows(&upsert), ["2 UPDATED", "3 SKIPPED"]);
    assert_eq!(upsert["rows"][0]["product"], json!({ "code": "A", "name": "Red apple", "status": "ACTIVE" }));
    // A row is held to the rules of the product's state: one in use keeps its category, and its base unit.
    let bare = import(&house, json!({ "csv": "code,category,baseUnit\nA,,g\n", "policy": "UPSERT" })).await;
    assert_eq!(rows(&bare), ["2 REFUSED INVALID_STATE baseUnit VALIDATION_ERROR categoryId"]);
}

#[tokio::test]
async fn a_thousand_rows_cost_as_many_statements_as_ten() {
    let house = House::open().await;
    let sheet = |from: usize, count: usize| {
        let rows =
            (from..from + count).map(|number| format!("P{number},Product {number},kg,1 case = 12 kg\n"));
        format!("code,name,baseUnit,conversions\n{}", rows.collect::<String>())
    };
    let mut costs = Vec::new();
    for (from, count) in [(0, 10), (1_000, 1_000)] {
        let statements = house.kit.db().statements();
        statements.start();
        let payload = import(&house, json!({ "csv": sheet(from, count), "policy": "UPSERT" })).await;
        assert_eq!(payload["created"].as_u64(), Some(count as u64), "{}", payload["userErrors"]);
        costs.push(
            ["product", "product_barcode", "category", "attribute_definition"]
                .map(|table| statements.count_on(table)),
        );
        statements.stop();
    }
    // Rows of an INSERT are bounded, and so is what a loader asks at once.
    assert!(costs[1].iter().zip(costs[0]).all(|(many, few)| *many <= few + 20), "{costs:?}");
    let portions =
        import(&house, json!({ "csv": sheet(5_000, 450), "policy": "CREATE", "onError": "CONTINUE" })).await;
    assert_eq!((counts(&portions), &portions["import"]["done"]), ([450, 0, 0, 0], &json!(450)));
}

#[tokio::test]
async fn a_sheet_as_a_whole_may_be_refused() {
    let house = House::open().await;
    let whole = async |csv: &str| {
        let payload = import(&house, json!({ "csv": csv, "policy": "CREATE" })).await;
        assert_eq!(payload["rows"], json!([]));
        payload["userErrors"].as_array().unwrap().iter().map(spoken).collect::<Vec<_>>()
    };
    assert_eq!(whole("").await, ["VALIDATION_ERROR csv", "VALIDATION_ERROR csv"]);
    assert_eq!(whole("code,colour\nA,red\n").await, ["VALIDATION_ERROR csv.header.1"]);
    assert_eq!(whole(&"x".repeat(5 * 1024 * 1024 + 1)).await, ["LIMIT_EXCEEDED csv"]);
    let nobody = house.kit.caller(andaman(), &["products:create", "products:update"]);
    let input = json!({ "input": { "csv": "code\nA\n", "policy": "CREATE" } });
    let refused = house.ask_as(&nobody, IMPORT, input).await;
    assert_eq!(refused["errors"][0]["extensions"]["permission"], "products:import", "{refused}");
}

#[tokio::test]
async fn another_tenants_codes_and_categories_are_nobodys_here() {
    let house = House::open().await;
    let category = house.category("Fruit", None).await;
    house.active("A", "Apple", &category).await;
    let other = house.kit.caller(lanna(), &["*"]);
    let csv = "code,name,category,baseUnit\nA,Ours,,kg\nB,Berry,Fruit,kg\n";
    let input = json!({ "input": { "csv": csv, "policy": "UPSERT", "onError": "CONTINUE" } });
    let answer = house.ask_as(&other, IMPORT, input).await;
    assert_eq!(rows(&answer["data"]["bulkImport"]), ["2 CREATED", "3 REFUSED NOT_FOUND category"]);
    let seen =
        house.data("{ productByCode(code: \"A\") { name } productImports { totalCount } }", json!({})).await;
    assert_eq!(seen, json!({ "productByCode": { "name": "Apple" }, "productImports": { "totalCount": 0 } }));
}
