//! The page for people: an explorer for the graph, served from the binary without internet access.

use crate::origin;
use crate::pipeline::Gateway;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
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

const PAGE: &str = include_str!("explorer/page.html");
const STYLE: &str = include_str!("explorer/style.css");
const SCRIPT: &str = include_str!("explorer/script.js");

/// Only our own page may run here, and it may ask nobody but us.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn page(State(gateway): State<Gateway>) -> Response {
    if !gateway.0.config.graphiql {
        return StatusCode::NOT_FOUND.into_response();
    }
    let tabs = serde_json::to_string(&gateway.0.tabs).unwrap_or_else(|_| "[]".to_owned());
    // Inside a script element `</` could end it early, and `<!--` changes how the rest of it is read.
    let tabs = tabs.replace('<', "\\u003c");
    let page = PAGE.replace("/*STYLE*/", STYLE).replace("/*SCRIPT*/", SCRIPT).replace("/*TABS*/[]", &tabs);
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
