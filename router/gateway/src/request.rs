//! What a client asks, from an HTTP request (GraphQL over HTTP, draft of 2025, sections 5 and 6).

use crate::error::Refusal;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One GraphQL request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GraphqlRequest {
    pub(crate) query: Option<String>,
    #[serde(default)]
    pub(crate) operation_name: Option<String>,
    #[serde(default)]
    pub(crate) variables: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) extensions: Option<Map<String, Value>>,
}

/// What one HTTP request carries.
#[derive(Debug)]
pub(crate) enum Asked {
    One(GraphqlRequest),
    Batch(Vec<GraphqlRequest>),
}

impl GraphqlRequest {
    /// The document.
    pub(crate) fn text(&self) -> Result<&str, Refusal> {
        match self.query.as_deref() {
            Some(query) if !query.trim().is_empty() => Ok(query),
            _ => Err(Refusal::bad_request("the request has no `query`")),
        }
    }
}

/// Reads a POST body.
pub(crate) fn from_body(headers: &HeaderMap, body: &[u8], batch_max: usize) -> Result<Asked, Refusal> {
    check_content_type(headers)?;
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))?;
    match value {
        Value::Array(_) if batch_max == 0 => {
            Err(Refusal::bad_request("batches are turned off: send one request"))
        }
        Value::Array(items) if items.is_empty() => Err(Refusal::bad_request("the batch is empty")),
        Value::Array(items) if items.len() > batch_max => Err(Refusal::bad_request(format!(
            "the batch has {} requests, at most {batch_max} are allowed",
            items.len()
        ))),
        Value::Array(items) => Ok(Asked::Batch(items.into_iter().map(from_value).collect::<Result<_, _>>()?)),
        value => Ok(Asked::One(from_value(value)?)),
    }
}

/// Reads one request from its JSON; also used for WebSocket messages.
pub(crate) fn from_value(value: Value) -> Result<GraphqlRequest, Refusal> {
    let Value::Object(fields) = &value else {
        return Err(Refusal::bad_request("a GraphQL request is a JSON object with `query`"));
    };
    for (name, expected) in [
        ("query", "a string"),
        ("operationName", "a string"),
        ("variables", "an object"),
        ("extensions", "an object"),
    ] {
        let fits = match fields.get(name) {
            None | Some(Value::Null) => true,
            Some(Value::String(_)) => expected == "a string",
            Some(Value::Object(_)) => expected == "an object",
            Some(_) => false,
        };
        if !fits {
            return Err(Refusal::bad_request(format!("`{name}` must be {expected}")));
        }
    }
    serde_json::from_value(value).map_err(|error| Refusal::bad_request(error.to_string()))
}

/// Reads the query string of a GET request.
pub(crate) fn from_query(query: &str) -> Result<GraphqlRequest, Refusal> {
    let mut request = GraphqlRequest::default();
    for (name, value) in url_pairs(query) {
        match name.as_str() {
            "query" => request.query = Some(value),
            "operationName" => request.operation_name = Some(value).filter(|name| !name.is_empty()),
            "variables" => request.variables = json_object("variables", &value)?,
            "extensions" => request.extensions = json_object("extensions", &value)?,
            _ => {}
        }
    }
    Ok(request)
}

fn url_pairs(query: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

fn json_object(name: &str, text: &str) -> Result<Option<Map<String, Value>>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(Some(map)),
        Ok(Value::Null) => Ok(None),
        Ok(_) => Err(Refusal::bad_request(format!("`{name}` must be a JSON object"))),
        Err(error) => Err(Refusal::bad_request(format!("`{name}` is not JSON: {error}"))),
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let shown = if essence.is_empty() { "none".to_owned() } else { format!("`{essence}`") };
    Err(Refusal::http(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        crate::error::BAD_REQUEST,
        format!("the content type must be `application/json`, not {shown}"),
    ))
}
