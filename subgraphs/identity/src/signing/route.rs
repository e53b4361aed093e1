//! The public keys over HTTP.

use axum::http::header;
use axum::routing::get;
use axum::{Json, Router};

use super::KeyRing;

/// How long others may keep the key set. A key is published 30 days before it signs, so even an hour would do.
const CACHE_CONTROL: &str = "public, max-age=300";

/// `GET /.well-known/jwks.json`.
pub(crate) fn routes(ring: &KeyRing) -> Router {
    let ring = ring.clone();
    Router::new().route(
        "/.well-known/jwks.json",
        get(async move || ([(header::CACHE_CONTROL, CACHE_CONTROL)], Json(ring.published()))),
    )
}
