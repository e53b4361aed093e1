//! The category tree.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn the_tree_reads_from_roots_to_leaves_and_back() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let meat = house.category("Meat", Some(&food)).await;
    house.category("Beef", Some(&meat)).await;
    house.category("Fish", Some(&food)).await;
    let statements = house.kit.db().statements();
    statements.start();
    let tree = house
        .data(
            "{ categories(where: { level: 1 }) { totalCount nodes { name level children { name parent { name } children { name path } } } } }",
            json!(null),
        )
        .await;
    let expected = json!({
        "totalCount": 1,
        "nodes": [{ "name": "Food", "level": 1, "children": [
            { "name": "Fish", "parent": { "name": "Food" }, "children": [] },
            { "name": "Meat", "parent": { "name": "Food" }, "children": [
                { "name": "Beef", "path": ["Food", "Meat", "Beef"] },
            ] },
        ] }],
    });
    assert_eq!(tree["categories"], expected);
    // Roots, their count, two levels of children, and two batches of parents.
    assert_eq!(statements.stop().len(), 6);
}

#[tokio::test]
async fn a_fourth_level_and_a_second_sibling_of_one_name_are_refused() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let meat = house.category("Meat", Some(&food)).await;
    let beef = house.category("Beef", Some(&meat)).await;
    let deep = json!({ "name": "Tenderloin", "parentId": beef });
    assert_eq!(house.refusals("createCategory", deep).await, ["VALIDATION_ERROR parentId"]);
    assert_eq!(house.refusals("createCategory", json!({ "name": " FOOD " })).await, ["DUPLICATE name"]);
    let cousin = json!({ "name": "Food", "parentId": food });
    house.must("createCategory", cousin).await;
}

#[tokio::test]
async fn a_category_moves_with_everything_below_it() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    let meat = house.category("Meat", Some(&food)).await;
    let beef = house.category("Beef", Some(&meat)).await;
    let moved = house.must("moveCategory", json!({ "id": meat, "expectedVersion": 1 })).await;
    assert_eq!((&moved["level"], &moved["version"]), (&json!(1), &json!(2)));
    let read =
        house.data("query($id: ID!) { category(id: $id) { level path } }", json!({ "id": beef })).await;
    assert_eq!(read["category"], json!({ "level": 2, "path": ["Meat", "Beef"] }));
    assert_eq!(house.events().await, ["category.moved"]);
    let circle = json!({ "id": meat, "expectedVersion": 2, "parentId": beef });
    assert_eq!(house.refusals("moveCategory", circle).await, ["VALIDATION_ERROR parentId"]);
    let stale = json!({ "id": meat, "expectedVersion": 1, "parentId": food });
    assert_eq!(house.refusals("moveCategory", stale).await, ["CONFLICT expectedVersion"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_moves_that_cross_make_no_circle() {
    let house = House::open().await;
    let (left, right) = (house.category("Left", None).await, house.category("Right", None).await);
    let under = |id: &str, parent: &str| json!({ "id": id, "expectedVersion": 1, "parentId": parent });
    let payloads = tokio::join!(
        house.mutate("moveCategory", under(&left, &right)),
        house.mutate("moveCategory", under(&right, &left)),
    );
    let moved = [&payloads.0, &payloads.1].iter().filter(|payload| payload["category"].is_object()).count();
    assert_eq!(moved, 1, "{payloads:?}");
}

#[tokio::test]
async fn names_change_and_stay_unique() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    house.category("Drinks", None).await;
    let taken = json!({ "id": food, "expectedVersion": 1, "name": "drinks" });
    assert_eq!(house.refusals("updateCategory", taken).await, ["DUPLICATE name"]);
    let same = json!({ "id": food, "expectedVersion": 1, "name": "FOOD", "localName": "อาหาร" });
    let renamed = house.must("updateCategory", same).await;
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("FOOD"), &json!(2)));
    let found = house.data("{ categories(search: \"foo\") { nodes { localName } } }", json!(null)).await;
    assert_eq!(found["categories"]["nodes"], json!([{ "localName": "อาหาร" }]));
}

#[tokio::test]
async fn categories_are_listed_by_a_tree_of_conditions() {
    let house = House::open().await;
    let food = house.category("Food", None).await;
    house.category("Fish", Some(&food)).await;
    house.category("Drinks", None).await;
    let query = "query($where: CategoryFilter) { categories(where: $where) { nodes { name } } }";
    for (filter, expected) in [
        (json!({ "not": { "parentId": food } }), vec!["Drinks", "Food"]),
        (
            json!({ "or": [{ "level": 2 }, { "and": [{ "level": 1 }, { "not": { "level": 1 } }] }] }),
            vec!["Fish"],
        ),
        (json!({ "level": 1, "or": [] }), vec![]),
    ] {
        let listed = house.data(query, json!({ "where": filter })).await;
        let nodes = listed["categories"]["nodes"].as_array().unwrap().clone();
        assert_eq!(nodes, expected.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>());
    }
}
