//! Lists: every row once, in order, whichever way they are walked.

use chassis::testkit::{Kit, data, first_code, first_error};
use chassis::{Caller, Subgraph};
use serde_json::{Value, json};

use crate::pantry::{ELSEWHERE, HERE, fill, kit, start};

const WALK: &str = "query($first: Int, $after: String, $last: Int, $before: String, $byWeight: Boolean!) {
    jars(first: $first, after: $after, last: $last, before: $before, byWeight: $byWeight) {
        nodes { id name weight } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// All rows by following the cursors in one direction, and how many pages that took.
async fn walk(
    kit: &Kit,
    pantry: &Subgraph,
    caller: &Caller,
    by_weight: bool,
    forward: bool,
) -> (Vec<Value>, usize) {
    let (mut rows, mut pages, mut cursor) = (Vec::new(), 0, Value::Null);
    loop {
        let variables = if forward {
            json!({ "first": 7, "after": cursor, "byWeight": by_weight })
        } else {
            json!({ "last": 7, "before": cursor, "byWeight": by_weight })
        };
        let page = data(kit.ask_with(pantry, caller, WALK, variables).await)["jars"].take();
        pages += 1;
        let nodes = page["nodes"].as_array().unwrap().clone();
        let (more, next) =
            if forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
        rows.splice(if forward { rows.len()..rows.len() } else { 0..0 }, nodes);
        if page["pageInfo"][more] == false {
            return (rows, pages);
        }
        cursor = page["pageInfo"][next].clone();
        assert!(pages < 20, "the walk does not end");
    }
}

#[tokio::test]
async fn both_directions_walk_the_same_rows_in_the_same_order() {
    let kit = kit().await;
    fill(kit.db(), HERE, 60).await;
    fill(kit.db(), ELSEWHERE, 60).await;
    let pantry = start(&kit);
    let caller = kit.caller(HERE, &["jars:view"]);
    for by_weight in [false, true] {
        let (forward, pages) = walk(&kit, &pantry, &caller, by_weight, true).await;
        let (backward, _) = walk(&kit, &pantry, &caller, by_weight, false).await;
        assert_eq!((forward.len(), pages), (60, 9));
        assert_eq!(forward, backward, "by weight: {by_weight}");
    }
}

#[tokio::test]
async fn missing_values_count_as_largest() {
    let kit = kit().await;
    fill(kit.db(), HERE, 30).await;
    let (rows, _) = walk(&kit, &start(&kit), &kit.caller(HERE, &["jars:view"]), true, true).await;
    let weights: Vec<_> =
        rows.iter().map(|row| row["weight"].as_str().map(|text| text.parse::<i64>().unwrap())).collect();
    assert!(weights[..10].iter().all(Option::is_none) && weights[10..].iter().all(Option::is_some));
    assert!(weights[10..].is_sorted_by(|a, b| a >= b));
}

#[tokio::test]
async fn a_page_costs_one_statement_and_a_count_only_when_asked_for() {
    let kit = kit().await;
    fill(kit.db(), HERE, 30).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    for (query, statements) in
        [("{ jars { nodes { id } } }", 1), ("{ jars { totalCount nodes { id } edges { cursor } } }", 2)]
    {
        kit.db().statements().start();
        let answer = data(kit.ask(&pantry, &caller, query).await);
        assert_eq!(kit.db().statements().stop().len(), statements, "{query}");
        assert_eq!(answer["jars"]["nodes"].as_array().unwrap().len(), 10);
    }
    let counted = data(kit.ask(&pantry, &caller, r#"{ jars(prefix: "jar 000") { totalCount } }"#).await);
    assert_eq!(counted["jars"]["totalCount"], 20);
}

#[tokio::test]
async fn a_cursor_of_another_filter_is_refused_at_its_argument() {
    let kit = kit().await;
    fill(kit.db(), HERE, 30).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    let page = data(kit.ask(&pantry, &caller, "{ jars(first: 2) { pageInfo { endCursor } } }").await);
    let cursor = page["jars"]["pageInfo"]["endCursor"].as_str().unwrap();
    for arguments in [
        format!(r#"after: "{cursor}", prefix: "jar""#),
        format!(r#"after: "{cursor}", byWeight: true"#),
        r#"after: "bm9uc2Vuc2U""#.to_owned(),
    ] {
        let answer =
            kit.ask(&pantry, &caller, &format!("{{ jars({arguments}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(first_code(&answer), "VALIDATION_ERROR", "{arguments}");
        assert_eq!(first_error(&answer)["extensions"]["field"], json!(["after"]), "{arguments}");
    }
}

#[tokio::test]
async fn impossible_page_arguments_are_refused_together() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    for (arguments, fields) in [
        ("first: 1, last: 1", vec!["last"]),
        ("first: 0", vec!["first"]),
        ("first: 101", vec!["first"]),
        ("last: -1", vec!["last"]),
        ("first: 0, last: 1000", vec!["last", "first", "last"]),
        ("last: 3, after: \"x\"", vec!["after"]),
        ("before: \"x\"", vec!["before"]),
    ] {
        let answer =
            kit.ask(&pantry, &caller, &format!("{{ jars({arguments}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(first_code(&answer), "VALIDATION_ERROR", "{arguments}");
        let violations = first_error(&answer)["extensions"]["violations"].as_array().unwrap();
        let named: Vec<_> =
            violations.iter().map(|violation| violation["field"][0].as_str().unwrap()).collect();
        assert_eq!(named, fields, "{arguments}");
    }
}
