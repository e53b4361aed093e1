//! The wire between router and subgraph: what travels beside the GraphQL text, and how it is spelled.
//!
//! One request is a query with its variables and the few headers a subgraph may read; one answer is the bytes of a
//! GraphQL response. The same two types are used in process and over HTTP, so a subgraph cannot tell the difference.
//! How the bytes travel is the executor's business (`Transport`), what they mean is GraphQL's.

mod credential;

pub use credential::{Credential, RENEWED, Renewal, renewal_in, renewal_payload};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The header that carries the caller's bearer token. A subgraph verifies it itself and trusts nothing else.
pub const AUTHORIZATION: HeaderName = http::header::AUTHORIZATION;

/// The W3C trace context of the request.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The id under which gateway and subgraphs log one client request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where the client's request came from: its address, then those of the proxies between, as each of them saw it.
pub const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The program that the client says it is.
pub const CLIENT_NAME: HeaderName = http::header::USER_AGENT;

/// The headers a router forwards to a subgraph; everything else stays at the gateway.
pub const FORWARDED: [HeaderName; 5] = [AUTHORIZATION, TRACEPARENT, REQUEST_ID, CLIENT_ADDRESS, CLIENT_NAME];

/// The WebSocket sub-protocol that subgraphs and gateway speak for subscriptions.
pub const GRAPHQL_TRANSPORT_WS: &str = "graphql-transport-ws";

/// The largest number of representations in one `_entities` call; the router splits larger sets.
pub const REPRESENTATIONS_MAX: usize = 1_000;

/// One operation for one subgraph. Its serialised form is the body of a GraphQL POST request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubgraphRequest {
    /// The GraphQL document.
    pub query: String,
    /// Which operation of the document runs; may be absent when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    /// The variables by name.
    #[serde(default, skip_serializing_if = "Map::is_empty", deserialize_with = "null_is_empty")]
    pub variables: Map<String, Value>,
    /// Protocol extensions.
    #[serde(default, skip_serializing_if = "Map::is_empty", deserialize_with = "null_is_empty")]
    pub extensions: Map<String, Value>,
    /// The forwarded headers; they travel as HTTP headers, never in the body.
    #[serde(skip)]
    pub headers: HeaderMap,
    /// The caller's token as it is renewed while a subscription runs; `headers` has the one it was opened with.
    #[serde(skip)]
    pub credential: Option<Credential>,
}

impl SubgraphRequest {
    /// A request for `query` without variables or headers.
    pub fn new(query: impl Into<String>) -> Self {
        Self { query: query.into(), ..Self::default() }
    }

    /// Adds or replaces one variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Presents `token` as the caller's bearer token. A token that no header can carry is left out, which makes the
    /// request anonymous and therefore refused wherever a caller is needed.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}")) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// The bearer token of the request's headers, if there is one.
    pub fn token(&self) -> Option<&str> {
        bearer_token(&self.headers)
    }
}

/// The bearer token among `headers`. Any other scheme counts as no token; the scheme's letter case does not matter.
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    token_in(headers.get(AUTHORIZATION)?)
}

/// The bearer token in an `authorization` header.
pub fn token_in(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The bytes of one GraphQL response: `{"data": …, "errors": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubgraphResponse(pub Bytes);

impl SubgraphResponse {
    /// Reads the response as JSON.
    ///
    /// # Errors
    /// When the bytes are not JSON.
    pub fn json(&self) -> serde_json::Result<Value> {
        serde_json::from_slice(&self.0)
    }
}

impl From<SubgraphResponse> for Bytes {
    fn from(response: SubgraphResponse) -> Self {
        response.0
    }
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_never_enter_the_body() {
        let request = SubgraphRequest::new("{ a }").variable("n", 1).bearer("secret");
        let body = serde_json::to_string(&request).unwrap();
        assert_eq!(body, r#"{"query":"{ a }","variables":{"n":1}}"#);
        assert_eq!(request.token(), Some("secret"));
    }

    #[test]
    fn null_variables_and_extensions_read_as_none() {
        let body = r#"{"query":"{ a }","operationName":null,"variables":null,"extensions":null}"#;
        let request: SubgraphRequest = serde_json::from_str(body).unwrap();
        assert!(
            request.variables.is_empty() && request.extensions.is_empty() && request.operation_name.is_none()
        );
    }

    #[test]
    fn only_a_bearer_scheme_carries_a_token() {
        for (header, token) in
            [("bearer abc", Some("abc")), ("Basic abc", None), ("Bearer ", None), ("Bearerabc", None)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(header));
            assert_eq!(bearer_token(&headers), token, "{header}");
        }
    }
}
