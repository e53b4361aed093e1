//! Failures as clients see them: a code each, and no secret in any message.

use chassis::testkit::{data, first_code, first_error};
use serde_json::json;

use crate::pantry::{HERE, kit, start};

#[tokio::test]
async fn every_case_has_its_code_and_path() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &[]));
    for (kind, code) in [
        ("refused", "VALIDATION_ERROR"),
        ("not-found", "NOT_FOUND"),
        ("conflict", "CONFLICT"),
        ("unavailable", "UPSTREAM_UNAVAILABLE"),
        ("internal", "INTERNAL"),
    ] {
        let answer = kit.ask(&pantry, &caller, &format!(r#"{{ fail(kind: "{kind}") }}"#)).await;
        assert_eq!(first_code(&answer), code);
        assert_eq!(first_error(&answer)["path"], json!(["fail"]));
        let text = answer.to_string();
        assert!(!text.contains("hunter2") && !text.contains("10.0.0.7"), "{text}");
    }
}

#[tokio::test]
async fn a_refusal_lists_all_violations() {
    let kit = kit().await;
    let answer = kit.ask(&start(&kit), &kit.caller(HERE, &[]), r#"{ fail(kind: "refused") }"#).await;
    let extensions = &first_error(&answer)["extensions"];
    assert_eq!(extensions["field"], json!(["items", "0", "quantity"]));
    assert_eq!(extensions["violations"][1]["meta"], json!({ "code": "A1" }));
    assert_eq!(extensions["violations"][1]["code"], "DUPLICATE");
}

#[tokio::test]
async fn an_internal_fault_shows_a_reference_only() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &[]));
    for query in [r#"{ fail(kind: "x") }"#, "{ libraryError }", "{ panic }"] {
        let answer = kit.ask(&pantry, &caller, query).await;
        assert_eq!(first_code(&answer), "INTERNAL", "{query}");
        let reference = first_error(&answer)["extensions"]["reference"].as_str().unwrap();
        assert_eq!(first_error(&answer)["message"], format!("internal error; reference {reference}"));
    }
}

#[tokio::test]
async fn a_missing_permission_names_itself_and_its_path() {
    let kit = kit().await;
    let answer = kit.ask(&start(&kit), &kit.caller(HERE, &["jars:create"]), "{ jars { totalCount } }").await;
    assert_eq!(first_code(&answer), "FORBIDDEN");
    assert_eq!(first_error(&answer)["path"], json!(["jars"]));
    assert_eq!(first_error(&answer)["extensions"]["permission"], "jars:view");
}

#[tokio::test]
async fn a_refused_mutation_answers_in_its_payload() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:create"]));
    let mutation = r#"mutation { addJar(name: "") { jar { id } userErrors { code field message meta } } }"#;
    let payload = data(kit.ask(&pantry, &caller, mutation).await)["addJar"].take();
    let error = json!({ "code": "VALIDATION_ERROR", "field": ["name"], "message": "name must not be empty", "meta": null });
    assert_eq!(payload, json!({ "jar": null, "userErrors": [error] }));
}

#[tokio::test]
async fn queries_that_are_too_deep_or_wrong_have_codes_too() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    let deep = format!("{{ jars {{ nodes {{ {} id {} }} }} }}", "twin {".repeat(14), "}".repeat(14));
    assert_eq!(first_code(&kit.ask(&pantry, &caller, &deep).await), "QUERY_TOO_COMPLEX");
    for query in ["{ nope }", "{", "{ jars(first: \"ten\") { totalCount } }"] {
        assert_eq!(first_code(&kit.ask(&pantry, &caller, query).await), "VALIDATION_ERROR", "{query}");
    }
}

/// The paths of all violations of the first error.
fn blamed(answer: &serde_json::Value) -> Vec<String> {
    let violations = first_error(answer)["extensions"]["violations"].as_array().unwrap();
    let path = |violation: &serde_json::Value| {
        violation["field"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(".")
    };
    violations.iter().map(path).collect()
}

#[tokio::test]
async fn an_unreadable_scalar_names_its_input() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &[]));
    let labels =
        json!([{ "weight": "1" }, { "weight": 1.5, "opened": "2026-02-30" }, { "weight": "1.000001" }]);
    let mutation = "mutation Label($labels: [Label!]!) { ...Root } fragment Root on Mutation { done: labelJars(input: { labels: $labels }) }";
    let answer = kit.ask_with(&pantry, &caller, mutation, json!({ "labels": labels })).await;
    assert_eq!(first_code(&answer), "VALIDATION_ERROR");
    assert_eq!(first_error(&answer)["path"], json!(["done"]));
    assert_eq!(first_error(&answer)["extensions"]["field"], json!(["labels", "1", "weight"]));
    assert_eq!(blamed(&answer), ["labels.1.weight", "labels.1.opened", "labels.2.weight"]);
    let inline = "mutation { labelJar(jar: { labels: { weight: 1e3 } }) }";
    assert_eq!(blamed(&kit.ask(&pantry, &caller, inline).await), ["jar.labels.weight"]);
    let below = "{ shelf { holds(weight: \"NaN\") } }";
    assert_eq!(blamed(&kit.ask(&pantry, &caller, below).await), ["weight"]);
}

#[tokio::test]
async fn an_argument_of_the_wrong_type_names_itself() {
    let kit = kit().await;
    let (pantry, caller) = (start(&kit), kit.caller(HERE, &["jars:view"]));
    for (query, field) in [
        ("{ jars(first: \"ten\") { totalCount } }", json!(["first"])),
        (
            "mutation { labelJars(input: { labels: [{ weight: \"1\", kind: GLASS }] }) }",
            json!(["labels", "0", "kind"]),
        ),
    ] {
        let answer = kit.ask(&pantry, &caller, query).await;
        assert_eq!(first_code(&answer), "VALIDATION_ERROR", "{query}");
        assert_eq!(first_error(&answer)["extensions"]["field"], field, "{answer}");
    }
}
