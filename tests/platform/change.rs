//! Steps that must not be refused.

use carmen_tests::Person;
use serde_json::{Value, json};

/// The record that a mutation answers, with these fields of it.
pub(crate) async fn done(
    person: &Person,
    (mutation, kind, noun): (&str, &str, &str),
    fields: &str,
    input: Value,
) -> Value {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {noun} {{ {fields} }} userErrors {{ code field message }} }} }}"
    );
    let mut answer = person.data(&query, json!({ "input": input })).await;
    assert_eq!(answer[mutation]["userErrors"], json!([]), "{mutation}: {answer}");
    answer[mutation][noun].take()
}

/// What a step of a record names: the record, and the version it is based on.
pub(crate) fn step(record: &Value) -> Value {
    json!({ "id": record["id"], "expectedVersion": record["version"] })
}
