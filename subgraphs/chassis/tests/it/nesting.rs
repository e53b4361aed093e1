//! Lists inside lists: asked for by parent, read together.

use chassis::SubgraphRequest;
use chassis::testkit::{NestedList, data, first_error};
use futures::StreamExt;
use serde_json::{Value, json};

use crate::pantry::{HERE, fill, jar_id, kit, start};

/// Jars whose neighbours are other jars, each; of every second of them, all have a weight or none.
fn jars(count: u128) -> Vec<String> {
    (0..count).map(|number| jar_id(number * 20).to_string()).collect()
}

#[tokio::test]
async fn all_parents_cost_what_one_costs() {
    let kit = kit().await;
    fill(kit.db(), HERE, 80).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    for filter in ["", "byWeight: true"] {
        let list = NestedList { parent: "Jar", field: "neighbours", filter, node: "id name weight" };
        kit.insist_lists_are_read_together((&pantry, &caller), list, &jars(4)).await;
    }
}

#[tokio::test]
async fn lists_in_lists_in_lists_cost_a_statement_for_each_level() {
    let kit = kit().await;
    fill(kit.db(), HERE, 60).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    let query = "{ jars(first: 50) { nodes { neighbours(first: 3) { totalCount nodes { neighbours(last: 2) { nodes { id } } } }
        heaviest: neighbours(first: 3, byWeight: true) { nodes { id } } } } }";
    kit.db().statements().start();
    let answer = data(kit.ask(&pantry, &caller, query).await);
    // What is asked in other words is another statement.
    assert_eq!(kit.db().statements().stop().len(), 5);
    for jar in answer["jars"]["nodes"].as_array().unwrap() {
        assert_eq!(jar["neighbours"]["totalCount"], 20);
        assert_eq!(jar["neighbours"]["nodes"].as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_statement_reads_a_hundred_lists() {
    let kit = kit().await;
    fill(kit.db(), HERE, 2_100).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Jar { name neighbours(first: 1) { nodes { name } } } } }";
    let keys: Vec<Value> = jars(105).iter().map(|id| json!({ "__typename": "Jar", "id": id })).collect();
    kit.db().statements().start();
    let answer = data(kit.ask_with(&pantry, &caller, query, json!({ "keys": keys })).await);
    assert_eq!(kit.db().statements().stop().len(), 3);
    for jar in answer["_entities"].as_array().unwrap() {
        assert_eq!(jar["neighbours"]["nodes"], json!([{ "name": jar["name"] }]));
    }
}

#[tokio::test]
async fn a_cursor_of_one_list_is_refused_by_the_others_alone() {
    let kit = kit().await;
    fill(kit.db(), HERE, 60).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    let query = "query($keys: [_Any!]!, $after: String) { _entities(representations: $keys) { ... on Jar {
        neighbours(first: 1, after: $after) { nodes { name } pageInfo { endCursor } } } } }";
    let keys: Vec<Value> = jars(3).iter().map(|id| json!({ "__typename": "Jar", "id": id })).collect();
    let start = data(kit.ask_with(&pantry, &caller, query, json!({ "keys": keys })).await);
    let after = &start["_entities"][1]["neighbours"]["pageInfo"]["endCursor"];
    let answer = kit.ask_with(&pantry, &caller, query, json!({ "keys": keys, "after": after })).await;
    assert_eq!(first_error(&answer)["extensions"]["field"], json!(["after"]), "{answer}");
    let shown: Vec<&Value> = answer["data"]["_entities"].as_array().unwrap().iter().collect();
    assert_eq!((shown[0], shown[2]), (&Value::Null, &Value::Null), "{answer}");
    assert_eq!(shown[1]["neighbours"]["nodes"], json!([{ "name": "jar 0010" }]));
}

#[tokio::test]
async fn what_is_asked_as_a_stream_is_read_together_too() {
    let kit = kit().await;
    fill(kit.db(), HERE, 40).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    let query = "{ jars(first: 30) { nodes { neighbours(first: 1) { nodes { name } } } } }";
    kit.db().statements().start();
    let answers: Vec<_> =
        pantry.subscribe(SubgraphRequest::new(query).bearer(&caller.token)).await.collect().await;
    assert_eq!(kit.db().statements().stop().len(), 2);
    assert_eq!(answers.len(), 1);
}
