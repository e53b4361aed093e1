//! `_entities`: one statement however many, foreign ones absent, too many refused.

use chassis::testkit::{data, first_code};
use serde_json::{Value, json};

use crate::pantry::{ELSEWHERE, HERE, fill, jar_id, kit, start};

const ENTITIES: &str = "query($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Jar { id name twin { name } } } }";

fn representations(numbers: impl Iterator<Item = u128>) -> Value {
    let jars: Vec<_> = numbers.map(|number| json!({ "__typename": "Jar", "id": jar_id(number) })).collect();
    json!({ "representations": jars })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_representations_cost_one_statement() {
    let kit = kit().await;
    fill(kit.db(), HERE, 1_000).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &[]));
    for count in [1, 100, 1_000] {
        kit.db().statements().start();
        let answer = data(kit.ask_with(&pantry, &caller, ENTITIES, representations(0..count)).await);
        assert_eq!(kit.db().statements().stop().len(), 1, "{count} representations");
        let entities = answer["_entities"].as_array().unwrap();
        assert_eq!(entities.len() as u128, count);
        assert_eq!(entities[0]["twin"]["name"], "jar 0000");
    }
}

#[tokio::test]
async fn missing_and_foreign_rows_are_null_in_their_place() {
    let kit = kit().await;
    fill(kit.db(), HERE, 2).await;
    fill(kit.db(), ELSEWHERE, 1).await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &[]));
    let asked = representations([0, 99, 1_000_000, 1].into_iter());
    let answer = data(kit.ask_with(&pantry, &caller, ENTITIES, asked).await);
    let shape: Vec<_> = answer["_entities"].as_array().unwrap().iter().map(Value::is_null).collect();
    assert_eq!(shape, [false, true, true, false]);
}

#[tokio::test]
async fn more_than_a_thousand_representations_are_refused() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &[]));
    let answer = kit.ask_with(&pantry, &caller, ENTITIES, representations(0..1_001)).await;
    assert_eq!(first_code(&answer), "LIMIT_EXCEEDED");
    let literal = format!(r#"{{ __typename: "Jar", id: "{}" }},"#, jar_id(0)).repeat(1_001);
    let inline = format!(
        "{{ ...F }} fragment F on Query {{ _entities(representations: [{literal}]) {{ __typename }} }}"
    );
    assert_eq!(first_code(&kit.ask(&pantry, &caller, &inline).await), "LIMIT_EXCEEDED");
}
