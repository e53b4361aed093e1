//! A shop of four foreign services behind the router: as Federation 1 schemas, as Federation 2 schemas in several hands, and as
//! supergraphs that others composed, in each version of the join spec. Whichever it is, the answers are those of one service over
//! the same data; nobody is asked for a token, and errors of the services arrive whole.

use crate::process::{Process, ask, free_port, serve};
use apollo_compiler::ExecutableDocument;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use router_fixture::{World, difference};
use router_protocol::SubgraphRequest;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SERVICES: [&str; 4] = ["accounts", "inventory", "products", "reviews"];

/// What the shop's clients ask.
const QUESTIONS: [&str; 7] = [
    "{ me { id name reviews { body product { name inStock shippingEstimate } } } }",
    "{ topProducts(first: 2) { upc name shelf size { width depth } packed { depth } reviews { body author { username name } } } }",
    "{ topProducts { reviews { author { username } } shippingEstimate } a: user(id: 2) { name reviews { id } } }",
    "query { me { reviews { about { __typename ... on Product { upc price inStock } ... on User { name } } } } }",
    "mutation { addReview(upc: \"2\", body: \"Sold out.\") { id body product { name inStock } author { name username } } }",
    "{ product(upc: \"3\") { name inStock shippingEstimate restocked reviews { id } } }",
    "{ __typename __type(name: \"Product\") { fields { name } } topProducts(first: 1) { __typename } }",
];

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shop")
}

fn read(file: impl AsRef<Path>) -> String {
    let path = shop().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn world() -> Arc<World> {
    let sdl = |name: &str| (name.to_owned(), read(format!("federation_1/{name}.graphql")));
    Arc::new(World::new(&SERVICES.map(sdl), &read("data.json")).unwrap())
}

/// A service as it is met in the wild: it says more of an error than its message, and knows no tokens.
async fn answer(
    State(world): State<Arc<World>>,
    UrlPath(service): UrlPath<String>,
    headers: HeaderMap,
    Json(request): Json<SubgraphRequest>,
) -> Result<Json<Value>, StatusCode> {
    if headers.contains_key("authorization") {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut response = world.ask_subgraph(&service, &request).ok_or(StatusCode::NOT_FOUND)?;
    for error in response["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"] = json!({ "code": "NOT_COUNTED", "by": service, "since": [2024, 5] });
    }
    Ok(Json(response))
}

/// Starts the services; they are at `/NAME` of this port.
async fn services(world: Arc<World>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = Router::new().route("/{service}", post(answer)).with_state(world);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    port
}

/// Asks everything and compares with one service.
async fn asks_everything(world: &World, what: &str, port: u16) {
    for question in QUESTIONS {
        let api = &world.supergraph().api;
        let document = ExecutableDocument::parse_and_validate(api, question, "question.graphql").unwrap();
        let expected = world.monolith().execute(&document, None, &Map::new());
        let found = ask(port, None, question).await;
        // Which fields a type has is not written down in the same order everywhere.
        let is_listing = question.contains("__type(");
        let difference = if is_listing { None } else { difference(&expected, &found) };
        assert_eq!(difference, None, "{what}: {question}\nexpected {expected:#}\nfound {found:#}");
        if is_listing {
            let fields = found["data"]["__type"]["fields"].as_array().map(Vec::len);
            assert_eq!(fields, Some(11), "{what}: {found:#}");
        }
    }
    errors_arrive_whole(what, port).await;
}

async fn errors_arrive_whole(what: &str, port: u16) {
    let answer = ask(port, None, "{ product(upc: \"3\") { weight again: inStock } }").await;
    assert_eq!(answer["data"], json!({ "product": { "weight": 50, "again": null } }), "{what}");
    let [error] = answer["errors"].as_array().unwrap().as_slice() else { panic!("{what}: {answer:#}") };
    assert!(
        error["message"].as_str().unwrap().ends_with("nobody has counted the chairs"),
        "{what}: {error:#}"
    );
    assert_eq!(error["path"], json!(["product", "again"]), "{what}");
    let extensions = &error["extensions"];
    assert_eq!(extensions["code"], "NOT_COUNTED", "{what}");
    assert_eq!((&extensions["by"], &extensions["since"]), (&json!("inventory"), &json!([2024, 5])), "{what}");
}

/// The router over the schemas of the four services.
async fn composed(folder: &Path, schemas: &str, services: u16) -> (u16, Process) {
    let mut fleet = "subgraphs:\n".to_owned();
    for name in SERVICES {
        fs::write(folder.join(format!("{name}.graphql")), read(format!("{schemas}/{name}.graphql"))).unwrap();
        fleet.push_str(&format!(
            "  {name}:\n    routing_url: http://127.0.0.1:{services}/{name}\n    schema:\n      file: ./{name}.graphql\n"
        ));
    }
    fs::write(folder.join("supergraph.yaml"), fleet).unwrap();
    let port = free_port();
    (port, serve(folder, port, &["router", "--supergraph", "supergraph.yaml"]).await)
}

#[tokio::test]
async fn four_foreign_schemas_are_served() {
    let world = world();
    let services = services(world.clone()).await;
    for schemas in ["federation_1", "federation_2"] {
        let folder = tempfile::tempdir().unwrap();
        let (port, _router) = composed(folder.path(), schemas, services).await;
        asks_everything(&world, schemas, port).await;
    }
}

#[tokio::test]
async fn a_supergraph_of_any_join_version_is_served() {
    let world = world();
    let services = services(world.clone()).await;
    for version in ["v0_1", "v0_2", "v0_3", "v0_4", "v0_5"] {
        let folder = tempfile::tempdir().unwrap();
        let supergraph = read(format!("supergraphs/{version}.graphql"));
        let here = supergraph.replace("http://shop.example/", &format!("http://127.0.0.1:{services}/"));
        fs::write(folder.path().join("supergraph.graphql"), here).unwrap();
        let port = free_port();
        let _router = serve(folder.path(), port, &["router", "--supergraph", "supergraph.graphql"]).await;
        asks_everything(&world, version, port).await;
    }
}
