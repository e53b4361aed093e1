//! Errors that the gateway itself gives, and the one place that turns them into responses.

use router_executor::{GraphqlError, Location, Response, UPSTREAM_UNAVAILABLE};

pub(crate) use router_executor::LIMIT_EXCEEDED;

/// The document is not GraphQL.
pub(crate) const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document does not fit the schema.
pub(crate) const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// The HTTP request is not a GraphQL request.
pub(crate) const BAD_REQUEST: &str = "BAD_REQUEST";
/// The operation exceeds a limit.
pub(crate) const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
/// No or no valid token.
pub(crate) const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// The token ran out while something ran with it.
pub(crate) const TOKEN_EXPIRED: &str = "TOKEN_EXPIRED";
/// The caller may not do this, whoever it is.
pub(crate) const FORBIDDEN: &str = "FORBIDDEN";
/// The client sent only the hash of a document; we keep none, so it must send the text.
pub(crate) const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// The server ends.
pub(crate) const UNAVAILABLE: &str = "UNAVAILABLE";
/// A fault of ours.
pub(crate) const INTERNAL: &str = "INTERNAL";

/// Why a request is not executed: an HTTP status for clients that look at it, and the errors for all.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: http::StatusCode,
    pub(crate) errors: Vec<GraphqlError>,
    /// `Allow`, for a method that is not.
    pub(crate) allow: Option<&'static str>,
    /// The request was understood as GraphQL (parsing or validation failed): `application/json` clients get 200.
    pub(crate) is_graphql: bool,
}

impl Refusal {
    pub(crate) fn http(status: http::StatusCode, code: &str, message: impl Into<String>) -> Self {
        let errors = vec![GraphqlError::new(message).with_code(code)];
        Self { status, errors, allow: None, is_graphql: false }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::http(http::StatusCode::BAD_REQUEST, BAD_REQUEST, message)
    }

    pub(crate) fn unauthenticated(message: impl Into<String>) -> Self {
        Self::http(http::StatusCode::UNAUTHORIZED, UNAUTHENTICATED, message)
    }

    /// Nobody can tell now whether a token is valid: a reason to ask again, not to sign in anew.
    pub(crate) fn issuer_away() -> Self {
        let message = "whether the access token is valid cannot be told: its issuer does not answer";
        Self::http(http::StatusCode::SERVICE_UNAVAILABLE, UPSTREAM_UNAVAILABLE, message)
    }

    pub(crate) fn method(allow: &'static str, message: impl Into<String>) -> Self {
        let refusal = Self::http(http::StatusCode::METHOD_NOT_ALLOWED, BAD_REQUEST, message);
        Self { allow: Some(allow), ..refusal }
    }

    /// A document that is refused before execution.
    pub(crate) fn graphql(errors: Vec<GraphqlError>) -> Self {
        Self { status: http::StatusCode::BAD_REQUEST, errors, allow: None, is_graphql: true }
    }

    /// A GraphQL request whose document is never looked at, such as one that names no operation of it.
    pub(crate) fn operation(code: &str, message: impl Into<String>) -> Self {
        Self::graphql(vec![GraphqlError::new(message).with_code(code)])
    }

    pub(crate) fn message(&self) -> String {
        self.errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn response(&self) -> Response {
        Response::refused(self.errors.clone())
    }

    /// The last event of a stream that had begun: unlike a refusal it has data, which is null.
    pub(crate) fn event(&self) -> Response {
        Response { data: Some(serde_json::Value::Null), ..self.response() }
    }
}

/// What a client gets to know about a fault of ours.
pub(crate) fn internal() -> Refusal {
    let status = http::StatusCode::INTERNAL_SERVER_ERROR;
    Refusal::http(status, INTERNAL, "the request could not be answered")
}

/// Why something that lives longer than a token ends.
pub(crate) fn token_expired() -> Refusal {
    let message = "the access token has run out: renew it in time with a `ping` on the WebSocket, or subscribe again with a \
                   new one after the last cursor";
    Refusal::http(http::StatusCode::UNAUTHORIZED, TOKEN_EXPIRED, message)
}

/// The diagnostics of the compiler as GraphQL errors.
pub(crate) fn diagnostics(
    list: &apollo_compiler::validation::DiagnosticList,
    code: &str,
) -> Vec<GraphqlError> {
    /// The most problems of one document that are reported.
    const REPORTED_MAX: usize = 50;
    list.iter()
        .take(REPORTED_MAX)
        .map(|diagnostic| {
            let json = diagnostic.to_json();
            let mut error = GraphqlError::new(json.message.clone()).with_code(code);
            let places = json.locations.iter();
            error.locations = places.map(|at| Location { line: at.line, column: at.column }).collect();
            error
        })
        .collect()
}
