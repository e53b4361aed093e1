//! What a client asks, from an HTTP request (GraphQL over HTTP, draft of 2025, sections 5 and 6).

use crate::error::{PERSISTED_QUERY_NOT_SUPPORTED, Refusal};
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
            _ if self.is_persisted() => Err(Refusal::operation(
                PERSISTED_QUERY_NOT_SUPPORTED,
                "persisted queries are not supported: send the document",
            )),
            _ => Err(Refusal::bad_request("the request has no `query`")),
        }
    }

    fn is_persisted(&self) -> bool {
        self.extensions.as_ref().is_some_and(|extensions| extensions.contains_key("persistedQuery"))
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
        return check_charset(content_type);
    }
    let shown = if essence.is_empty() { "none".to_owned() } else { format!("`{essence}`") };
    Err(Refusal::http(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        crate::error::BAD_REQUEST,
        format!("the content type must be `application/json`, not {shown}"),
    ))
}

/// JSON is UTF-8 (RFC 8259); a client that says otherwise would have its text misread.
fn check_charset(content_type: &str) -> Result<(), Refusal> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let charset =
        parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset")).map(|(_, value)| value);
    match charset
        .map(|value| value.trim().trim_matches('"'))
        .find(|value| !value.eq_ignore_ascii_case("utf-8"))
    {
        None => Ok(()),
        Some(other) => Err(Refusal::http(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            crate::error::BAD_REQUEST,
            format!("the charset must be `utf-8`, not `{other}`"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(value: Value) -> String {
        from_value(value).and_then(|request| request.text().map(str::to_owned)).unwrap_err().message()
    }

    #[test]
    fn a_part_of_another_kind_is_named() {
        assert_eq!(refusal(json!({ "query": 1 })), "`query` must be a string");
        assert_eq!(refusal(json!({ "query": {} })), "`query` must be a string");
        assert_eq!(refusal(json!({ "query": "{ a }", "variables": [] })), "`variables` must be an object");
        assert_eq!(refusal(json!({ "query": "{ a }", "extensions": "x" })), "`extensions` must be an object");
        assert_eq!(refusal(json!("{ a }")), "a GraphQL request is a JSON object with `query`");
        assert_eq!(refusal(json!({ "query": " " })), "the request has no `query`");
        assert!(refusal(json!({ "extensions": { "persistedQuery": {} } })).starts_with("persisted queries"));
        assert!(from_value(json!({ "query": "{ a }", "variables": null, "operationName": null })).is_ok());
    }

    #[test]
    fn a_query_string_is_decoded_and_its_json_checked() {
        let request = from_query(
            "query=query+A%28%24n%3A+Int%29+%7B+a+%7D&variables=%7B%22n%22%3A1%7D&operationName=A",
        )
        .unwrap();
        assert_eq!(request.text().unwrap(), "query A($n: Int) { a }");
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables.unwrap()["n"], 1);
        assert!(
            from_query("query=x&variables=7")
                .unwrap_err()
                .message()
                .contains("`variables` must be a JSON object")
        );
        assert!(from_query("query=x&variables={").unwrap_err().message().contains("`variables` is not JSON"));
    }
}
