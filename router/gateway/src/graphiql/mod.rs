//! The pages for people, served from the binary without internet access: GraphiQL, and the explorer with its query plans.

use crate::origin;
use crate::pipeline::Gateway;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use router_graphiql::{ASSETS, VERSION};
use serde::Serialize;

/// A sample operation, shown in a tab of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Tab {
    /// What it shows, in two or three words.
    pub title: String,
    /// The operation.
    pub query: String,
    /// Its variables as JSON text.
    pub variables: String,
}

/// A session that the page opens by itself; development only.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    /// Who is signed in.
    pub user: String,
    /// The bearer token.
    pub token: String,
}

/// GraphiQL for this server.
const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("script.js");

/// The explorer: smaller, and it shows query plans. It stands in for GraphiQL where a build has none.
const EXPLORER: &str = include_str!("../explorer/page.html");
const EXPLORER_STYLE: &str = include_str!("../explorer/style.css");
const EXPLORER_SCRIPT: &str = include_str!("../explorer/script.js");

/// Only our own pages may run here, and they may ask nobody but us.
const POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                      connect-src 'self'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// `GET /`: GraphiQL.
pub(crate) async fn page(State(gateway): State<Gateway>) -> Response {
    if ASSETS.is_empty() {
        return explorer(State(gateway)).await;
    }
    html(&gateway, || PAGE.replace("VERSION", VERSION).replace("/*SCRIPT*/", SCRIPT))
}

/// `GET /explorer`.
pub(crate) async fn explorer(State(gateway): State<Gateway>) -> Response {
    html(&gateway, || EXPLORER.replace("/*STYLE*/", EXPLORER_STYLE).replace("/*SCRIPT*/", EXPLORER_SCRIPT))
}

fn html(gateway: &Gateway, page: impl Fn() -> String) -> Response {
    if !gateway.0.config.graphiql {
        return StatusCode::NOT_FOUND.into_response();
    }
    let tabs = serde_json::to_string(&gateway.0.tabs).unwrap_or_else(|_| "[]".to_owned());
    // Inside a script element `</` could end it early, and `<!--` changes how the rest of it is read.
    let tabs = tabs.replace('<', "\\u003c");
    let mut response = Html(page().replace("/*TABS*/[]", &tabs)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /graphiql/VERSION/NAME`: a file of GraphiQL. The address carries the version, so that it may be kept for good.
pub(crate) async fn asset(
    State(gateway): State<Gateway>,
    Path((version, name)): Path<(String, String)>,
) -> Response {
    let found = ASSETS.iter().find(|asset| asset.name == name && version == VERSION);
    let Some(asset) = found.filter(|_| gateway.0.config.graphiql) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.content).into_response()
}

/// The page's session. Only under a local name: a page whose name was pointed at this machine would read it otherwise.
pub(crate) async fn session(State(gateway): State<Gateway>, headers: HeaderMap) -> Response {
    let source = gateway.0.session.as_ref().filter(|_| gateway.0.config.graphiql);
    let Some(source) = source.filter(|_| origin::is_local_name(&headers)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(session) = source().await else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = axum::Json(session).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
