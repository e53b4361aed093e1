//! The router over a graph that has nothing to do with Carmen: foreign SDL files and a supergraph composed elsewhere.

use crate::process::{ask, free_port, run, say, serve};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::fs;

const BOOKS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { books: [Book!]! }
type Book @key(fields: "isbn") { isbn: ID! title: String! }
"#;

const REVIEWS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Book @key(fields: "isbn") { isbn: ID! stars: Int broken: String }
"#;

/// A foreign subgraph: answers by looking at what it is asked.
async fn answer(State(name): State<&'static str>, Json(request): Json<Value>) -> Json<Value> {
    let query = request["query"].as_str().unwrap();
    if name == "books" {
        let books = json!([{ "__typename": "Book", "isbn": "1", "title": "One" }, { "__typename": "Book", "isbn": "2", "title": "Two" }]);
        return Json(json!({ "data": { "books": books } }));
    }
    let entities: Vec<Value> = request["variables"]["representations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|book| json!({ "stars": book["isbn"].as_str().unwrap().parse::<i32>().unwrap() + 3, "broken": null }))
        .collect();
    let mut response = json!({ "data": { "_entities": entities } });
    if query.contains("broken") {
        response["errors"] = json!([{ "message": "no luck", "path": ["_entities", 1, "broken"], "extensions": { "code": "BAD_LUCK" } }]);
    }
    Json(response)
}

async fn foreign(name: &'static str) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = Router::new().route("/graphql", post(answer)).with_state(name);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    port
}

#[tokio::test]
async fn foreign_schemas_are_composed_and_served_without_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let (books, reviews) = (foreign("books").await, foreign("reviews").await);
    fs::write(data.join("books.graphql"), BOOKS).unwrap();
    fs::write(data.join("reviews.graphql"), REVIEWS).unwrap();
    let member = |name: &str, port: u16| {
        format!(
            "  {name}:\n    routing_url: http://127.0.0.1:{port}/graphql\n    schema:\n      file: {name}.graphql\n"
        )
    };
    let fleet = format!("subgraphs:\n{}{}", member("books", books), member("reviews", reviews));
    fs::write(data.join("supergraph.yaml"), fleet).unwrap();

    let port = free_port();
    let _composed_here = serve(data, port, &["router", "--supergraph", "supergraph.yaml"]).await;
    let answer = ask(port, None, "{ books { title stars } }").await;
    assert_eq!(
        answer,
        json!({ "data": { "books": [{ "title": "One", "stars": 4 }, { "title": "Two", "stars": 5 }] } })
    );

    let supergraph = say(data, &["compose"]);
    fs::write(data.join("supergraph.graphql"), supergraph).unwrap();
    let port = free_port();
    let _composed_before = serve(data, port, &["router", "--supergraph", "supergraph.graphql"]).await;
    let answer = ask(port, None, "{ books { title broken } }").await;
    assert_eq!(
        answer["data"],
        json!({ "books": [{ "title": "One", "broken": null }, { "title": "Two", "broken": null }] })
    );
    let error = &answer["errors"][0];
    assert_eq!((&error["message"], &error["extensions"]["code"]), (&json!("no luck"), &json!("BAD_LUCK")));
    assert_eq!(error["path"], json!(["books", 1, "broken"]));
}

#[test]
fn schemas_that_do_not_fit_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    fs::write(data.join("a.graphql"), "type Query { a: String b: Int }").unwrap();
    fs::write(data.join("b.graphql"), "type Query { a: Int b: Int }").unwrap();
    let fleet = "subgraphs:\n  a: { schema: { file: a.graphql } }\n  b: { schema: { file: b.graphql } }\n";
    fs::write(data.join("supergraph.yaml"), fleet).unwrap();
    let output = run(data, &["compose"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let explained = r#"error[FIELD_TYPE_MISMATCH]: Query.a has types that do not fit: "String" in a, "Int" in b
 --> b:1:14 (Query.a)
  |
1 | type Query { a: Int b: Int }
  |              ^
  = help: "#;
    assert!(said.contains(explained), "{said}");
    let output = run(data, &["compose", "--format", "json"]);
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(said[0]["code"], "FIELD_TYPE_MISMATCH");
}
