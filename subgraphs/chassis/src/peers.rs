//! Asking another subgraph: over GraphQL, with the caller's own token, never by table.
//!
//! Used when writing, to validate and snapshot what another service owns. The asked service verifies the token itself,
//! so nobody gains a right by a detour.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use router_protocol::{FORWARDED, REQUEST_ID, SubgraphRequest, SubgraphResponse, TRACEPARENT};
use serde_json::Value;

use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::telemetry;

/// How long a peer may take; the caller's own request is waiting.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest answer that is read from a remote peer.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Something that answers a subgraph request.
pub trait Peer: Send + Sync + fmt::Debug {
    /// Asks; fails only when there is no GraphQL answer.
    fn ask(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<SubgraphResponse>>;
}

/// The other subgraphs by name. Clones share the list, so subgraphs of one process can be connected after they started.
#[derive(Clone, Debug, Default)]
pub struct Peers(Arc<RwLock<HashMap<String, Arc<dyn Peer>>>>);

impl Peers {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `peer` answer for `service`.
    pub fn connect(&self, service: impl Into<String>, peer: impl Peer + 'static) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(service.into(), Arc::new(peer));
    }

    /// Asks `service` on the caller's behalf; answers the `data` of the response. `variables` is an object or null.
    ///
    /// # Errors
    /// `Unavailable` when there is no complete answer in time; `Forbidden` when the peer turns the caller away.
    pub async fn ask(&self, service: &str, query: &str, variables: Value, caller: &Caller) -> Result<Value> {
        let peer = self.0.read().unwrap_or_else(PoisonError::into_inner).get(service).cloned();
        let peer = peer.ok_or_else(|| Error::unavailable(service, "the service is not connected"))?;
        let response = tokio::time::timeout(TIMEOUT, peer.ask(request(query, variables, caller)?))
            .await
            .map_err(|_| Error::unavailable(service, "no answer in time"))??;
        let mut body = response.json().map_err(|error| Error::unavailable(service, error))?;
        if let Some(error) = body.pointer("/errors/0") {
            return Err(refused_by(service, error));
        }
        Ok(body["data"].take())
    }
}

fn request(query: &str, variables: Value, caller: &Caller) -> Result<SubgraphRequest> {
    let mut request = SubgraphRequest::new(query).bearer(&caller.token);
    request.variables = match variables {
        Value::Object(variables) => variables,
        Value::Null => serde_json::Map::new(),
        _ => return Err(Error::internal("variables are an object")),
    };
    let origin = telemetry::origin();
    for (name, value) in [(REQUEST_ID, origin.request_id), (TRACEPARENT, origin.traceparent)] {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            request.headers.insert(name, value);
        }
    }
    Ok(request)
}

fn refused_by(service: &str, error: &Value) -> Error {
    let extension = |name: &str| error.pointer(&format!("/extensions/{name}")).and_then(Value::as_str);
    match extension("code") {
        Some("UNAUTHENTICATED") => Error::unauthenticated(),
        Some("FORBIDDEN") => {
            let permission = extension("permission").unwrap_or("unknown").to_owned();
            Error::forbidden(permission)
        }
        _ => Error::unavailable(service, format!("the service answered with an error: {}", error["message"])),
    }
}

/// A subgraph in another process.
#[derive(Clone, Debug)]
pub struct HttpPeer {
    service: String,
    url: String,
    client: reqwest::Client,
}

impl HttpPeer {
    /// The subgraph `service` at its GraphQL URL.
    pub fn new(service: impl Into<String>, url: impl Into<String>) -> Self {
        Self { service: service.into(), url: url.into(), client: reqwest::Client::new() }
    }

    async fn post(self, request: SubgraphRequest) -> Result<SubgraphResponse> {
        let failed = |error: reqwest::Error| Error::unavailable(&self.service, error.without_url());
        let mut post = self.client.post(&self.url).timeout(TIMEOUT).json(&request);
        for name in FORWARDED {
            if let Some(value) = request.headers.get(&name) {
                post = post.header(name, value);
            }
        }
        let mut response = post.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Error::unavailable(&self.service, "the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(SubgraphResponse(body.into()))
    }
}

impl Peer for HttpPeer {
    fn ask(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<SubgraphResponse>> {
        self.clone().post(request).boxed()
    }
}
